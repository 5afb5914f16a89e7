"""Reads side by side: what answers in time, what hangs, and what breaks."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from unassume.aws.together import together


def test_every_job_runs_also_with_fewer_workers() -> None:
    """Each job's value stands under its key, whatever the number of threads."""
    found = together({number: partial(pow, number, 2) for number in range(20)}, 30, 3)
    assert found == {number: number * number for number in range(20)}
    assert together({}, 30, 3) == {}


def test_they_run_side_by_side() -> None:
    """Two jobs that wait for each other both end."""
    meeting = threading.Barrier(2)
    found = together({name: lambda: meeting.wait(30) >= 0 for name in ("a", "b")}, 30, 2)
    assert found == {"a": True, "b": True}


def test_one_that_hangs_holds_up_nobody() -> None:
    """What answered by then is given; what hangs, and what stood in line behind it, is left out."""
    never = threading.Event()
    found = together({"late": never.wait, "behind": lambda: True}, 0.05, 1)
    never.set()
    assert found == {}


def test_an_error_of_a_job_is_raised() -> None:
    """A mistake in a job is not swallowed by its thread."""

    def broken() -> int:
        raise ZeroDivisionError("broken")

    with pytest.raises(ZeroDivisionError, match="broken"):
        together({"a": broken, "b": lambda: 1}, 30, 1)
