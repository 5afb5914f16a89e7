"""GetSessionToken: for whom, for how long, and what its sessions may call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.acting import allow, answer_of, assume, code_of
from tests.lab.sts.people import DENY_ALL, device, given, last, raw, role, root, trusting_account, user
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.clock import wall
from unassume.lab.sts.mfa import totp


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        yield opened


@pytest.fixture(scope="module")
def ann(lab: Lab) -> Credentials:
    return user(lab, "ann", allow(["*"]))


def token(lab: Lab, credentials: Credentials, **more: object) -> Credentials:
    return given(client(lab, "sts", credentials).get_session_token(**more))


def test_a_token_acts_as_its_user(lab: Lab, ann: Credentials) -> None:
    """The session is the user, with the user's policies, for twelve hours."""
    held = token(lab, ann)
    identity = client(lab, "sts", held).get_caller_identity()
    assert identity["Arn"].endswith(":user/ann")
    assert held.expires_at is not None
    assert (held.expires_at - last(lab, "GetSessionToken").at).total_seconds() == 43_200
    assert code_of(client(lab, "s3", held).list_buckets) == "OK"


def test_no_policy_stops_it(lab: Lab) -> None:
    """A user who is denied everything gets a token all the same, and the token may do nothing."""
    denied = user(lab, "denied", allow(["*"]), DENY_ALL)
    held = token(lab, denied)
    assert code_of(client(lab, "s3", held).list_buckets) == "AccessDenied"


@pytest.mark.parametrize(
    ("seconds", "code"), [(899, "ValidationError"), (900, "OK"), (129_600, "OK"), (129_601, "ValidationError")]
)
def test_duration_limits(lab: Lab, ann: Credentials, seconds: int, code: str) -> None:
    """A token lasts between 900 seconds and 36 hours."""
    assert code_of(raw(lab, ann).get_session_token, DurationSeconds=seconds) == code


def test_roots_token_lasts_an_hour_at_most(lab: Lab) -> None:
    """The root user's token is cut to an hour."""
    held = token(lab, lab.credentials("root"), DurationSeconds=43_200)
    assert held.expires_at is not None
    assert (held.expires_at - last(lab, "GetSessionToken").at).total_seconds() == 3600
    assert client(lab, "sts", held).get_caller_identity()["Arn"].endswith(":root")


def test_not_with_session_credentials(lab: Lab, ann: Credentials) -> None:
    """Neither a token nor a role session gets another token."""
    message = "Cannot call GetSessionToken with session credentials"
    for held in (token(lab, ann), assume(lab, ann, role(lab, "ForToken", trusting_account()), "ann")):
        assert answer_of(client(lab, "sts", held).get_session_token) == ("AccessDenied", 403, message)


def test_iam_needs_mfa(lab: Lab) -> None:
    """A token without MFA cannot call IAM; one with MFA can."""
    held = user(lab, "mia", allow(["*"]))
    serial, seed = device(lab, "mia")
    assert code_of(client(lab, "iam", token(lab, held)).list_users) == "InvalidClientTokenId"
    proven = token(lab, held, SerialNumber=serial, TokenCode=totp(seed, wall()))
    assert code_of(client(lab, "iam", proven).list_users) == "OK"


def test_sts_calls_of_a_token(lab: Lab, ann: Credentials) -> None:
    """A token may call AssumeRole and GetCallerIdentity, and nothing else of STS."""
    held = token(lab, ann)
    arn = role(lab, "ForTokens", trusting_account())
    sts = client(lab, "sts", held)
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="ann") == "OK"
    assert code_of(sts.get_caller_identity) == "OK"
    assert code_of(sts.get_access_key_info, AccessKeyId=held.access_key_id) == "AccessDenied"
    assert code_of(sts.get_federation_token, Name="someone") == "AccessDenied"


def test_wrong_codes(lab: Lab) -> None:
    """A wrong code, a used one, and another user's device are denied."""
    nia, other = user(lab, "nia"), user(lab, "other")
    serial, seed = device(lab, "nia")
    sts = client(lab, "sts", nia)
    code = totp(seed, wall())
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert code_of(sts.get_session_token, SerialNumber=serial, TokenCode=wrong) == "AccessDenied"
    assert code_of(sts.get_session_token, SerialNumber=serial, TokenCode=code) == "OK"
    assert code_of(sts.get_session_token, SerialNumber=serial, TokenCode=code) == "AccessDenied"
    others = client(lab, "sts", other)
    assert code_of(others.get_session_token, SerialNumber=serial, TokenCode=code) == "AccessDenied"


def test_mfa_keys_of_a_token(lab: Lab) -> None:
    """Later calls of a token know whether MFA was used, and how long ago."""
    fresh = {"NumericLessThan": {"aws:MultiFactorAuthAge": "600"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}
    held = user(lab, "pia", allow(["s3:*"], condition=fresh))
    serial, seed = device(lab, "pia")
    proven = token(lab, held, SerialNumber=serial, TokenCode=totp(seed, wall()))
    assert code_of(client(lab, "s3", token(lab, held)).list_buckets) == "AccessDenied"
    assert code_of(client(lab, "s3", proven).list_buckets) == "OK"
    lab.clock.advance(700)
    assert code_of(client(lab, "s3", proven).list_buckets) == "AccessDenied"


def test_the_event_holds_no_secret(lab: Lab, ann: Credentials) -> None:
    """The event shows the key's id and its end, and neither secret nor token nor code."""
    held = token(lab, ann)
    event = last(lab, "GetSessionToken")
    shown = event.record["responseElements"]["credentials"]
    assert shown["accessKeyId"] == held.access_key_id
    assert held.secret_access_key not in str(event.record)
    assert str(held.session_token) not in str(event.record)
    assert [each.name for each in event.resources] == [held.access_key_id]


def test_a_deleted_users_token_is_dead(lab: Lab) -> None:
    """A token of a user that is gone proves nothing."""
    held = token(lab, user(lab, "gone"))
    iam = root(lab)
    for key in iam.list_access_keys(UserName="gone")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="gone", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="gone")
    assert code_of(client(lab, "sts", held).get_caller_identity) == "InvalidClientTokenId"
