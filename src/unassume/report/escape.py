"""The one escaping function: text from logs and accounts may be written by the attacker."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 200
_PLAIN_WORD = re.compile(r"""(?!\d+[.)])[("']?(?:[^\W_]+(?:[-'][^\W_]+)*|\d\d:\d\d:\d\dZ)[)"']?[.,;:?%]?[)]?""")
_SPAN = re.compile(r"(\(?)`([^`]+)`([.,;:)]{0,3})")
_OTHER_WORD = re.compile(r"(\(?)(\S+?)([.,;:)]{0,3})")
_WORD_OR_SPAN = re.compile(rf"(?<!\S){_SPAN.pattern}(?!\S)|\S+")
_NOT_IN_SPANS = re.compile(r"[`|<>]")


def escape(text: object, longest: int = _LONGEST) -> str:
    """The text, cut to length, with every character made visible that could move a cursor, hide or reorder others."""
    shown = "".join(_visible(character) for character in str(text)[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def markdown(text: object, longest: int = _LONGEST) -> str:
    """`escape` for a page in Markdown: whatever could be markup, a link, a mention or HTML stands in a code span.

    Inside the span, the few letters that could end it, a table cell or a tag are shown by their escapes.
    """
    words = [_in_markdown(found[0]) for found in _WORD_OR_SPAN.finditer(escape(text, longest))]
    return re.sub(r"` `", " ", " ".join(words))


def _in_markdown(word: str) -> str:
    """A word as it is where Markdown sees nothing but a word in it, else as a code span."""
    if _PLAIN_WORD.fullmatch(word):
        return word
    opening, bare, end = (
        found.groups() if (found := _SPAN.fullmatch(word) or _OTHER_WORD.fullmatch(word)) else ("", word, "")
    )
    return f"{opening}`{_NOT_IN_SPANS.sub(_spelt, bare)}`{end}"


def _spelt(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def _visible(character: str) -> str:
    if unicodedata.category(character)[0] == "C" or character in "\u2028\u2029":
        return character.encode("unicode_escape").decode("ascii")
    return character
