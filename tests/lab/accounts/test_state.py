"""moto's models are internals: each attribute the lab reads is still there and means what we take it for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from moto.iam.models import iam_backends

from tests.lab.acting import TRUST, allow, code_of
from unassume.lab import ACCOUNT, Lab
from unassume.lab.accounts import state
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


def test_role_view(lab: Lab) -> None:
    """A role's view has its id, ARN with path, trust, inline and attached policies at their default version, tags."""
    iam = client(lab, "iam", lab.credentials("root"))
    trust, first, second = json.dumps(TRUST), allow(["s3:GetObject"]), allow(["s3:PutObject"])
    iam.create_role(
        RoleName="Seen", Path="/team/", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200,
        Tags=[{"Key": "a", "Value": "b"}], Description="for the test",
    )  # fmt: skip
    iam.put_role_policy(RoleName="Seen", PolicyName="Inline", PolicyDocument=first)
    managed = iam.create_policy(PolicyName="Managed", PolicyDocument=first)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="Seen", PolicyArn=managed)
    iam.create_policy_version(PolicyArn=managed, PolicyDocument=second, SetAsDefault=True)
    role = state.view(ACCOUNT).role_named("Seen")
    assert role is not None
    assert (role.id[:4], len(role.id), role.arn) == ("AROA", 21, f"arn:aws:iam::{ACCOUNT}:role/team/Seen")
    assert (role.trust, role.inline, role.managed) == (trust, (("Inline", first),), ((managed, second),))
    assert (role.max_session, role.tags, role.description) == (7200, (("a", "b"),), "for the test")
    assert state.view(ACCOUNT).role_at(role.arn) == role


def test_boundaries_in_views(lab: Lab) -> None:
    """A role's and a user's boundary stand in their views with the text of the default version; without one, None."""
    iam = client(lab, "iam", lab.credentials("root"))
    first, second = allow(["s3:GetObject"]), allow(["s3:PutObject"])
    arn = iam.create_policy(PolicyName="Boundary", PolicyDocument=first)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=second, SetAsDefault=True)
    iam.create_role(RoleName="Held", AssumeRolePolicyDocument=json.dumps(TRUST), PermissionsBoundary=arn)
    iam.create_user(UserName="held", PermissionsBoundary=arn)
    iam.create_user(UserName="free")
    view = state.view(ACCOUNT)
    role, user, free = view.role_named("Held"), view.user_named("held"), view.user_named("free")
    assert role is not None
    assert user is not None
    assert free is not None
    assert (role.boundary, user.boundary, free.boundary) == ((arn, second), (arn, second), None)


def test_user_view_and_keys(lab: Lab) -> None:
    """A user's view has its tags and its groups' policies; its key is found with its status."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="seen", Tags=[{"Key": "a", "Value": "b"}])
    iam.create_group(GroupName="all")
    iam.add_user_to_group(GroupName="all", UserName="seen")
    iam.put_group_policy(GroupName="all", PolicyName="P", PolicyDocument=allow(["s3:GetObject"]))
    key = iam.create_access_key(UserName="seen")["AccessKey"]
    user = next(user for user in state.view(ACCOUNT).users.values() if user.name == "seen")
    assert (user.tags, user.inline) == ((("a", "b"),), (("all/P", allow(["s3:GetObject"])),))
    found = state.find_user_key(key["AccessKeyId"])
    assert found == state.UserKey(ACCOUNT, "seen", key["SecretAccessKey"], True)
    assert state.find_user_key("AKIA" + "C" * 16) is None


def test_ids_are_mended_once(lab: Lab) -> None:
    """moto's user and group ids get AWS's shape, and keep it."""
    backend = iam_backends[ACCOUNT]["aws"]
    backend.create_user("us-east-1", "raw", "/", [])
    mended = state.mend_ids(ACCOUNT, datetime.now(UTC))
    assert backend.users["raw"].id in mended.values()
    assert state.mend_ids(ACCOUNT, datetime.now(UTC)) == {}


def test_document_text_is_kept_as_written(lab: Lab) -> None:
    """IAM hands a policy back as the very text that was put, white space included."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_role(RoleName="Exact", AssumeRolePolicyDocument=json.dumps(TRUST))
    text = json.dumps(json.loads(allow(["s3:GetObject"])), indent=3)
    iam.put_role_policy(RoleName="Exact", PolicyName="P", PolicyDocument=text)
    role = state.view(ACCOUNT).role_named("Exact")
    assert role is not None
    assert dict(role.inline)["P"] == text


def test_one_account_is_in_no_organization(lab: Lab) -> None:
    """A lab of one account makes no organization."""
    organizations = client(lab, "organizations", lab.credentials("root"))
    assert code_of(organizations.describe_organization) == "AWSOrganizationsNotInUseException"


def test_groups_and_counts(lab: Lab) -> None:
    """A view has the groups with their policies, and counts what has no view of its own."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_group(GroupName="viewed")
    iam.put_group_policy(GroupName="viewed", PolicyName="P", PolicyDocument=allow(["s3:GetObject"]))
    iam.create_instance_profile(InstanceProfileName="viewed")
    view = state.view(ACCOUNT)
    group = view.group_named("viewed")
    assert group is not None
    assert (group.id[:4], group.inline, group.managed) == ("AGPA", (("P", allow(["s3:GetObject"])),), ())
    assert view.counts["instance_profiles"] == 1
