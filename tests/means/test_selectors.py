"""What a selector means is what the evaluator says of the statement written for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.means.made import CUT_OFFS, NAMES
from unassume.means.judge import judge, principal_of
from unassume.means.mark import bind, document
from unassume.means.shapes import CANARY_PREFIX
from unassume.model.previews import Verdict
from unassume.model.selectors import (
    SOURCE_IDENTITY,
    TAG,
    CanarySelector,
    ElsewhereSelector,
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    Selector,
    SessionNameSelector,
    user_id,
)
from unassume.model.sessions import Session

ROLE_ID = "AROAEXAMPLEANALYST000"
USER_ID, ACCOUNT = "AIDAEXAMPLEKEITH00000", "111122223333"
CANARY = f"{CANARY_PREFIX}0123456789ab"
# Few names, so that selectors and sessions often meet; the rest is what thieves may choose.
CLOSE = st.sampled_from(["keith", "Keith", "keit", "keith2", "bob", CANARY]) | NAMES
OWNERS = st.sampled_from(["keith", "Keith", "blue"])
EGRESS = st.sampled_from([("192.0.2.0/24",), ("198.51.100.7/32", "2001:db8::/32")])
VPCS = st.sampled_from([(), ("vpc-0a1b2c3d",)])
EPOCH = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)


def issuance(name: str, start: int, width: int) -> IssuanceSelector:
    """A window that starts some seconds from the instant the sessions are issued around."""
    first = EPOCH + timedelta(seconds=start)
    return IssuanceSelector(f"{ROLE_ID}:{name}", first, first + timedelta(seconds=width))


SELECTORS: st.SearchStrategy[tuple[Selector, ...]] = st.lists(
    st.builds(lambda name: SessionNameSelector(f"{ROLE_ID}:{name}"), CLOSE)
    | st.builds(issuance, CLOSE, st.integers(-5, 5), st.integers(1, 4))
    | st.builds(PersonSelector, st.sampled_from([SOURCE_IDENTITY, f"{TAG}Team", f"{TAG}team"]), OWNERS)
    | st.builds(OlderSessionsSelector, st.sampled_from(["", ROLE_ID, "AROAEXAMPLEANALYST00"]))
    | st.builds(HoldSelector, st.sampled_from(["", ROLE_ID, "AROAEXAMPLEANALYST00"]))
    | st.just(CanarySelector(f"{ROLE_ID}:{CANARY}"))
    | st.builds(ElsewhereSelector, CLOSE.map(f"{ROLE_ID}:".__add__), EGRESS, VPCS)
    | st.sampled_from([SessionNameSelector(USER_ID), SessionNameSelector(f"{ACCOUNT}:keith")]),
    min_size=1,
    max_size=5,
).map(tuple)
KEITH = Session(
    id="s", account="111122223333", principal_arn="", principal_id="", session_name="", issued_at=None,
    expires_at=None, expiry_is="bounded", origin="unknown",
)  # fmt: skip


def session(name: str, issued_at: datetime | None, issued_at_is: str) -> Session:
    return msgspec.structs.replace(
        KEITH,
        principal_arn=f"arn:aws:sts::111122223333:assumed-role/R/{name}",
        principal_id=f"{ROLE_ID}:{name}",
        session_name=name,
        issued_at=issued_at,
        issued_at_is=issued_at_is,
    )


def as_role(one: Session) -> Session:
    return one


def as_token(one: Session) -> Session:
    """The same as a token of GetSessionToken: the user's, who has no source identity; his tags are not read."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/keith"
    return msgspec.structs.replace(
        one, principal_id=USER_ID, principal_arn=arn, source_identity=None, tags=(), are_tags_known=False, calls=1
    )


def as_federation(one: Session) -> Session:
    """The same as a token of GetFederationToken, given out by a user."""
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/keith"
    return msgspec.structs.replace(
        as_token(one), principal_id=f"{ACCOUNT}:keith", principal_arn=arn, session_name="keith", user_id=USER_ID,
        user_name="keith",
    )  # fmt: skip


@given(
    selectors=SELECTORS,
    name=CLOSE,
    cut_off=CUT_OFFS | st.just(EPOCH),
    apart=st.none() | st.integers(-6, 6) | st.integers(-40_000, 40_000),
    kind=st.sampled_from(["use", "event"]),
    owner=st.none() | OWNERS,
    calls=st.integers(0, 1),
    tags=st.none() | st.dictionaries(st.sampled_from(["team", "cost"]), OWNERS),
    holder=st.sampled_from([as_role, as_token, as_federation]),
)
def test_selectors_agree_with_the_evaluation_of_what_they_write(
    selectors: tuple[Selector, ...], name: str, cut_off: datetime, apart: int | None, kind: str,
    owner: str | None, calls: int, tags: dict[str, str] | None, holder: Callable[[Session], Session],
) -> None:  # fmt: skip
    """A session is cut where any selector matches it, spared where none does, else nobody can say."""
    one = msgspec.structs.replace(
        session(name, None if apart is None else cut_off + timedelta(seconds=apart), kind),
        source_identity=owner,
        calls=calls,
        tags=tuple((tags or {}).items()),
        are_tags_known=tags is not None,
    )
    one = holder(one)
    answers = [selector.matches(one, cut_off) for selector in selectors]
    expected = Verdict.CUT if True in answers else Verdict.UNSURE if None in answers else Verdict.SPARED
    assert judge(bind(document(selectors), cut_off) or "", principal_of(one)) is expected


@given(selectors=SELECTORS, name=CLOSE, cut_off=CUT_OFFS)
def test_a_selector_that_names_one_user_id_hits_no_other(
    selectors: tuple[Selector, ...], name: str, cut_off: datetime
) -> None:
    """`user_id` is what lets a preview skip everybody else: it must never skip a session that is hit."""
    one = session(name, cut_off, "use")
    for selector in selectors:
        if user_id(selector) not in (None, one.principal_id):
            assert selector.matches(one, cut_off) is False
