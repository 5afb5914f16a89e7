"""A thief who fights back, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_fighter() -> None:
    """The deny on the role is lost, the SCP holds; the other of the role is not touched."""
    assert rehearsed("fighter").bystander_calls_denied == 0
