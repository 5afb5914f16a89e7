"""Five hundred of two thousand sessions, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_crowd() -> None:
    """Every leaked session tries before and after the cut, every other after it, and none of those is denied."""
    result = rehearsed("crowd")
    assert result.thief_calls_tried >= 2 * 500
    assert result.bystander_calls_made >= 1_500
    assert result.bystander_calls_denied == 0
