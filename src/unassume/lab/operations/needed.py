"""The one noun the action tables share."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from unassume.iam.values import Value

_ACCOUNT = re.compile(r"arn:[\w-]+:[\w-]*:[\w-]*:(\d{12}):")


class Needed(msgspec.Struct, frozen=True):
    """One action on one resource that must be allowed, with the service's own context keys (lower case).

    `owner` is the account that owns the resource; None where nobody is known to, as for `*`, and then the judge takes
    the resource for the caller's own.
    """

    action: str
    resource: str
    keys: Mapping[str, Value] = {}
    owner: str | None = None


def owner_of(arn: str) -> str | None:
    """The account an ARN names as its owner, or None."""
    match = _ACCOUNT.match(arn)
    return match[1] if match else None
