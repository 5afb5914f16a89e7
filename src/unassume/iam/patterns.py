"""Wildcards: `*` stands for any characters, `?` for exactly one; nothing else is special.

Rule 1: a pattern is a tuple of pieces, so that text substituted from a variable stays literal.
Rule 2: matching never backtracks over an earlier `*`: time grows with pattern times text, no faster.
Rule 3: in an ARN a wildcard does not reach across the first five colons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from itertools import takewhile


class Wild(Enum):
    """A wildcard within a pattern."""

    ANY = "*"
    ONE = "?"


Pieces = tuple[str | Wild, ...]
Matcher = Callable[[str], bool]

EVERYTHING: Pieces = (Wild.ANY,)
ARN_PARTS = 6


def pieces(text: str) -> Pieces:
    """Read a text in which every `*` and `?` is a wildcard."""
    found: list[str | Wild] = []
    for part in re.split(r"([*?])", text):
        if part in ("*", "?"):
            found.append(Wild(part))
        elif part:
            found.append(part)
    return tuple(found)


def plain(pattern: Pieces) -> str:
    """The text of a pattern for an operator that knows no wildcards."""
    return "".join(piece.value if isinstance(piece, Wild) else piece for piece in pattern)


def matcher(pattern: Pieces) -> Matcher:
    """A test whether a whole text matches; it spans line ends and is case-sensitive."""
    runs = _runs(pattern)
    if len(runs) == 1 and not _has_wildcard(pattern):
        return plain(pattern).__eq__
    if pattern == EVERYTHING:
        return lambda text: True
    if len(runs) == 2 and runs[1] == () and all(isinstance(piece, str) for piece in runs[0]):
        prefix = plain(runs[0])
        return lambda text: text.startswith(prefix)
    expression = re.compile(_regex(runs), re.DOTALL)
    return lambda text: expression.fullmatch(text) is not None


def arn_matcher(pattern: Pieces) -> Matcher:
    """A test for ARNs, part by part: a wildcard stays within its part, save in the last, which takes all the rest.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (ARN)
    Raises ValueError when the pattern has fewer than six parts.
    """
    if _head(pattern).count(":") >= ARN_PARTS - 1:  # no wildcard but in the last part, which takes all the rest
        return matcher(pattern)
    parts = split_arn(pattern)
    if len(parts) < ARN_PARTS:
        raise ValueError("an ARN has six parts between colons")
    tests = tuple(matcher(part) for part in parts)

    def test(text: str) -> bool:
        values = text.split(":", ARN_PARTS - 1)
        return len(values) == ARN_PARTS and all(check(value) for check, value in zip(tests, values, strict=True))

    return test


def split_arn(pattern: Pieces) -> tuple[Pieces, ...]:
    """Cut a pattern at its first five colons; fewer parts when it holds fewer colons."""
    parts: list[list[str | Wild]] = [[]]
    for piece in pattern:
        if isinstance(piece, Wild):
            parts[-1].append(piece)
            continue
        first, *rest = piece.split(":", ARN_PARTS - len(parts))
        parts[-1].append(first)
        parts.extend([text] for text in rest)
    return tuple(tuple(piece for piece in part if piece != "") for part in parts)


def action_matcher(action: str) -> Matcher:
    """A test for actions given in lower case: names of actions are case-insensitive.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    return matcher(pieces(action.lower()))


def _head(pattern: Pieces) -> str:
    """The text before the first wildcard."""
    return plain(tuple(takewhile(lambda piece: isinstance(piece, str), pattern)))


def _has_wildcard(pattern: Pieces) -> bool:
    return any(isinstance(piece, Wild) for piece in pattern)


def _runs(pattern: Pieces) -> list[Pieces]:
    """The stretches between the `*`s; the first and the last are anchored."""
    runs: list[list[str | Wild]] = [[]]
    for piece in pattern:
        if piece is Wild.ANY:
            runs.append([])
        else:
            runs[-1].append(piece)
    return [tuple(run) for run in runs]


def _regex(runs: Iterable[Pieces]) -> str:
    """INVARIANT: each middle stretch is taken at its first place, atomically, so no earlier `*` is tried again."""
    head, *others = [_stretch(run) for run in runs]
    if not others:
        return head
    *middle, tail = others
    return head + "".join(f"(?>.*?{stretch})" for stretch in middle if stretch) + f".*{tail}"


def _stretch(run: Pieces) -> str:
    return "".join("." if isinstance(piece, Wild) else re.escape(piece) for piece in run)
