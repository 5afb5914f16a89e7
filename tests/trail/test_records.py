"""Files of every shape to the events in them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trail.made import user, wire
from unassume.trail.records import records_of

EVENTS = [wire(second, "GetObject", user()) for second in range(3)]
LOOKED_UP = {"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(event)} for event in EVENTS]}


def lines(wrap: Callable[[object], object]) -> bytes:
    return b"\n".join(json.dumps(wrap(event)).encode() for event in EVENTS)


SHAPES = {
    "records": json.dumps({"Records": EVENTS}).encode(),
    "array": json.dumps(EVENTS, indent=1).encode(),
    "lines": lines(lambda event: event) + b"\n\n",
    "logstash": lines(lambda event: {"@version": "1", "message": json.dumps(event)}),
    "elasticsearch": json.dumps([{"_index": "trail", "_source": event} for event in EVENTS]).encode(),
    "eventbridge": lines(lambda event: {"detail-type": "AWS API Call via CloudTrail", "detail": event}),
    "lookup": json.dumps(LOOKED_UP).encode(),
    "lines of records": lines(lambda event: {"Records": [event]}),
    "byte order mark": b"\xef\xbb\xbf" + json.dumps({"Records": EVENTS}).encode(),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_events(shape: str, packed: bool) -> None:
    """The same three events come out of each shape, packed or plain."""
    data = gzip.compress(SHAPES[shape]) if packed else SHAPES[shape]
    found = records_of(data)
    assert [json.loads(text) for text in found.texts] == EVENTS
    assert (found.foreign, found.fault) == (0, "")


def test_one_event_is_a_file_of_one() -> None:
    """A single event that somebody saved is read."""
    assert records_of(json.dumps(EVENTS[0], indent=2).encode()).texts != ()


def test_parts_of_a_packed_file_are_one() -> None:
    """Several gzip members after each other, as `cat` makes them, are read as one."""
    parts = [gzip.compress(json.dumps(event).encode() + b"\n") for event in EVENTS]
    assert len(records_of(b"".join(parts)).texts) == 3


def test_a_foreign_line_is_counted() -> None:
    """A line that is no event costs none of the others."""
    found = records_of(SHAPES["lines"] + b"\nnonsense\n{\n[1]\n")
    assert (len(found.texts), found.foreign, found.fault) == (3, 3, "")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"hello", "it holds no CloudTrail event"),
        (b'{"Records": 3}', "it holds no CloudTrail event"),
        (b'{"Records": "x", "eventID": 7}', "it holds no CloudTrail event"),
        (b"[" * 100_000, "it holds no CloudTrail event"),
        (b"\x00\xff\xfe", "it holds no CloudTrail event"),
        (gzip.compress(SHAPES["records"])[:-20], "its gzip data is cut short or damaged"),
        (b"\x1f\x8b" + b"\x00" * 30, "its gzip data is cut short or damaged"),
    ],
    ids=["empty", "blank", "text", "number", "types", "deep", "binary", "cut short", "damaged"],
)
def test_a_file_without_events_says_why(data: bytes, fault: str) -> None:
    """Nothing is raised for what the bytes are; the reason is told."""
    found = records_of(data)
    assert (found.texts, found.fault) == ((), fault)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    """Whatever the bytes are, the answer is a value."""
    found = records_of(data)
    assert (found.fault == "") >= bool(found.texts)
    assert records_of(gzip.compress(data)).texts == found.texts


def test_records_may_be_none() -> None:
    """CloudTrail delivers a file without records at times: it is read, and holds none."""
    assert records_of(b'{"Records": []}') == records_of(b'{"Records":[]}')
    assert records_of(b'{"Records": []}').fault == ""
