"""Every call the lab saw, at once and without secrets: what drills count with."""

from __future__ import annotations

from datetime import datetime

import msgspec

from unassume.lab.trail.disk import Disk, valid

_KEPT = 500_000
_FORGET_EVERY = 1000


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


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Call).decode


def _packed(call: Call) -> bytes:
    try:
        return _encode(call)
    except UnicodeEncodeError:
        texts = {name: valid(text) for name, text in msgspec.structs.asdict(call).items() if isinstance(text, str)}
        return _encode(msgspec.structs.replace(call, **texts))


class CallLog:
    """The latest calls in the order they were answered; thread-safe, bounded, on disk."""

    def __init__(self) -> None:
        self._disk = Disk("CREATE TABLE calls (seq INTEGER PRIMARY KEY, call BLOB)")
        self._written = 0

    def add(self, call: Call) -> None:
        """Keep one call."""
        with self._disk.lock:
            self._written += 1
            self._disk.put("INSERT INTO calls VALUES (?, ?)", (self._written, _packed(call)))
            if self._written % _FORGET_EVERY == 0 and self._written > _KEPT:
                self._disk.read("DELETE FROM calls WHERE seq <= ?", (self._written - _KEPT,))

    def all(self) -> tuple[Call, ...]:
        """What is kept, oldest first."""
        return tuple(_decode(row[0]) for row in self._disk.read("SELECT call FROM calls ORDER BY seq"))

    def count(self) -> int:
        """How many calls are kept, without reading them."""
        return int((self._disk.read("SELECT count(*) FROM calls") or [(0,)])[0][0])

    def clear(self) -> None:
        """Forget every call."""
        self._disk.read("DELETE FROM calls")

    def close(self) -> None:
        """Let the file go: nothing can be read after."""
        self._disk.close()
