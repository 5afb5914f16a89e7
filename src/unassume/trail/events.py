"""One CloudTrail event, typed, with its secrets taken out at the door.

AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from unassume.model.sightings import Identity, RawEvent
from unassume.trail.secrets import without_secrets
from unassume.trail.times import read_instant


class SessionIssuer(msgspec.Struct, frozen=True, rename="camel"):
    """The role a session is of, or the user who gave it out."""

    arn: str | None = None
    principal_id: str | None = None
    account_id: str | None = None
    user_name: str | None = None


class SessionAttributes(msgspec.Struct, frozen=True, rename="camel"):
    """When a session was issued, as its calls show it."""

    creation_date: str | int | float | None = None


class SessionContext(msgspec.Struct, frozen=True, rename="camel"):
    """What a call tells of the session that made it."""

    attributes: SessionAttributes | None = None
    session_issuer: SessionIssuer | None = None
    source_identity: str | None = None


class UserIdentity(msgspec.Struct, frozen=True, rename="camel"):
    """Who made the call."""

    type: str | None = None
    account_id: str | None = None
    arn: str | None = None
    principal_id: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    identity_provider: str | None = None
    session_context: SessionContext | None = None

    @property
    def issued_at(self) -> datetime | None:
        """The creationDate of the session, where there is one that can be read."""
        attributes = self.session_context.attributes if self.session_context else None
        return read_instant(attributes.creation_date) if attributes else None

    @property
    def issuer(self) -> SessionIssuer:
        """The session's role; empty where it is not said."""
        context = self.session_context
        return (context.session_issuer if context else None) or SessionIssuer()


class _Wire(msgspec.Struct, frozen=True, rename="camel"):
    """The fields of an event that are read, as AWS names them; every other field is left alone."""

    event_time: datetime
    event_name: str
    event_source: str
    event_id: str = msgspec.field(name="eventID")
    aws_region: str = ""
    recipient_account_id: str | None = None
    shared_event_id: str | None = msgspec.field(name="sharedEventID", default=None)
    user_identity: UserIdentity | None = None
    error_code: str | None = None
    error_message: str | None = None
    request_parameters: Any = None
    response_elements: Any = None
    source_ip_address: str | None = msgspec.field(name="sourceIPAddress", default=None)
    user_agent: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event: what is needed of it, and the raw event as it was received less its secrets."""

    id: str
    shared_id: str | None
    at: datetime
    name: str
    source: str
    region: str
    recipient: str | None
    who: UserIdentity
    error_code: str | None
    error_message: str | None
    request: Mapping[str, object]
    response: Mapping[str, object]
    address: str | None
    user_agent: str | None
    raw: RawEvent

    @property
    def identity(self) -> Identity:
        """Who made the call, as a value that travels."""
        who = self.who
        return Identity(
            kind=who.type or "unknown", account=who.account_id, arn=who.arn, principal_id=who.principal_id,
            key_id=who.access_key_id, issued_at=who.issued_at,
        )  # fmt: skip


_DECODER = msgspec.json.Decoder(_Wire)


def read_event(raw: bytes | str) -> Event | None:
    """Read one event; None, never an error, for what is no event or not shaped like one: the caller counts it."""
    try:
        received = raw.encode() if isinstance(raw, str) else bytes(raw)
        text = without_secrets(received.decode())
        wire = _DECODER.decode(text)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return None
    if wire.event_time.tzinfo is None or not wire.event_id:
        return None
    digest, kept = hashlib.sha256(received).hexdigest(), text.encode()
    own = "" if kept == received else hashlib.sha256(kept).hexdigest()
    return _event(wire, RawEvent(event_id=wire.event_id, sha256=digest, text=text, text_sha256=own))


def _event(wire: _Wire, raw: RawEvent) -> Event:
    return Event(
        id=wire.event_id, shared_id=wire.shared_event_id, at=wire.event_time.astimezone(UTC), name=wire.event_name,
        source=wire.event_source, region=wire.aws_region, recipient=wire.recipient_account_id,
        who=wire.user_identity or UserIdentity(), error_code=wire.error_code, error_message=wire.error_message,
        request=fields_of(wire.request_parameters), response=fields_of(wire.response_elements),
        address=wire.source_ip_address, user_agent=wire.user_agent, raw=raw,
    )  # fmt: skip


def fields_of(value: object) -> Mapping[str, object]:
    """The value when it is an object, else an empty one: parts of an event may be null or plain text."""
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str | None:
    """The value when it is text that says something, else None."""
    return value if isinstance(value, str) and value else None
