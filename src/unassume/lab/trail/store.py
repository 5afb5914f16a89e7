"""Every event of a lab on disk, indexed for LookupEvents and for the delivery of files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unassume.lab.trail.disk import Disk, valid
from unassume.lab.trail.event import Event, Resource

KEPT = 500_000
"""How many events a lab remembers; the oldest are forgotten first, but never before their files are written."""

_SCHEMA = (
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER, account TEXT, region TEXT, management INTEGER,"
    " id TEXT, name TEXT, source TEXT, read_only INTEGER, username TEXT, key_id TEXT, resources BLOB, record BLOB)",
    "CREATE INDEX by_time ON events (account, region, at / 1000000, seq) WHERE management",
    "CREATE INDEX by_key ON events (key_id) WHERE management",
    "CREATE INDEX by_id ON events (id) WHERE management",
    "CREATE TABLE resources (seq INTEGER, name TEXT, kind TEXT, PRIMARY KEY (seq, name, kind)) WITHOUT ROWID",
    "CREATE INDEX by_resource ON resources (name)",
    "CREATE TABLE pending (sink TEXT, slot INTEGER, account TEXT, region TEXT, seq INTEGER,"
    " PRIMARY KEY (sink, slot, account, region, seq)) WITHOUT ROWID",
)
_ADD = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NAME = "INSERT OR IGNORE INTO resources VALUES (?, ?, ?)"
_WAIT = "INSERT OR IGNORE INTO pending VALUES (?, ?, ?, ?, ?)"
_COLUMNS = "seq, at, account, region, management, id, name, source, read_only, username, key_id, resources, record"
# The index that finds few rows for the attribute; the others are found by going back in time.
_BY = {
    "": ("by_time", "1"),
    "EventId": ("by_id", "id = :value"),
    "EventName": ("by_time", "name = :value"),
    "EventSource": ("by_time", "source = :value"),
    "ReadOnly": ("by_time", "read_only = (lower(:value) = 'true') AND lower(:value) IN ('true', 'false')"),
    "Username": ("by_time", "username = :value"),
    "AccessKeyId": ("by_key", "key_id = :value"),
    "ResourceName": ("", "seq IN (SELECT seq FROM resources WHERE name = :value)"),
    "ResourceType": (
        "by_time", "EXISTS (SELECT 1 FROM resources r WHERE r.seq = events.seq AND r.kind = :value)",
    ),
}  # fmt: skip
ATTRIBUTES = frozenset(_BY) - {""}
"""What LookupEvents can select by."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLOT = 300
_FORGET_EVERY = 1000
_RESOURCES = msgspec.json.Decoder(tuple[Resource, ...])
_encode = msgspec.json.Encoder().encode


class Question(msgspec.Struct, frozen=True):
    """What LookupEvents asks of the store; `before` is the (second, number) of the last event of the page before."""

    account: str
    region: str
    start: datetime
    end: datetime
    attribute: str = ""
    value: str = ""
    before: tuple[int, int] | None = None


class Found(msgspec.Struct, frozen=True):
    """An event with its place in the order of LookupEvents, and its record as it was written."""

    place: tuple[int, int]
    event: Event
    text: str


class Batch(msgspec.Struct, frozen=True):
    """The events of one file: of one account and region, within five minutes of the lab's time from `slot` on."""

    sink: str
    slot: datetime
    account: str
    region: str


class EventStore:
    """Events in the order they were written; thread-safe, and a read sees every event added before it."""

    def __init__(self, kept: int = KEPT) -> None:
        self.disk = Disk(*_SCHEMA)
        self._kept = kept
        self._written = 0

    def add(self, event: Event, sinks: Iterable[str] = ()) -> None:
        """Keep one event, and note which sinks a file with it is owed to."""
        record = _packed(event.record)
        named = [Resource(each.kind, valid(each.name)) for each in event.resources]
        at = (event.at - _EPOCH) // timedelta(microseconds=1)
        with self.disk.lock:
            self._written = seq = self._written + 1
            self.disk.put(_ADD, (
                seq, at, event.account, event.region, event.management, event.id, event.name, event.source,
                event.read_only, valid(event.username), event.key_id, _encode(named), record,
            ))  # fmt: skip
            for each in named if event.management else ():
                self.disk.put(_NAME, (seq, each.name, each.kind))
            for sink in sinks:
                slot = at // 1_000_000 // _SLOT * _SLOT
                self.disk.put(_WAIT, (sink, slot, event.account, event.region, seq))
            if seq % _FORGET_EVERY == 0 and seq > self._kept:
                self._forget(seq - self._kept)

    def all(self) -> tuple[Event, ...]:
        """Every event kept, oldest first."""
        rows = self.disk.read(_ALL)
        return tuple(_found(row).event for row in rows)

    def count(self) -> int:
        """How many events are kept."""
        return int((self.disk.read("SELECT count(*) FROM events") or [(0,)])[0][0])

    def page(self, ask: Question, seen: tuple[datetime, datetime], size: int) -> list[Found]:
        """The newest management events that fit, at most `size`; `seen` bounds the exact instants."""
        index, condition = _BY[ask.attribute]
        values = {
            "account": ask.account, "region": ask.region, "value": ask.value, "size": size,
            "first": _second(ask.start), "last": _second(ask.end),
            "from": _micros(seen[0]), "until": _micros(seen[1]),
            "second": ask.before[0] if ask.before else _NEVER, "number": ask.before[1] if ask.before else 0,
        }  # fmt: skip
        rows = self.disk.read(_QUESTION.format(index=f"INDEXED BY {index}" if index else "", also=condition), values)
        return [_found(row) for row in rows]

    def owed(self, before: datetime | None) -> list[Batch]:
        """The files due: those whose five minutes ended at `before` or earlier, or all when it is None."""
        last = _NEVER if before is None else _second(before) - _SLOT
        rows = self.disk.read(
            "SELECT DISTINCT sink, slot, account, region FROM pending WHERE slot <= ? ORDER BY slot, account, region",
            (last,),
        )
        return [Batch(sink, datetime.fromtimestamp(slot, UTC), account, region) for sink, slot, account, region in rows]

    def next_slot_end(self) -> datetime | None:
        """When the earliest five minutes end for which a file is owed; None when nothing is owed."""
        (slot,) = self.disk.read("SELECT min(slot) FROM pending")[0:1] or ((None,),)
        return None if slot[0] is None else datetime.fromtimestamp(slot[0] + _SLOT, UTC)

    def records(self, batch: Batch, size: int) -> Iterator[tuple[tuple[int, ...], list[bytes]]]:
        """The records owed, as written, in files of at most `size` records, each with its numbers."""
        values = (batch.sink, int(batch.slot.timestamp()), batch.account, batch.region)
        after = 0
        while rows := self.disk.read(
            "SELECT seq, record FROM pending JOIN events USING (seq) WHERE sink = ? AND slot = ?"
            " AND pending.account = ? AND pending.region = ? AND seq > ? ORDER BY seq LIMIT ?",
            (*values, after, size),
        ):
            after = rows[-1][0]
            yield tuple(row[0] for row in rows), [row[1] for row in rows]

    def delivered(self, batch: Batch, numbers: tuple[int, ...]) -> None:
        """Nothing more is owed of these."""
        self.disk.read(
            "DELETE FROM pending WHERE sink = ? AND slot = ? AND account = ? AND region = ? AND seq BETWEEN ? AND ?",
            (batch.sink, int(batch.slot.timestamp()), batch.account, batch.region, numbers[0], numbers[-1]),
        )

    def clear(self) -> None:
        """Forget everything, also what is owed."""
        with self.disk.lock:
            for table in ("events", "resources", "pending"):
                self.disk.read(f"DELETE FROM {table}")  # noqa: S608  # the names are the three above

    def _forget(self, seq: int) -> None:
        owed = self.disk.read("SELECT coalesce(min(seq), ?) FROM pending", (seq + 1,))
        last = min(seq, owed[0][0] - 1) if owed else seq
        for table in ("events", "resources"):
            self.disk.read(f"DELETE FROM {table} WHERE seq <= ?", (last,))  # noqa: S608  # the names are the two above


_NEVER = 1 << 40
_ALL = f"SELECT {_COLUMNS} FROM events ORDER BY seq"  # noqa: S608  # built of the column names above
_QUESTION = f"""
SELECT {_COLUMNS} FROM events {{index}}
WHERE management AND account = :account AND region = :region AND at / 1000000 BETWEEN :first AND :last
AND (at / 1000000, seq) < (:second, :number) AND at BETWEEN :from AND :until AND {{also}}
ORDER BY at / 1000000 DESC, seq DESC LIMIT :size
"""  # noqa: S608  # built of the column names and the conditions above, never of what was asked


def _found(row: tuple[Any, ...]) -> Found:
    seq, at, account, region, management, event_id, name, source, read_only, username, key_id, resources, record = row
    event = Event(
        event_id, _EPOCH + timedelta(microseconds=at), account, region, name, source, bool(read_only),
        bool(management), username, key_id, _RESOURCES.decode(resources), msgspec.json.decode(record),
    )  # fmt: skip
    return Found((at // 1_000_000, seq), event, record.decode())


def _packed(record: Mapping[str, Any]) -> bytes:
    try:
        return _encode(record)
    except UnicodeEncodeError:
        return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _second(instant: datetime) -> int:
    return _micros(instant) // 1_000_000
