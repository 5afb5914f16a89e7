"""How long policy documents may be, and how AWS counts them.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from types import MappingProxyType

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
