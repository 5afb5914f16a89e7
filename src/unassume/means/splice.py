"""A statement put into a policy's text and taken out again: what others wrote stays byte for byte.

INVARIANT: `without(with_statement(text, s), s)` is `text`, whatever its spelling. The statement goes right after the
opening bracket of the list. One that stands alone, outside a list, is put into one, and a space before our comma
remembers that it was alone: AWS keeps the text as it is sent (ASSUMPTION: no document says so; should it drop white
space, the list stays, which means the same).
"""

from __future__ import annotations

import json
from typing import NamedTuple

from unassume.errors import InputError

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


class Span(NamedTuple):
    """Where a value stands in a text, as a half-open range, and what it reads as."""

    start: int
    end: int
    value: object


def statements(text: str) -> tuple[Span, ...]:
    """Every statement of a policy, where it stands; InputError for a text that is no policy."""
    return _elements(text, _statement(text))


def with_statement(text: str, statement: str) -> str:
    """The policy with one more statement, first of all; InputError for a text that is no policy."""
    found = _statement(text)
    if not isinstance(found.value, list):
        return f"{text[: found.start]}[{statement} ,{text[found.start : found.end]}]{text[found.end :]}"
    comma = "," if found.value else ""
    return f"{text[: found.start + 1]}{statement}{comma}{text[found.start + 1 :]}"


def without(text: str, place: Span) -> str:
    """The policy without the statement that stands there; InputError where nothing would be left of it."""
    found = _statement(text)
    others = [one for one in _elements(text, found) if one.start != place.start]
    if not others:
        raise InputError("it is the only statement: a trust policy cannot be without any", hint="look at it by hand")
    is_first, was_alone = place.start < others[0].start, text[place.end : place.end + 2] == " ,"
    if is_first and was_alone and len(others) == 1:
        return text[: found.start] + text[place.end + 2 : found.end - 1] + text[found.end :]
    after = _skip(text, place.end)
    if text[after] == "," and (is_first or not was_alone):
        return text[: place.start] + text[after + 1 :]
    # The comma before it goes instead: last of all, or with the mark that whoever came first is to keep.
    return text[: text.rindex(",", found.start, place.start)] + text[place.end :]


def _statement(text: str) -> Span:
    """Where the value of the document's own `Statement` stands."""
    try:
        at = _expect(text, _skip(text, 0), "{")
        while True:
            name, at = _DECODER.raw_decode(text, _skip(text, at))
            start = _skip(text, _expect(text, _skip(text, at), ":"))
            value, end = _DECODER.raw_decode(text, start)
            if name == "Statement":
                return Span(start, end, value)
            at = _expect(text, _skip(text, end), ",")
    except (ValueError, IndexError, RecursionError):
        raise InputError("the trust policy cannot be read: it is no document with statements") from None


def _elements(text: str, found: Span) -> tuple[Span, ...]:
    if not isinstance(found.value, list):
        return (found,)
    spans, at = [], found.start + 1
    for value in found.value:
        start = _skip(text, at)
        _, end = _DECODER.raw_decode(text, start)
        spans.append(Span(start, end, value))
        at = _skip(text, end) + 1
    return tuple(spans)


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def _expect(text: str, at: int, letter: str) -> int:
    if text[at] != letter:
        raise ValueError(letter)
    return at + 1
