"""The edges of a cut-off, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_same_second() -> None:
    """What a cut-off pinned too early spares is seen, and the later cut-off contains it."""
    result = rehearsed("same-second")
    assert result.bystander_calls_denied == 0
    assert result.aws_writes == 4
