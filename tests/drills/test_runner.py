"""The list of drills."""

from __future__ import annotations

from pathlib import Path

import pytest

from unassume.drills.runner import DRILLS, rehearse


def test_every_drill_is_rehearsed_here() -> None:
    """Each incident has a summary, and a test module of its name beside this one."""
    tests = {path.stem.removeprefix("test_").replace("_", "-") for path in Path(__file__).parent.glob("test_*.py")}
    assert set(DRILLS) <= tests
    assert all(incident.summary for incident in DRILLS.values())


def test_an_unknown_drill_is_a_key_error() -> None:
    """A name that is none opens no lab."""
    with pytest.raises(KeyError):
        rehearse("nobody")
