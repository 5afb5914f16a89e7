"""How long policy documents may be, and how AWS counts them.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TypeVar

from unassume.errors import InputError

Item = TypeVar("Item")

# `role`, `user` and `group` hold for all inline policies of one of them together.
LIMITS = MappingProxyType(
    {
        "role": 10_240,
        "user": 2_048,
        "group": 5_120,
        "managed": 6_144,
        "trust": 2_048,
        "session": 2_048,
    }
)


def measure(text: str) -> int:
    """The characters of a document that count against a quota: all but the white space between tokens.

    AWS says only that it does not count white space. White space within quotes is counted here, so that a document
    we hold to fit always fits.
    """
    count, in_quotes, is_escaped = 0, False, False
    for letter in text:
        if not in_quotes and letter in " \t\r\n":
            continue
        count += 1
        if in_quotes and not is_escaped and letter == "\\":
            is_escaped = True
            continue
        if letter == '"' and not is_escaped:
            in_quotes = not in_quotes
        is_escaped = False
    return count


def pack(items: Sequence[Item], render: Callable[[Sequence[Item]], str], limit: int) -> tuple[tuple[Item, ...], ...]:
    """Divide the items, in order, into as few stretches as fit; InputError when one alone does not.

    `render` writes the document of a stretch; a longer stretch never gives a shorter document.
    INVARIANT: the stretches one after the other are the items: nothing is lost, added or moved.
    """
    packed: list[tuple[Item, ...]] = []
    start = 0
    while start < len(items):
        fitting = _most_that_fit(items[start:], render, limit)
        if not fitting:
            alone = measure(render(items[start : start + 1]))
            raise InputError(f"one statement alone takes {alone} characters of {limit}")
        packed.append(tuple(items[start : start + fitting]))
        start += fitting
    return tuple(packed)


def _most_that_fit(items: Sequence[Item], render: Callable[[Sequence[Item]], str], limit: int) -> int:
    fits, fails = 0, len(items) + 1
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if measure(render(items[:middle])) <= limit:
            fits = middle
        else:
            fails = middle
    return fits
