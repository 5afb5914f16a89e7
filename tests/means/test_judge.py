"""The verdict on one session is what AWS's rule about instants says, no more and no less."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.means.made import CUT_OFFS, NAMES
from unassume.means.judge import judge, principal_of
from unassume.means.mark import bind, document
from unassume.means.shapes import CANARY_PREFIX
from unassume.model.previews import Verdict
from unassume.model.selectors import CanarySelector, OlderSessionsSelector, Selector, SessionNameSelector
from unassume.model.sessions import Session

ROLE_ID = "AROAEXAMPLEANALYST000"
# How far the issue time stands from the cut-off, in seconds; the edges more often than the rest.
APART = st.integers(-3, 3) | st.integers(-40_000, 40_000)


def verdict(selector: Selector, cut_off: datetime, name: str, issued_at: datetime | None, issued_at_is: str) -> Verdict:
    """What a policy with that one selector does to a session of that name and time."""
    session = Session(
        id="s", account="111122223333", principal_arn=f"arn:aws:sts::111122223333:assumed-role/R/{name}",
        principal_id=f"{ROLE_ID}:{name}", session_name=name, issued_at=issued_at, issued_at_is=issued_at_is,
        expires_at=None, expiry_is="bounded", origin="unknown",
    )  # fmt: skip
    text = bind(document((selector,)), cut_off)
    assert text is not None
    return judge(text, principal_of(session))


@given(name=NAMES, cut_off=CUT_OFFS, apart=APART)
def test_a_time_known_exactly_is_decided(name: str, cut_off: datetime, apart: int) -> None:
    """With the second known, a session of that name is cut when issued before the cut-off's second, else spared."""
    found = verdict(SessionNameSelector(f"{ROLE_ID}:{name}"), cut_off, name, cut_off + timedelta(seconds=apart), "use")
    assert found is (Verdict.CUT if apart < 0 else Verdict.SPARED)


@given(name=NAMES, cut_off=CUT_OFFS, apart=APART)
def test_a_time_known_from_its_event_alone_is_unsure_at_the_edge(name: str, cut_off: datetime, apart: int) -> None:
    """The issuing event tells the second to one either way: within it nobody can say."""
    found = verdict(
        SessionNameSelector(f"{ROLE_ID}:{name}"), cut_off, name, cut_off + timedelta(seconds=apart), "event"
    )
    expected = Verdict.CUT if apart <= -2 else Verdict.UNSURE if apart <= 0 else Verdict.SPARED
    assert found is expected


@given(name=NAMES, cut_off=CUT_OFFS)
def test_an_unknown_time_is_unsure(name: str, cut_off: datetime) -> None:
    """No issue time, no promise: by name and by time alone."""
    for selector in (SessionNameSelector(f"{ROLE_ID}:{name}"), OlderSessionsSelector()):
        assert verdict(selector, cut_off, name, None, "event") is Verdict.UNSURE


@given(name=NAMES, other=NAMES, cut_off=CUT_OFFS, apart=APART)
def test_another_name_is_spared(name: str, other: str, cut_off: datetime, apart: int) -> None:
    """Whoever goes by another name is never hit, whenever his session was issued."""
    assume(name != other)
    issued = cut_off + timedelta(seconds=apart)
    for when, kind in ((issued, "use"), (issued, "event"), (None, "event")):
        assert verdict(SessionNameSelector(f"{ROLE_ID}:{name}"), cut_off, other, when, kind) is Verdict.SPARED


@given(name=NAMES, cut_off=CUT_OFFS, apart=APART)
def test_older_sessions_goes_by_time_alone(name: str, cut_off: datetime, apart: int) -> None:
    """The whole role is cut by issue time, whatever the name."""
    found = verdict(OlderSessionsSelector(), cut_off, name, cut_off + timedelta(seconds=apart), "use")
    assert found is (Verdict.CUT if apart < 0 else Verdict.SPARED)


@given(cut_off=CUT_OFFS, apart=APART)
def test_a_canary_is_cut_at_any_time(cut_off: datetime, apart: int) -> None:
    """The canary's own statement has no time: it exists to be denied, before the cut-off and after it."""
    name = f"{CANARY_PREFIX}0123456789ab"
    selector = CanarySelector(f"{ROLE_ID}:{name}")
    assert verdict(selector, cut_off, name, cut_off + timedelta(seconds=apart), "use") is Verdict.CUT
