"""One key, two holders, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_stolen_instance() -> None:
    """The thief is cut from elsewhere, and every call of the instance succeeds."""
    assert rehearsed("stolen-instance").bystander_calls_denied == 0
