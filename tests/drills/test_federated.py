"""A pipeline's session and its provider's token, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_federated() -> None:
    """Shut out by the trust, the thief does not come back; another pipeline does, and the trust ends as it began."""
    assert rehearsed("federated").bystander_calls_denied == 0
