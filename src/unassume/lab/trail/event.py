"""What one CloudTrail event is to the lab."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class Resource(msgspec.Struct, frozen=True):
    """A resource of an event, as LookupEvents lists it."""

    kind: str
    name: str


class Event(msgspec.Struct, frozen=True):
    """One event: what LookupEvents selects by, and the record itself."""

    id: str
    at: datetime
    account: str
    region: str
    name: str
    source: str
    read_only: bool
    management: bool
    username: str
    key_id: str
    resources: tuple[Resource, ...]
    record: Mapping[str, Any]
