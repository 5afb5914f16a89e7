"""Reading one event: tolerant of every shape, and of no secret."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trail.made import at, session, user, wire
from unassume.trail.events import read_event
from unassume.trail.times import read_instant

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def test_an_event_is_read() -> None:
    """Name, time, caller and the session's issue time come out typed."""
    event = read_event(json.dumps(wire(61, "ListBuckets", session("keith", 60, key="ASIAKEITH00000000001"))))
    assert event is not None
    assert (event.name, event.at) == ("ListBuckets", at(61))
    assert event.identity.issued_at == at(60)
    assert event.identity.key_id == "ASIAKEITH00000000001"


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[]", "null", "{}", b"\xff\xfe", '{"eventID": "1"}', "[" * 100_000, '{"a": "\\ud800"}'],
    ids=["empty", "torn", "list", "null", "no fields", "no text", "one field", "deep", "lone surrogate"],
)
def test_what_is_no_event_is_none(raw: str | bytes) -> None:
    """Torn, foreign or hostile bytes are None, not an error."""
    assert read_event(raw) is None


@pytest.mark.parametrize("field", ["eventTime", "eventID", "eventName", "userIdentity", "errorCode", "awsRegion"])
@given(value=ANYTHING)
def test_a_field_of_any_shape_is_no_error(field: str, value: object) -> None:
    """Whatever stands in a field, the event is read or is None."""
    event = read_event(json.dumps({**wire(0, "ListBuckets", user()), field: value}))
    assert event is None or event.id


@given(value=ANYTHING)
def test_parameters_of_any_shape_keep_the_event(value: object) -> None:
    """Request and response may be null, text or lists: the event still counts."""
    raw = json.dumps(wire(0, "ListBuckets", user(), requestParameters=value, responseElements=value))
    assert read_event(raw) is not None


def test_a_null_identity_is_read() -> None:
    """Events AWS makes by itself have no caller."""
    event = read_event(json.dumps(wire(0, "RotateKey", None)))
    assert event is not None
    assert event.identity.kind == "unknown"


def test_a_time_without_zone_is_none() -> None:
    """An event whose time could mean several instants is left out."""
    assert read_event(json.dumps({**wire(0, "ListBuckets", user()), "eventTime": "2026-11-23T10:00:00"})) is None


def test_the_digest_is_of_the_received_bytes() -> None:
    """Evidence can be compared with the log file byte for byte, though tokens are dropped from the text."""
    raw = json.dumps(wire(0, "AssumeRole", user(), responseElements={"credentials": {"sessionToken": "IQoJsecret"}}))
    event = read_event(raw)
    assert event is not None
    assert event.raw.sha256 == hashlib.sha256(raw.encode()).hexdigest()
    assert event.raw.text_sha256 == hashlib.sha256(event.raw.text.encode()).hexdigest()
    assert json.loads(event.raw.text)["responseElements"]["credentials"]["sessionToken"] == "[dropped]"


def test_a_text_without_secrets_is_kept_as_it_is() -> None:
    """Blanks and order of an event without secrets stay as received."""
    raw = json.dumps(wire(0, "ListBuckets", user()), indent=3)
    event = read_event(raw.encode())
    assert event is not None
    assert event.raw.text == raw


@pytest.mark.parametrize(
    "hidden",
    [
        {"credentials": {"sessionToken": "tell-tale"}},
        {"SecretAccessKey": "tell-tale"},
        {"loginProfile": [{"password": "tell-tale"}]},
        {"masterUserPassword": "tell-tale"},
        {"url": "https://example.com/?X-Amz-Security-Token=IQoJb3tell-tale" + "A" * 200},
        {"note": "FwoGtell-tale" + "/+A=" * 50},
    ],
)
def test_no_secret_is_kept(hidden: object) -> None:
    """Tokens, secret keys and passwords are found by their names and by their looks, at any depth."""
    event = read_event(json.dumps(wire(0, "AnyCall", user(), responseElements=hidden)))
    assert event is not None
    assert "tell-tale" not in event.raw.text
    assert "tell-tale" not in str(event.response)


def test_an_escaped_key_hides_nothing() -> None:
    """A key spelled with escapes is the same key."""
    raw = json.dumps(wire(0, "AnyCall", user(), responseElements={"session_token": "tell-tale"}))
    event = read_event(raw.replace("session_token", "session\\u0054oken"))
    assert event is not None
    assert "tell-tale" not in event.raw.text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Jul 30, 2021 12:53:52 AM", datetime(2021, 7, 30, 0, 53, 52, tzinfo=UTC)),
        ("Jul 10, 2023, 12:09:47 PM", datetime(2023, 7, 10, 12, 9, 47, tzinfo=UTC)),
        ("Nov 23, 2026, 6:00:01\u202fPM", datetime(2026, 11, 23, 18, 0, 1, tzinfo=UTC)),
        ("Nov\u00a023,  2026, 6:00:01 AM", datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)),
        ("2026-11-23T18:00:01Z", datetime(2026, 11, 23, 18, 0, 1, tzinfo=UTC)),
        ("2026-11-23T18:00:01+02:00", datetime(2026, 11, 23, 16, 0, 1, tzinfo=UTC)),
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("2026-11-23T18:00:01", None),
        ("Foo 23, 2026, 6:00:01 AM", None),
        ("Feb 30, 2026, 6:00:01 AM", None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
        (None, None),
        ({}, None),
    ],
)
def test_every_way_an_instant_is_written(written: object, meant: datetime | None) -> None:
    """English text in both forms with any blank, ISO with a zone and epoch seconds are read; the rest is None."""
    assert read_instant(written) == meant
