"""When a request is fresh: by the machine's clock, by the lab's, and across a jump."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.lab.access.freshness import staleness
from unassume.lab.clock import LabClock, wall, whole_second
from unassume.lab.wire.claims import Signed, Style
from unassume.lab.wire.refusals import Why

SECOND = timedelta(seconds=1)
LIVES = st.integers(60, 86_400)
JUMPS = st.integers(0, 200_000)


def signed(at: datetime, lasts: int | None, style: Style = Style.QUERY) -> Signed:
    """A claim signed at an instant; without a life it stands in a header."""
    ends = None if lasts is None else whole_second(at) + lasts * SECOND
    style = Style.HEADER if lasts is None else style
    stamp = "" if style is Style.QUERY_V2 else f"{at:%Y%m%dT%H%M%SZ}"
    return Signed("AKIA", f"{at:%Y%m%d}", "us-east-1", "s3", ("host",), "", style, stamp, ends)


@given(LIVES, JUMPS)
def test_a_url_of_before_a_jump(lasts: int, jump: int) -> None:
    """What was presigned by the machine's clock before a jump has expired once the jump is longer than its life."""
    clock = LabClock()
    url = signed(wall(), lasts)
    assert staleness(url, clock) is None
    clock.advance(jump)
    if not lasts - 10 <= jump <= lasts:
        assert staleness(url, clock) is (Why.REQUEST_EXPIRED if jump > lasts else None)


@given(st.integers(1, 1440), JUMPS)
def test_a_sigv2_url_of_before_a_jump(minutes: int, jump: int) -> None:
    """SigV2, which names only its end, is taken to have been signed whole minutes before it."""
    clock = LabClock()
    url = signed(wall(), 60 * minutes, Style.QUERY_V2)
    assert staleness(url, clock) is None
    clock.advance(jump)
    if not 60 * minutes - 10 <= jump <= 60 * minutes:
        assert staleness(url, clock) is (Why.REQUEST_EXPIRED if jump > 60 * minutes else None)


@given(st.integers(1, 1440), JUMPS, st.sampled_from(Style))
def test_a_url_of_after_a_jump(minutes: int, jump: int, style: Style) -> None:
    """What is presigned after a jump, by either clock, is fresh; what is signed in a header is too."""
    clock = LabClock()
    clock.advance(jump)
    for at in (wall() + SECOND, clock.now()):
        assert staleness(signed(at, None if style is Style.HEADER else 60 * minutes, style), clock) is None


@given(LIVES)
def test_a_url_by_the_labs_clock(lasts: int) -> None:
    """What was presigned by the lab's own clock expires by it."""
    clock = LabClock()
    clock.advance(1_000_000)
    url = signed(clock.now(), lasts)
    clock.advance(lasts - 10)
    assert staleness(url, clock) is None
    clock.advance(20)
    assert staleness(url, clock) is Why.REQUEST_EXPIRED


@pytest.mark.parametrize("off", [-1000, -800, 800, 1000, 2600, 2800, 4400, 4600])
def test_headers(off: int) -> None:
    """A request signed in a header is fresh within 15 minutes of either clock."""
    clock = LabClock()
    clock.advance(3600)
    is_fresh = min(abs(off), abs(off - 3600)) < 900
    assert staleness(signed(wall() + off * SECOND, None), clock) is (None if is_fresh else Why.SKEWED)


def test_the_future() -> None:
    """What is presigned for much later than both clocks is not yet valid."""
    assert staleness(signed(wall() + timedelta(hours=1), 600), LabClock()) is Why.NOT_YET_VALID
