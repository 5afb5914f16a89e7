"""The one noun the action tables share."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unassume.iam.values import Value


class Needed(msgspec.Struct, frozen=True):
    """One action on one resource that must be allowed, with the service's own context keys (lower case)."""

    action: str
    resource: str
    keys: Mapping[str, Value] = {}
