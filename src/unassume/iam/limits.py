"""How long policy documents may be, and how AWS counts them.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html (scp, rcp)
AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-iam-policies.html (20 KB)
AWS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html (32,768 bytes)
AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (session)
AWS: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
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
        "boundary": 6_144,
        "scp": 5_120,
        "rcp": 5_120,
        "bucket": 20_480,
        "queue": 8_192,
        "key": 32_768,
        "endpoint": 20_480,
    }
)

_IN_BYTES = ("bucket", "queue", "key")
# AWS: white space counts in session policies (2,048 characters of plain text) and endpoint policies, and in those of
# Organizations when an API saves them; ASSUMPTION: in bytes it counts too.
_IN_CHARACTERS = ("session", "scp", "rcp", "endpoint")


def count(text: str, holder: str) -> int:
    """How much of its limit a document takes on a holder of `LIMITS`, in the unit AWS counts there."""
    if holder in _IN_BYTES:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) if holder in _IN_CHARACTERS else measure(text)


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
