"""What every call of STS takes and gives, and what they all work with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import Credentials, Keyring
from unassume.lab.accounts.history import History
from unassume.lab.clock import LabClock, iso
from unassume.lab.federation.provider import Federation
from unassume.lab.trail.events import FAKE_TOKEN, Resource, expiration_text
from unassume.lab.wire.incoming import Incoming


class Realm(msgspec.Struct, frozen=True):
    """What the lab's STS rests on."""

    keyring: Keyring
    history: History
    clock: LabClock
    federation: Federation


class Asked(msgspec.Struct, frozen=True):
    """One call: who asks for what, and where it came in."""

    caller: Caller
    given: Mapping[str, Any]
    incoming: Incoming
    region: str


class Granted(msgspec.Struct, frozen=True):
    """What a call gave: the fields for the caller; for the record the response as CloudTrail shows it, and resources.

    `at` is the session's issue time, which the event of an issuing call carries; `credentials` are those issued.
    """

    fields: Mapping[str, Any]
    response: Mapping[str, Any] | None = None
    resources: tuple[Resource, ...] = ()
    at: datetime | None = None
    credentials: Credentials | None = None


def credential_fields(credentials: Credentials) -> dict[str, Any]:
    """The Credentials element of an answer."""
    assert credentials.expires_at is not None  # what STS issues has an end
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": iso(credentials.expires_at),
    }


def credentials_shown(credentials: Credentials) -> dict[str, Any]:
    """The credentials in CloudTrail's responseElements: no secret, and a token that is none."""
    assert credentials.expires_at is not None  # what STS issues has an end
    ends = expiration_text(credentials.expires_at)
    return {"accessKeyId": credentials.access_key_id, "sessionToken": FAKE_TOKEN, "expiration": ends}


def key_resource(credentials: Credentials) -> Resource:
    """The issued key, as LookupEvents finds the issuing event by it."""
    return Resource("AWS::IAM::AccessKey", credentials.access_key_id)
