"""What an attacker may write into names, agents and errors, and what must never reach a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st
from rich.cells import cell_len

PIECES = (
    "\x1b[2J", "\x1b]0;title\x07", "\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\n", "\r", "\t", "\x08", "\x7f",
    "\x9b31m", "\u2028", "\u2029", "\ud800", "\ue000", " ", "a", "-" * 90, "x" * 300, "[bold]", ":smile:", "é",
    "東京" * 50, "\U0001f3fb",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=6).map("".join)
WIDTHS = st.integers(60, 200)


def is_raw(line: str) -> bool:
    """Whether a line holds a character that moves a cursor, hides, or reorders."""
    return any(unicodedata.category(letter)[0] == "C" or letter in "\u2028\u2029" for letter in line)


def faults(lines: list[str], width: int) -> list[str]:
    """The lines that take more columns than the width, or hold something raw."""
    return [line for line in lines if cell_len(line) > width or is_raw(line)]
