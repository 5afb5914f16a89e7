"""Who wrote a role's or user's policies: which events count, and by which tool."""

from __future__ import annotations

import pytest

from tests.trail.made import ACCOUNT, event, session, user
from unassume.model.surveys import RoleSubject, UserSubject
from unassume.trail.events import Event
from unassume.trail.policy_writes import policy_writes

ROLE, USER = RoleSubject(account=ACCOUNT, name="Reports"), UserSubject(account=ACCOUNT, name="keith")
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.70.0"


def wrote(seconds: float, name: str, **more: object) -> Event:
    """A call of IAM's that writes role Reports, unless `more` says otherwise."""
    given = {"roleName": "Reports", "policyName": "Work"}
    fields = {"eventSource": "iam.amazonaws.com", "requestParameters": given, **more}
    return event(seconds, name, user("kim"), **fields)


@pytest.mark.parametrize(
    ("agent", "address", "tool"),
    [
        (TERRAFORM, "192.0.2.7", "terraform"),
        ("APN/1.0 HashiCorp/1.0 OpenTofu/1.6.0", "192.0.2.7", "terraform"),
        ("Pulumi/3.90.0 aws-sdk-go-v2/1.30", "192.0.2.7", "pulumi"),
        ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com", "cloudformation"),
        ("AWS Internal", "sso.amazonaws.com", "identity-center"),
        ("AWS Internal", "192.0.2.7", "console"),
        ("Mozilla/5.0 (Windows NT 10.0)", "192.0.2.7", "console"),
        ("aws-cli/2.15.0 md/Botocore", "192.0.2.7", "aws-cli"),
        ("Boto3/1.34.69 md/Botocore#1.34 ua/2.0", "192.0.2.7", "sdk"),
        ("aws-controllers-k8s/iam.services.k8s.aws-v1.3", "192.0.2.7", "kubernetes"),
        ("Boto3/1.44 unassume/0.1.0 incident/a", "192.0.2.7", "unassume"),
        ("ssm.amazonaws.com", "ssm.amazonaws.com", "systems-manager"),
        ("curl/8", "192.0.2.7", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_user_agent_tells_the_tool(agent: str | None, address: str | None, tool: str) -> None:
    """Each tool is known by its user agent, a service by its name there or as the address."""
    (found,) = policy_writes([wrote(1, "PutRolePolicy", userAgent=agent, sourceIPAddress=address)], ROLE)
    assert (found.tool, found.policy, found.by) == (tool, "Work", f"arn:aws:iam::{ACCOUNT}:user/kim")


@pytest.mark.parametrize(
    "other",
    [
        wrote(1, "PutRolePolicy", errorCode="AccessDenied"),
        wrote(1, "PutRolePolicy", requestParameters={"roleName": "Report", "policyName": "Work"}),
        wrote(1, "PutRolePolicy", requestParameters=None),
        wrote(1, "GetRolePolicy"),
        wrote(1, "PutRolePolicy", eventSource="iam.amazonaws.com.example"),
        wrote(1, "PutUserPolicy", requestParameters={"userName": "Reports", "policyName": "Work"}),
    ],
    ids=["refused", "another role", "no parameters", "a read", "another service", "a user of the name"],
)
def test_what_is_no_write_of_the_role(other: Event) -> None:
    """A refused call, a read, and whatever is of somebody else is left out."""
    assert policy_writes([other], ROLE) == ()


def test_newest_first_and_nothing_before_it_was_made_anew() -> None:
    """Copies count once; a role of the name that was deleted before is another role."""
    old, made, newest = wrote(1, "PutRolePolicy"), wrote(2, "CreateRole"), wrote(3, "AttachRolePolicy")
    assert [one.call for one in policy_writes([made, newest, old, newest], ROLE)] == ["AttachRolePolicy", "CreateRole"]


def test_a_user_s_writes_by_a_session() -> None:
    """A user's policies and keys count for the user; who wrote is the session."""
    given = {"userName": "keith", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    one = event(
        1, "DetachUserPolicy", session("run-7", 0), eventSource="iam.amazonaws.com", requestParameters=given
    )  # fmt: skip
    (found,) = policy_writes([one], USER)
    assert (found.policy, found.by.endswith("assumed-role/Reports/run-7")) == (given["policyArn"], True)
