"""Hundreds of rows that say the same: the first few stand for the rest, which are counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

SOME, FEW = 40, 8
SEE_ALL = "`-o json` lists every one"


class Kind(NamedTuple):
    """What the rows of one stretch have in common, in words, and whether it is what one hopes to see."""

    words: str
    is_calm: bool


Row = tuple[str, ...]


def shortened(rows: Sequence[tuple[Kind, Row]]) -> tuple[list[Row], list[str]]:
    """The rows to show, in order, and how many of each kind are not shown: of what is calm fewer are shown.

    Up to `SOME` rows of a kind are shown whole.
    """
    shown: list[Row] = []
    left_out: list[str] = []
    for kind, stretch in groupby(rows, key=lambda pair: pair[0]):
        whole = [row for _, row in stretch]
        most = FEW if kind.is_calm and len(whole) > SOME else SOME
        shown += whole[:most]
        if len(whole) > most:
            left_out.append(f"{len(whole) - most:,} more {kind.words}")
    return shown, [f"{', '.join(left_out)}: {SEE_ALL}"] if left_out else []
