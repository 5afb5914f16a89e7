"""The one escaping function: text from logs and accounts may be written by the attacker."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 200
_KEY_OR_TOKEN = re.compile(
    r"(?<![\w/+=.-])(?:[A-Za-z0-9/+]{40}|[A-Za-z0-9+=][A-Za-z0-9/+=]{40,}|(?:FwoG|FQoG|IQoJ)[\w/+=%-]{30,})(?![\w/+=.-])",
    re.ASCII,
)
"""A secret key has 40 of these letters; a token more, and never begins like a path. Messages may hold a part of it."""


def escape(text: object, longest: int = _LONGEST) -> str:
    """The text, cut to length, with every character made visible that could move a cursor, hide or reorder others."""
    shown = "".join(_visible(character) for character in str(text)[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def masked(text: str) -> str:
    """The text without any word that has the length and letters of a secret key or a session token."""
    return _KEY_OR_TOKEN.sub(lambda word: "(not shown)" if _is_mixed(word[0]) else word[0], text)


def _is_mixed(word: str) -> bool:
    return all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


def _visible(character: str) -> str:
    if unicodedata.category(character)[0] == "C" or character in "\u2028\u2029":
        return character.encode("unicode_escape").decode("ascii")
    return character
