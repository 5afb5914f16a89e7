"""Two cuts at once, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_two_responders() -> None:
    """Both stand, and each undo takes only its own."""
    assert rehearsed("two-responders").bystander_calls_denied == 0
