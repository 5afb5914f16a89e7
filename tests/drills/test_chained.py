"""A second role, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_chained() -> None:
    """Both of the thief's sessions are cut, and nobody else's call on either role is refused."""
    assert rehearsed("chained").bystander_calls_denied == 0
