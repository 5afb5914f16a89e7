"""GetFederationToken: who may, what bounds its sessions, and what they may not call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import allow, answer_of, assume, code_of
from tests.lab.sts.people import given, last, raw, role, trusting_account, user
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

ALL = allow(["*"])


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        yield opened


@pytest.fixture(scope="module")
def ann(lab: Lab) -> Credentials:
    return user(lab, "ann", ALL)


def federated(lab: Lab, credentials: Credentials, name: str = "carol", **more: Any) -> Credentials:
    return given(client(lab, "sts", credentials).get_federation_token(Name=name, **more))


def test_needs_permission_on_the_federated_user(lab: Lab) -> None:
    """The user's policy must allow sts:GetFederationToken on that name's ARN."""
    narrow = user(lab, "narrow", allow(["sts:GetFederationToken"], f"arn:aws:sts::{ACCOUNT}:federated-user/carol"))
    sts = client(lab, "sts", narrow)
    assert code_of(sts.get_federation_token, Name="carol", Policy=ALL) == "OK"
    code, status, message = answer_of(sts.get_federation_token, Name="dave", Policy=ALL)
    assert (code, status, "federated-user/dave" in message) == ("AccessDenied", 403, True)


def test_the_policies_intersect(lab: Lab) -> None:
    """A federated user may do what both the user's policies and the session policy allow."""
    lister = user(lab, "lister", allow(["sts:GetFederationToken", "s3:ListAllMyBuckets"]))
    held = federated(lab, lister, Policy=allow(["s3:*", "dynamodb:*"]))
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"
    assert code_of(client(lab, "dynamodb", held).list_tables) == "AccessDeniedException"
    assert code_of(client(lab, "s3", held).create_bucket, Bucket="not-hers") == "AccessDenied"


def test_nothing_without_a_session_policy(lab: Lab, ann: Credentials) -> None:
    """Without a session policy a federated user may do nothing by identity."""
    assert code_of(client(lab, "s3", federated(lab, ann)).list_buckets) == "AccessDenied"
    assert code_of(client(lab, "s3", federated(lab, ann, Policy=ALL)).list_buckets) == "OK"


def test_identity_and_restrictions(lab: Lab, ann: Credentials) -> None:
    """It may ask who it is, and call neither IAM nor the rest of STS."""
    held = federated(lab, ann, Policy=ALL)
    identity = client(lab, "sts", held).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/carol"
    assert identity["UserId"] == f"{ACCOUNT}:carol"
    assert code_of(client(lab, "iam", held).list_users) == "InvalidClientTokenId"
    arn = role(lab, "ForNobody", trusting_account())
    assert code_of(client(lab, "sts", held).assume_role, RoleArn=arn, RoleSessionName="carol") == "AccessDenied"
    assert code_of(client(lab, "sts", held).get_session_token) == "AccessDenied"


def test_only_with_long_term_keys(lab: Lab, ann: Credentials) -> None:
    """A role session cannot call it, whatever its policies."""
    held = assume(lab, ann, role(lab, "Federating", trusting_account()), "ann")
    code, _, message = answer_of(client(lab, "sts", held).get_federation_token, Name="carol")
    assert (code, message) == ("AccessDenied", "Cannot call GetFederationToken with session credentials")


def test_root_may(lab: Lab) -> None:
    """The root user's federated users may do what the session policy says, for an hour at most."""
    held = federated(lab, lab.credentials("root"), Policy=allow(["s3:*"]))
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"
    assert code_of(client(lab, "dynamodb", held).list_tables) == "AccessDeniedException"
    assert held.expires_at is not None
    assert (held.expires_at - last(lab, "GetFederationToken").at).total_seconds() == 3600


@pytest.mark.parametrize(
    ("seconds", "code"), [(899, "ValidationError"), (900, "OK"), (129_600, "OK"), (129_601, "ValidationError")]
)
def test_duration_limits(lab: Lab, ann: Credentials, seconds: int, code: str) -> None:
    """It lasts between 900 seconds and 36 hours."""
    sts = raw(lab, ann)
    assert code_of(sts.get_federation_token, Name="carol", DurationSeconds=seconds) == code


def test_name_is_checked(lab: Lab, ann: Credentials) -> None:
    """The name has 2 to 32 letters of AWS's pattern."""
    sts = raw(lab, ann)
    assert code_of(sts.get_federation_token, Name="a b") == "ValidationError"
    assert code_of(sts.get_federation_token, Name="x" * 33) == "ValidationError"
    assert code_of(sts.get_federation_token, Name="x" * 32) == "OK"


def test_tags_are_principal_tags(lab: Lab, ann: Credentials) -> None:
    """A session tag is a principal tag of the federated user, and setting it needs sts:TagSession."""
    red = json.loads(allow(["s3:*"], condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}}))
    held = federated(lab, ann, Policy=json.dumps(red), Tags=[{"Key": "Team", "Value": "red"}])
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"
    other = federated(lab, ann, Policy=json.dumps(red), Tags=[{"Key": "Team", "Value": "blue"}])
    assert code_of(client(lab, "s3", other).list_buckets) == "AccessDenied"
    plain = user(lab, "plain", allow(["sts:GetFederationToken"]))
    sts = client(lab, "sts", plain)
    assert code_of(sts.get_federation_token, Name="carol", Tags=[{"Key": "a", "Value": "b"}]) == "AccessDenied"


def test_the_event(lab: Lab, ann: Credentials) -> None:
    """The event names the federated user and the key, and no secret."""
    held = federated(lab, ann, Policy=ALL)
    event = last(lab, "GetFederationToken")
    shown = event.record["responseElements"]
    assert shown["federatedUser"]["arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/carol"
    assert held.access_key_id in [each.name for each in event.resources]
    assert held.secret_access_key not in str(event.record)
