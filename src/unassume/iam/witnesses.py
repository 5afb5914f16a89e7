"""Texts that stand for all texts: one for every combination of patterns that some text can match.

Two patterns such as `a*` and `*b` divide all texts into those that match both, one, the other and none. A search over
the positions that the patterns can be in finds a shortest text of each kind, and shows by ending that there is no
other kind.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

from unassume.iam.patterns import ARN_PARTS, Pieces, Wild, split_arn

_MOST_STATES = 4_000
_FRESH = "xzqjkw0123456789"


class Letter(msgspec.Struct, frozen=True):
    """One letter; `folded` when either case will do."""

    text: str
    folded: bool = False


class Any(msgspec.Struct, frozen=True):
    """One letter of any kind, or any number of them; not a colon when `within` an ARN's part."""

    many: bool
    within: bool = False


Tokens = tuple[Letter | Any, ...]
Mode = Literal["exact", "folded", "like", "arn"]
_State = tuple[frozenset[int], ...]


def tokens_of(pattern: Pieces, mode: Mode) -> Tokens:
    """A pattern as a row of tokens; where the operator knows no wildcards they are letters."""
    if mode == "arn":
        parts = split_arn(pattern)
        found: list[Letter | Any] = []
        for index, part in enumerate(parts):
            found += [Letter(":")] if index else []
            found += _tokens(part, "like", index < ARN_PARTS - 1)
        return tuple(found)
    return tuple(_tokens(pattern, mode, False))


def _tokens(pattern: Pieces, mode: Mode, within: bool) -> Iterator[Letter | Any]:
    for piece in pattern:
        if not isinstance(piece, Wild):
            yield from (Letter(text.lower() if mode == "folded" else text, mode == "folded") for text in piece)
        elif mode == "like":
            yield Any(piece is Wild.ANY, within)
        else:
            yield Letter(piece.value, mode == "folded")


@lru_cache(maxsize=1024)
def witnesses(patterns: tuple[Tokens, ...]) -> tuple[str, ...] | None:
    """A text for each combination of these patterns that a text of one letter or more can match; None past the cap."""
    letters = _alphabet(patterns)
    start = tuple(_closure(frozenset((0,)), each) for each in patterns)
    found: dict[tuple[bool, ...], str] = {}
    seen: set[_State] = {start}
    waiting: deque[tuple[_State, str]] = deque([(start, "")])
    while waiting:
        state, text = waiting.popleft()
        for letter in letters:
            after = tuple(_step(positions, each, letter) for positions, each in zip(state, patterns, strict=True))
            matched = tuple(len(each) in positions for positions, each in zip(after, patterns, strict=True))
            found.setdefault(matched, text + letter)
            if after in seen:
                continue
            if len(seen) >= _MOST_STATES:
                return None
            seen.add(after)
            waiting.append((after, text + letter))
    return tuple(found.values())


def _alphabet(patterns: tuple[Tokens, ...]) -> str:
    """Every letter that a pattern tells from others, and one that none does."""
    told = {":"}
    for token in (token for each in patterns for token in each if isinstance(token, Letter)):
        told |= {token.text, token.text.upper(), token.text.lower()} if token.folded else {token.text}
    told = {letter for letter in told if len(letter) == 1}
    fresh = next((letter for letter in _FRESH if letter not in told), None) or _beyond(told)
    return fresh + "".join(sorted(told))


def _beyond(told: set[str]) -> str:
    return next(chr(code) for code in range(0xA1, 0x10000) if chr(code) not in told and not chr(code).isalpha())


def _closure(positions: frozenset[int], pattern: Tokens) -> frozenset[int]:
    found = set(positions)
    for position in sorted(positions):
        while position < len(pattern) and _is_many(pattern[position]):
            position += 1
            found.add(position)
    return frozenset(found)


def _is_many(token: Letter | Any) -> bool:
    return isinstance(token, Any) and token.many


def _step(positions: frozenset[int], pattern: Tokens, letter: str) -> frozenset[int]:
    after: set[int] = set()
    for position in positions:
        if position == len(pattern):
            continue
        token = pattern[position]
        if isinstance(token, Letter):
            if token.text == (letter.lower() if token.folded else letter):
                after.add(position + 1)
        elif not (token.within and letter == ":"):
            after.add(position if token.many else position + 1)
    return _closure(frozenset(after), pattern)
