"""What no policy of an identity stops: tested with a Deny on everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.acting import allow, assume, code_of
from tests.lab.sts.people import DENY_ALL, role, root, trusting_account, user
from unassume.lab import Lab
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(None) as opened:
        yield opened


def test_a_denied_user_asks_who_it_is(lab: Lab) -> None:
    """GetCallerIdentity and GetSessionToken pass under Deny * on everything; GetAccessKeyInfo does not."""
    held = user(lab, "denied", allow(["*"]), DENY_ALL)
    sts = client(lab, "sts", held)
    assert code_of(sts.get_caller_identity) == "OK"
    assert code_of(sts.get_session_token) == "OK"
    assert code_of(sts.get_access_key_info, AccessKeyId=held.access_key_id) == "AccessDenied"
    assert code_of(sts.get_federation_token, Name="someone") == "AccessDenied"


def test_a_denied_session_asks_who_it_is(lab: Lab) -> None:
    """A session of a role that is denied everything still learns its name, and chains no further."""
    ann = user(lab, "ann", allow(["*"]))
    arn = role(lab, "Doomed", trusting_account())
    held = assume(lab, ann, arn, "ann")
    root(lab).put_role_policy(RoleName="Doomed", PolicyName="Deny", PolicyDocument=DENY_ALL)
    sts = client(lab, "sts", held)
    assert code_of(sts.get_caller_identity) == "OK"
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="ann") == "AccessDenied"
