"""The one escaping function: text from logs and accounts may be written by the attacker."""

from __future__ import annotations

import unicodedata

_LONGEST = 200


def escape(text: object, longest: int = _LONGEST) -> str:
    """The text, cut to length, with every character made visible that could move a cursor, hide or reorder others."""
    shown = "".join(_visible(character) for character in str(text)[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _visible(character: str) -> str:
    if unicodedata.category(character)[0] == "C" or character in "\u2028\u2029":
        return character.encode("unicode_escape").decode("ascii")
    return character
