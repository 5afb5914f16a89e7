"""A role without room inline, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_full_role() -> None:
    """The cut stands in a managed policy, and undo leaves no trace of it."""
    assert rehearsed("full-role").bystander_calls_denied == 0
