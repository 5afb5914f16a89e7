"""Tokens of GetSessionToken and GetFederationToken, from event to session."""

from __future__ import annotations

import pytest

from tests.trail.made import ACCOUNT, OTHER_ARN, OTHER_ID, assume, at, event, stamp, user
from unassume.model.sessions import Session
from unassume.model.surveys import RoleSubject, UserSubject
from unassume.trail.events import Event
from unassume.trail.lineage import sessions_of
from unassume.trail.sightings import sightings_of

USER_ID, LONG_TERM, TOKEN = "AIDAEXAMPLEKEITH0000", "AKIAEXAMPLEKEITH0000", "ASIAEXAMPLETOKEN0000"
WITH_KEY = {**user(), "accessKeyId": LONG_TERM}
ON_TOKEN = {**user(), "accessKeyId": TOKEN, "sessionContext": {"attributes": {"creationDate": stamp(at(0))}}}


def taken(seconds: float, *, name: str | None = None, who: dict[str, object] | None = None, **more: object) -> Event:
    """A token taken, or given out under a name."""
    federated = {"federatedUserId": f"{ACCOUNT}:{name}", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/{name}"}
    response = {"credentials": {"accessKeyId": TOKEN}, **({"federatedUser": federated} if name else {})}
    call = "GetFederationToken" if name else "GetSessionToken"
    fields: dict[str, object] = {"eventSource": "sts.amazonaws.com", "responseElements": response, **more}
    return event(seconds, call, who or WITH_KEY, **fields)


def given_out(user_id: str = USER_ID, user_name: str = "keith") -> dict[str, object]:
    """The identity of a call on a token that a user gave out."""
    issuer = {"type": "IAMUser", "principalId": user_id, "arn": f"arn:aws:iam::{ACCOUNT}:user/{user_name}"}
    context = {"attributes": {"creationDate": stamp(at(0))}, "sessionIssuer": issuer}
    return {
        "type": "FederatedUser", "accountId": ACCOUNT, "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/portal",
        "principalId": f"{ACCOUNT}:portal", "accessKeyId": TOKEN, "sessionContext": context,
    }  # fmt: skip


def sessions(*events: Event) -> tuple[Session, ...]:
    return sessions_of(sightings_of(events), at(600))


def test_a_token_and_its_use_are_one_session() -> None:
    """The user's id, his name, the key that took it; alive for the 12 hours asked for, exact to the second by a use."""
    (found,) = sessions(taken(0, requestParameters={"durationSeconds": 43_200}), event(60, "ListBuckets", ON_TOKEN))
    assert (found.kind, found.principal_id, found.session_name) == ("token", USER_ID, "keith")
    assert found.holder == UserSubject(account=ACCOUNT, name="keith")
    assert (found.issued_at_is, found.expires_at, found.calls) == ("use", at(43_200), 1)
    assert found.parent is not None
    assert found.parent.key_id == LONG_TERM


def test_a_token_given_out_is_the_user_s() -> None:
    """It goes by account and name, and is bound by the user's policies."""
    (found,) = sessions(taken(0, name="portal"), event(60, "ListBuckets", given_out()))
    assert (found.kind, found.principal_id, found.session_name) == ("federation", f"{ACCOUNT}:portal", "portal")
    assert (found.holder_id, found.holder) == (USER_ID, UserSubject(account=ACCOUNT, name="keith"))
    assert found.principal_arn.endswith(":federated-user/portal")


def test_two_users_tokens_of_one_name_stay_apart() -> None:
    """The name is the same, the second too: whose they are tells them apart."""
    found = sessions(event(60, "ListBuckets", given_out()), event(60, "ListBuckets", given_out("AIDAOTHER", "mary")))
    assert {one.holder_id for one in found} == {USER_ID, "AIDAOTHER"}
    assert len({one.id for one in found}) == 2


def test_a_token_nobody_saw_taken_may_live_36_hours() -> None:
    """Known by use alone, the longest a user's token can live is what bounds it."""
    (found,) = sessions(event(60, "ListBuckets", ON_TOKEN))
    assert (found.expires_at, found.expiry_is, found.origin) == (at(36 * 3600), "bounded", "unknown")


def test_a_long_term_key_is_no_session() -> None:
    """Calls on the key itself have no creationDate, and are nobody's session."""
    assert sessions(event(60, "ListBuckets", WITH_KEY)) == ()


@pytest.mark.parametrize("kind", ["Root", "AWSAccount"])
def test_the_root_user_s_token_is_not_read(kind: str) -> None:
    """No policy of the account binds root: its token is not taken for a user's."""
    assert sessions(taken(0, who={**WITH_KEY, "type": kind, "principalId": ACCOUNT})) == ()


def test_a_refused_call_gives_no_token() -> None:
    """What was refused issued nothing."""
    assert sessions(taken(0, name="portal", errorCode="AccessDenied", responseElements=None)) == ()


def test_a_role_taken_with_the_token_comes_of_it() -> None:
    """The token's key in the AssumeRole event makes the edge certain."""
    token, child = sessions(taken(0), assume(30, ON_TOKEN, "build", "ASIACHILD00000000001", role_id=OTHER_ID))
    assert child.edge is not None
    assert child.parent is not None
    assert (child.parent.session_id, child.edge.confidence) == (token.id, "certain")
    assert isinstance(child.holder, RoleSubject)


def test_a_role_taken_with_the_key_does_not() -> None:
    """The long-term key was never the token's: no edge, however near in time."""
    _, child = sessions(
        taken(0), assume(30, WITH_KEY, "build", "ASIACHILD00000000001", role_id=OTHER_ID, role_arn=OTHER_ARN)
    )
    assert child.edge is None
    assert child.parent is not None
    assert child.parent.session_id is None
