"""The lab's clock against the machine's: what was jumped by when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from unassume.lab.clock import Jumps, LabClock, wall

START = datetime(2026, 11, 23, tzinfo=UTC)
_STEPS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 10_000)), max_size=30)


@given(_STEPS, st.integers(-10, 3000))
def test_jumps_until_a_stamp(steps: list[tuple[int, int]], at: int) -> None:
    """By a stamp the clock was jumped by the sum of the jumps that came before it, and never by more than by now."""
    jumps, when, done = Jumps(), 0, []
    for after, by in steps:
        when += after
        jumps.add(START + timedelta(seconds=when), timedelta(seconds=by))
        done.append((when, by))
    assert jumps.until(START + timedelta(seconds=at)) == timedelta(seconds=sum(by for when, by in done if when < at))
    assert jumps.total == timedelta(seconds=sum(by for _, by in done))


def test_jumps_are_bounded() -> None:
    """Of very many jumps the sum is kept, and the latest are told apart."""
    jumps = Jumps()
    for second in range(5000):
        jumps.add(START + timedelta(seconds=second), timedelta(seconds=1))
    assert jumps.total == timedelta(seconds=5000)
    assert jumps.until(START + timedelta(seconds=4990)) == timedelta(seconds=4990)
    assert timedelta() <= jumps.until(START) < timedelta(seconds=4000)


def test_the_labs_time_at_a_stamp() -> None:
    """A stamp from before a jump is of the time before it, one from after it of the time after."""
    clock = LabClock(START)
    before = wall()
    clock.advance(3600)
    clock.sleep(60)
    after = wall()
    assert abs(clock.at_wall(before) - START) < timedelta(seconds=30)
    assert abs(clock.at_wall(after) - START - timedelta(seconds=3660)) < timedelta(seconds=30)
    assert clock.at_wall(before) <= clock.at_wall(after) <= clock.now()


def test_a_clock_that_stands_still() -> None:
    """Its time at any stamp is its start and what it was jumped by then, whatever the machine's clock does."""
    clock = LabClock(START, moving=False)
    clock.advance(7)
    assert clock.at_wall(wall() - timedelta(days=1)) == START
    assert clock.at_wall(wall() + timedelta(days=1)) == START + timedelta(seconds=7)
