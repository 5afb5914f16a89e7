"""Hostile requests, a sample of what `make hostile` sends."""

from __future__ import annotations

from bench.hostile_requests import run


def test_hostile_requests() -> None:
    """Each of 1,500 spoilt requests gets an answer or an error in AWS's shape, and none passes that was changed."""
    found = run(1_500, seed=20_261_123)
    assert found.faults == []
    assert found.tried == 1_500
    assert found.allowed > 100
