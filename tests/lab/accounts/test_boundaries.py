"""Permissions boundaries over HTTP: they bind, they say so, and taking one away sets free."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import TRUST, allow, answer_of, assume, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def iam(lab: Lab) -> Any:
    return client(lab, "iam", lab.credentials("root"))


@pytest.fixture(scope="module")
def boss(lab: Lab, iam: Any) -> Credentials:
    """A user who may do everything and enter roles, which root may not."""
    return user(iam, "boss")


def user(iam: Any, name: str, **more: Any) -> Credentials:
    iam.create_user(UserName=name, **more)
    iam.put_user_policy(UserName=name, PolicyName="All", PolicyDocument=allow(["*"]))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def role(iam: Any, name: str, **more: Any) -> str:
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), **more)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=allow(["*"]))
    return str(made["Arn"])


def policy(iam: Any, name: str, document: str) -> str:
    return str(iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"])


def test_a_role_under_a_boundary(lab: Lab, iam: Any, boss: Credentials) -> None:
    """What the boundary does not allow, a session of the role may not, in AWS's words; it may again without it."""
    arn = role(iam, "Bound")
    session = assume(lab, boss, arn, "keith")
    queues, buckets = client(lab, "sqs", session), client(lab, "s3", session)
    assert (code_of(queues.list_queues), code_of(buckets.list_buckets)) == ("OK", "OK")
    iam.put_role_permissions_boundary(RoleName="Bound", PermissionsBoundary=READ_ONLY)
    assert code_of(buckets.list_buckets) == "OK"
    assert answer_of(queues.list_queues)[2].endswith("because no permissions boundary allows the sqs:ListQueues action")
    shown = iam.get_role(RoleName="Bound")["Role"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == READ_ONLY
    iam.delete_role_permissions_boundary(RoleName="Bound")
    assert code_of(queues.list_queues) == "OK"
    assert "PermissionsBoundary" not in iam.get_role(RoleName="Bound")["Role"]


def test_a_boundary_follows_its_default_version(lab: Lab, iam: Any, boss: Credentials) -> None:
    """The version in force binds: a deny set as default cuts the session, the version before it gives it back."""
    everything = allow(["*"])
    boundary = policy(iam, "Ceiling", everything)
    session = assume(lab, boss, role(iam, "Under", PermissionsBoundary=boundary), "keith")
    queues = client(lab, "sqs", session)
    assert code_of(queues.list_queues) == "OK"
    statements = [*json.loads(everything)["Statement"], {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]
    denying = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.create_policy_version(PolicyArn=boundary, PolicyDocument=denying, SetAsDefault=True)
    assert answer_of(queues.list_queues)[2].endswith("with an explicit deny in a permissions boundary")
    iam.set_default_policy_version(PolicyArn=boundary, VersionId="v1")
    assert code_of(queues.list_queues) == "OK"


def test_a_user_under_a_boundary(lab: Lab, iam: Any) -> None:
    """A user is made with a boundary or given one; it binds, is shown, and goes."""
    holder = user(iam, "holder", PermissionsBoundary=READ_ONLY)
    shown = iam.get_user(UserName="holder")["User"]["PermissionsBoundary"]
    assert shown == {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": READ_ONLY}
    queues = client(lab, "sqs", holder)
    assert "no permissions boundary allows" in answer_of(queues.list_queues)[2]
    iam.delete_user_permissions_boundary(UserName="holder")
    assert code_of(queues.list_queues) == "OK"
    assert "PermissionsBoundary" not in iam.get_user(UserName="holder")["User"]
    iam.put_user_permissions_boundary(UserName="holder", PermissionsBoundary=READ_ONLY)
    assert "no permissions boundary allows" in answer_of(queues.list_queues)[2]


def test_the_answer_to_create_user(iam: Any) -> None:
    """CreateUser shows the boundary that the user was made with."""
    made = iam.create_user(UserName="shown", PermissionsBoundary=READ_ONLY)["User"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert made["UserId"].startswith("AIDA")


@pytest.mark.parametrize("call", ["put_role_permissions_boundary", "put_user_permissions_boundary"])
def test_a_boundary_that_is_not_there(iam: Any, boss: Credentials, call: str) -> None:
    """Only a policy that stands can be a boundary; text that is no ARN of one is invalid; a holder must be there."""
    role_or_user = {"RoleName": "Nobody"} if "role" in call else {"UserName": "Nobody"}
    missing = f"arn:aws:iam::{ACCOUNT}:policy/NoSuch"
    assert code_of(getattr(iam, call), **role_or_user, PermissionsBoundary=missing) == "NoSuchEntity"
    assert code_of(getattr(iam, call), **role_or_user, PermissionsBoundary="x" * 30) == "ValidationError"
    assert code_of(getattr(iam, call), **role_or_user, PermissionsBoundary=READ_ONLY) == "NoSuchEntity"


def test_a_policy_that_is_a_boundary_stays(iam: Any) -> None:
    """A boundary of anybody cannot be deleted; once nobody's it can."""
    boundary = policy(iam, "Kept", allow(["*"]))
    iam.create_user(UserName="kept", PermissionsBoundary=boundary)
    assert answer_of(iam.delete_policy, PolicyArn=boundary)[:2] == ("DeleteConflict", 409)
    iam.delete_user_permissions_boundary(UserName="kept")
    assert code_of(iam.delete_policy, PolicyArn=boundary) == "OK"


def test_the_key_iam_permissions_boundary(lab: Lab, iam: Any) -> None:
    """A delegate who may make only bound roles makes no other, and cannot take the boundary off."""
    delegate = Credentials(*key_of(iam, "delegate", ("iam:CreateRole", "iam:DeleteRolePermissionsBoundary")))
    theirs = client(lab, "iam", delegate)
    given = {"RoleName": "Theirs", "AssumeRolePolicyDocument": json.dumps(TRUST)}
    assert code_of(theirs.create_role, **given) == "AccessDenied"
    assert code_of(theirs.create_role, **given, PermissionsBoundary=READ_ONLY) == "OK"
    iam.create_role(**given | {"RoleName": "Free"})
    assert code_of(theirs.delete_role_permissions_boundary, RoleName="Free") == "AccessDenied"
    assert code_of(theirs.delete_role_permissions_boundary, RoleName="Theirs") == "OK"


def key_of(iam: Any, name: str, actions: tuple[str, ...]) -> tuple[str, str]:
    """A user who may do these things only where the boundary is AmazonS3ReadOnlyAccess."""
    condition = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
    iam.create_user(UserName=name)
    document = allow(list(actions), condition=condition)
    iam.put_user_policy(UserName=name, PolicyName="Some", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
