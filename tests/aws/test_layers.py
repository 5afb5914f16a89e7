"""The layers of the account: what is asked of AWS for a request, and what a refusal leaves unread."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.aws.loopback import ACCOUNT, Answer, Loopback, refusal, xml
from unassume.aws.attempts import Attempts
from unassume.aws.connection import Connection
from unassume.aws.guardrails import guardrails
from unassume.aws.resource_policies import resource_policy
from unassume.errors import InputError
from unassume.iam.statements import DocumentKind

TEXT = '{"Version": "2012-10-17", "Statement": []}'
_URL = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/jobs"
_ENTRY = f"<entry><key>Policy</key><value>{TEXT}</value></entry>".replace('"', "&quot;")
_PARENTS = {f"{ACCOUNT}": "ou-1", "ou-1": "r-1"}


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


@pytest.mark.parametrize(
    ("resource", "plays"),
    [
        (_arn("kms", "key/1"), {"GetKeyPolicy": json.dumps({"Policy": TEXT})}),
        (_arn("secretsmanager", "secret:db-1"), {"GetResourcePolicy": json.dumps({"ResourcePolicy": TEXT})}),
        (
            _arn("sns", "news:1"),
            {"GetTopicAttributes": xml("GetTopicAttributes", f"<Attributes>{_ENTRY}</Attributes>")},
        ),
        (
            _arn("sqs", "jobs"),
            {
                "GetQueueUrl": json.dumps({"QueueUrl": _URL}),
                "GetQueueAttributes": json.dumps({"Attributes": {"Policy": TEXT}}),
            },
        ),
    ],
    ids=["kms", "secretsmanager", "sns", "sqs"],
)
def test_a_resource_is_asked_for_its_policy(
    aws: Loopback, connection: Connection, resource: str, plays: dict[str, str]
) -> None:
    """Each service is asked in its own way, and only that; a refusal leaves the layer unread."""
    refused = Attempts()
    assert resource_policy(refused, connection, resource, ACCOUNT) is None
    assert [each.layer for each in refused.unread] == [DocumentKind.RESOURCE]
    aws.asked.clear()
    for action, answer in plays.items():
        aws.play(action, answer)
    attempts = Attempts()
    assert resource_policy(attempts, connection, resource, ACCOUNT) == TEXT
    assert not attempts.unread
    assert aws.actions() == list(plays)


def test_a_resource_without_a_policy_is_no_gap(aws: Loopback, connection: Connection) -> None:
    """A secret without a policy has none, IAM has none but trust policies, `*` is no resource, others are unread."""
    aws.play("GetResourcePolicy", "{}")
    attempts = Attempts()
    for resource in (_arn("secretsmanager", "secret:db-1"), f"arn:aws:iam::{ACCOUNT}:user/sue", "*"):
        assert resource_policy(attempts, connection, resource, ACCOUNT) is None
    assert not attempts.unread
    assert resource_policy(attempts, connection, _arn("dynamodb", "table/orders"), ACCOUNT) is None
    assert ["`dynamodb`" in unread.because for unread in attempts.unread] == [True]


def _organization(aws: Loopback, master: str) -> None:
    aws.play("DescribeOrganization", json.dumps({"Organization": {"Id": "o-1", "MasterAccountId": master}}))
    aws.plays["ListParents"] = lambda asked: Answer(json.dumps({"Parents": [{"Id": _parent(asked.fields)}]}))
    aws.plays["ListPoliciesForTarget"] = lambda asked: Answer(
        json.dumps({"Policies": [{"Id": "p-full"}, *([{"Id": "p-1"}] if asked.fields["TargetId"] == "ou-1" else [])]})
    )
    aws.plays["DescribePolicy"] = lambda asked: Answer(
        json.dumps({"Policy": {"Content": TEXT, "PolicySummary": {"Name": asked.fields["PolicyId"]}}})
    )


def _parent(fields: Any) -> str:
    return _PARENTS[str(fields["ChildId"])]


def _levels(connection: Connection, attempts: Attempts) -> object:
    return guardrails(attempts, connection.client("organizations"), ACCOUNT, DocumentKind.SCP)


def test_the_levels_stand_from_the_root_down(aws: Loopback, connection: Connection) -> None:
    """Every level from the root to the account has its policies, and a policy that hangs at several is read once."""
    _organization(aws, "999999999999")
    attempts = Attempts()
    full, ours = ("p-full", TEXT), ("p-1", TEXT)
    assert _levels(connection, attempts) == ((full,), (full, ours), (full,))
    assert (attempts.unread, aws.actions().count("DescribePolicy")) == ((), 2)


def test_the_management_account_is_not_bound(aws: Loopback, connection: Connection) -> None:
    """No SCP binds it, and none is asked for; nor is any where there is no organization."""
    _organization(aws, ACCOUNT)
    attempts = Attempts()
    assert _levels(connection, attempts) is None
    aws.play("DescribeOrganization", refusal("AWSOrganizationsNotInUseException", status=400))
    assert _levels(connection, attempts) is None
    assert (attempts.unread, aws.actions()) == ((), ["DescribeOrganization"] * 2)


@pytest.mark.parametrize("call", ["DescribeOrganization", "ListParents", "ListPoliciesForTarget", "DescribePolicy"])
def test_a_refused_call_leaves_all_levels_unread(aws: Loopback, connection: Connection, call: str) -> None:
    """A level that is read in part would deny what nobody denies: the whole layer is unread, and the call is named."""
    _organization(aws, "999999999999")
    aws.play(call, refusal("AccessDeniedException", status=400))
    attempts = Attempts()
    assert _levels(connection, attempts) is None
    assert {each.because for each in attempts.unread} == {f"your credentials may not call `organizations:{call}`"}


def test_what_is_no_refusal_of_aws_is_not_hidden() -> None:
    """A mistake of the program's own is not taken for an unread layer."""
    with pytest.raises(ZeroDivisionError):
        Attempts().ask(DocumentKind.SCP, "organizations:ListParents", lambda: 1 / 0)
    attempts = Attempts()

    def refuse() -> str:
        raise InputError("`nowhere` is no AWS region")

    assert attempts.ask(DocumentKind.RESOURCE, "sqs:GetQueueUrl", refuse) is None
    assert attempts.unread[0].because == "`nowhere` is no AWS region"
