"""Every call the lab saw, at once and without secrets: what drills count with."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime

import msgspec

_KEPT = 100_000


class Call(msgspec.Struct, frozen=True):
    """One call: who, what, from where, and whether the lab let it through (what moto then said is `status`)."""

    at: datetime
    account: str
    region: str
    principal_arn: str
    session_name: str
    key_id: str
    source_ip: str
    action: str
    resource: str
    allowed: bool
    reason: str
    code: str
    status: int
    unmapped: bool
    event_id: str


class CallLog:
    """The latest calls in the order they were answered; thread-safe, bounded."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Keep one call."""
        with self._lock:
            self._calls.append(call)

    def all(self) -> tuple[Call, ...]:
        """What is kept, oldest first."""
        with self._lock:
            return tuple(self._calls)
