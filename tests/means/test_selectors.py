"""What a selector means is what the evaluator says of the statement written for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.means.made import CUT_OFFS, NAMES
from unassume.means.judge import judge, principal_of
from unassume.means.mark import CANARY_PREFIX, bind, document
from unassume.model.previews import Verdict
from unassume.model.selectors import CanarySelector, OlderSessionsSelector, Selector, SessionNameSelector
from unassume.model.sessions import Session

ROLE_ID = "AROAEXAMPLEANALYST000"
CANARY = f"{CANARY_PREFIX}0123456789ab"
# Few names, so that selectors and sessions often meet; the rest is what thieves may choose.
CLOSE = st.sampled_from(["keith", "Keith", "keit", "keith2", "bob", CANARY]) | NAMES
SELECTORS: st.SearchStrategy[tuple[Selector, ...]] = st.lists(
    st.builds(lambda name: SessionNameSelector(f"{ROLE_ID}:{name}"), CLOSE)
    | st.just(OlderSessionsSelector())
    | st.just(CanarySelector(f"{ROLE_ID}:{CANARY}")),
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


@given(
    selectors=SELECTORS,
    name=CLOSE,
    cut_off=CUT_OFFS,
    apart=st.none() | st.integers(-3, 3) | st.integers(-40_000, 40_000),
    kind=st.sampled_from(["use", "event"]),
)
def test_selectors_agree_with_the_evaluation_of_what_they_write(
    selectors: tuple[Selector, ...], name: str, cut_off: datetime, apart: int | None, kind: str
) -> None:
    """A session is cut where any selector matches it, spared where none does, else nobody can say."""
    one = session(name, None if apart is None else cut_off + timedelta(seconds=apart), kind)
    answers = [selector.matches(one, cut_off) for selector in selectors]
    expected = Verdict.CUT if True in answers else Verdict.UNSURE if None in answers else Verdict.SPARED
    assert judge(bind(document(selectors), cut_off) or "", principal_of(one)) is expected
