"""The bytes of a file to the CloudTrail events in it, whatever wraps them; a file that holds none says why.

Known shapes: CloudTrail's own `{"Records": [...]}`, an array, one event, an event a line, lines of Logstash or an
export of Elasticsearch (`message`, `_source`), EventBridge's `detail`, and what `aws cloudtrail lookup-events` answers.
AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable

import msgspec

MOST_UNPACKED = 1_000_000_000
"""Bytes that one packed file may unpack to: twenty times CloudTrail's own largest, and no more than memory holds."""
_DEEPEST = 3


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """The events of one file as JSON, each on its own; `fault` says why there are none, `foreign` counts the rest."""

    texts: tuple[bytes, ...] = ()
    foreign: int = 0
    fault: str = ""


class _LookedUp(msgspec.Struct, frozen=True):
    """One event in an answer of LookupEvents."""

    event: str | None = msgspec.field(name="CloudTrailEvent", default=None)


class _Wrapping(msgspec.Struct, frozen=True):
    """What an event is wrapped in; at most one of these is there."""

    records: list[msgspec.Raw] | None = msgspec.field(name="Records", default=None)
    looked_up: list[_LookedUp] | None = msgspec.field(name="Events", default=None)
    event_id: str | None = msgspec.field(name="eventID", default=None)
    source: msgspec.Raw = msgspec.field(name="_source", default_factory=msgspec.Raw)
    detail: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    message: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


_WRAPPING = msgspec.json.Decoder(_Wrapping)
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def records_of(data: bytes) -> Records:
    """The events in a file, packed or plain; never raises for what the bytes are."""
    if data.startswith(b"\x1f\x8b"):
        try:
            data = _unpacked(data)
        except (EOFError, OSError, zlib.error):
            return Records(fault="its gzip data is cut short or damaged")
        if len(data) > MOST_UNPACKED:
            return Records(fault=f"it unpacks to more than {MOST_UNPACKED:,} bytes")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        return Records(fault="it is empty")
    found = _events_in(data)
    if found is not None:
        return Records(texts=tuple(found))
    return _of_lines(data.splitlines())


def _unpacked(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        return packed.read(MOST_UNPACKED + 1)


def _of_lines(lines: Iterable[bytes]) -> Records:
    texts: list[bytes] = []
    foreign = 0
    for line in filter(bytes.strip, lines):
        found = _events_in(line)
        texts += found or ()
        foreign += found is None
    fault = "" if texts else "it holds no CloudTrail event"
    return Records(texts=tuple(texts), foreign=foreign if texts else 0, fault=fault)


def _events_in(value: bytes, depth: int = 0) -> list[bytes] | None:
    """The events in one JSON value; None when it is no JSON, or nothing that holds events."""
    try:
        if value.lstrip()[:1] == b"[":
            return _each(_ARRAY.decode(value), depth)
        wrapping = _WRAPPING.decode(value)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if wrapping.records is not None:
        return [bytes(one) for one in wrapping.records]
    if wrapping.looked_up is not None:
        return [one.event.encode() for one in wrapping.looked_up if one.event is not None]
    if wrapping.event_id is not None:
        return [value]
    wrapped = (bytes(one) for one in (wrapping.source, wrapping.detail, wrapping.message))
    return next((_within(one, depth + 1) for one in wrapped if one), None)


def _each(values: Iterable[msgspec.Raw], depth: int) -> list[bytes] | None:
    """The events of an array, whose items may be wrapped in their turn; None where no item is one."""
    items = list(values)
    found = [_within(bytes(one), depth + 1) for one in items]
    if items and all(one is None for one in found):
        return None
    return [event for one in found for event in one or ()]


def _within(value: bytes, depth: int) -> list[bytes] | None:
    """The events in a value that was wrapped, which may be text that holds JSON."""
    if depth > _DEEPEST:
        return None
    try:
        inner = _TEXT.decode(value).encode() if value.lstrip()[:1] == b'"' else value
    except (msgspec.MsgspecError, UnicodeDecodeError, UnicodeEncodeError):
        return None
    return _events_in(inner, depth)
