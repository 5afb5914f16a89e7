"""A user's token and key, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_user_token() -> None:
    """Token, key and the role session that came of them stop; Keith's own role session and Bob work on."""
    assert rehearsed("user-token").bystander_calls_denied == 0
