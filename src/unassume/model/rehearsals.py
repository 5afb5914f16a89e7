"""What a drill came to: figures a program can read, and the story for people."""

from __future__ import annotations

import msgspec


class DrillResult(msgspec.Struct, frozen=True, kw_only=True):
    """One drill in figures; `thief_calls_after_verified_cut` counts calls of the thief that AWS allowed.

    It is None only where the thief cannot be cut, and then `gaps` says why.
    """

    name: str
    contained: bool
    thief_calls_tried: int
    thief_calls_after_verified_cut: int | None
    bystander_calls_made: int
    bystander_calls_denied: int
    lab_seconds_to_contain: float
    aws_writes: int
    gaps: tuple[str, ...] = ()


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """A drill's result and its story, at most 60 lines of 80 columns."""

    result: DrillResult
    story: tuple[str, ...]
