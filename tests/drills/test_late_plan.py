"""A plan applied late, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_late_plan() -> None:
    """What was issued since the plan is cut as well."""
    assert rehearsed("late-plan").bystander_calls_denied == 0
