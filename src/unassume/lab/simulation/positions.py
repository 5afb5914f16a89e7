"""Where a statement stands in the text of its policy, as the simulator counts lines and columns, both from 1.

A statement of a list begins behind the bracket or behind the statement before it, blanks and comma included; one that
stands alone begins behind its own brace; each ends behind its brace. So count the AWS CLI's examples of
simulate-custom-policy and simulate-principal-policy, and https://github.com/ScottLogic/blog/pull/308 (2025-07-10: one
statement from 38 to 248, the next from 248).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

Place = tuple[int, int]
# Numbers stay text: Python refuses to read very long ones, which a policy may hold.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_BLANK = re.compile(r"[ \t\n\r]*")


@lru_cache(maxsize=64)
def positions(text: str) -> Mapping[str, tuple[Place, Place]]:
    """The start and the end, each a line and a column, of every statement by its JSON path; `text` must be a policy."""
    return {path: (_place(text, start), _place(text, end)) for path, start, end in _statements(text)}


def _statements(text: str) -> Iterator[tuple[str, int, int]]:
    start = _value(text)
    if text[start] == "{":
        yield "$.Statement", start + 1, _DECODER.raw_decode(text, start)[1]
        return
    end = start + 1
    for number in range(len(text)):
        first = _skip(text, end, ",")
        if text[first] == "]":
            return
        begun, end = end, _DECODER.raw_decode(text, first)[1]
        yield f"$.Statement[{number}]", begun, end


def _value(text: str) -> int:
    """Where the value of the Statement element begins."""
    at = _skip(text, _skip(text, 0) + 1)
    while True:
        name, end = _DECODER.raw_decode(text, at)
        at = _skip(text, end, ":")
        if name == "Statement":
            return at
        at = _skip(text, _DECODER.raw_decode(text, at)[1], ",")


def _skip(text: str, at: int, mark: str = "") -> int:
    """The first place behind white space, and behind the mark where it stands there."""
    at = _blank(text, at)
    return _blank(text, at + 1) if mark and text.startswith(mark, at) else at


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _place(text: str, at: int) -> Place:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
