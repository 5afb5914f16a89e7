"""The seed incident, over HTTP."""

from __future__ import annotations

from tests.drills.rehearsing import rehearsed


def test_bob_mary_keith() -> None:
    """Keith's leaked session is cut and stays cut, and Bob and Mary are denied nothing."""
    result = rehearsed("bob-mary-keith")
    assert result.bystander_calls_denied == 0
    assert result.aws_writes == 2
