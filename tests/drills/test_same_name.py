"""Two people under one name, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_same_name() -> None:
    """Only the leaked session of the name is cut; the other works on."""
    assert rehearsed("same-name").bystander_calls_denied == 0
