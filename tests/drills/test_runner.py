"""The list of drills."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.rehearsing import POINTS
from unassume.drills.runner import DRILLS, rehearse


def test_every_drill_is_rehearsed_here() -> None:
    """Each incident has a summary, a test module of its name beside this one, and points it is crashed at."""
    tests = {path.stem.removeprefix("test_").replace("_", "-") for path in Path(__file__).parent.glob("test_*.py")}
    assert set(DRILLS) <= tests
    assert set(DRILLS) == set(POINTS)
    assert all(incident.summary for incident in DRILLS.values())


def test_an_unknown_drill_is_a_key_error() -> None:
    """A name that is none opens no lab."""
    with pytest.raises(KeyError):
        rehearse("nobody")
