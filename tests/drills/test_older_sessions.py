"""AWS's own cut of the whole role, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_older_sessions() -> None:
    """The whole role is cut: Bob and Mary are hit as well, and come back with fresh sessions."""
    result = rehearsed("older-sessions")
    assert result.bystander_calls_denied > 0
    assert result.aws_writes == 2
