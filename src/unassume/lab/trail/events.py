"""CloudTrail events in the shapes real logs have; secrets and tokens never enter one.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from unassume.iam.principals import Service
from unassume.lab.access.callers import Caller
from unassume.lab.clock import iso
from unassume.lab.operations.reads import is_read
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.copies import owner, seen_from_outside, told
from unassume.lab.trail.event import Event as Event
from unassume.lab.trail.event import Resource as Resource
from unassume.lab.trail.hiding import instant_text
from unassume.lab.trail.identities import user_identity
from unassume.lab.trail.naming import event_name, event_region, is_data_event
from unassume.lab.trail.parameters import request_parameters
from unassume.lab.trail.resources import found_by, in_record
from unassume.lab.trail.transport import s3_additions, tls_details
from unassume.lab.wire.claims import Style
from unassume.lab.wire.incoming import Incoming

FAKE_TOKEN = "IQoJb3JpZ2luX2VjLAB//////////NOT-THE-TOKEN"
"""Stands where real events show a session token; it is the same text in every event."""


class Happening(msgspec.Struct, frozen=True):
    """What is known of one answered call when its event is written.

    `response` is the event's responseElements as it is to be shown; `resources` are those the answer named; `sent` is
    how many bytes the answer had; `owners` are the accounts whose things an allowed call named.
    """

    event_id: str
    request_id: str
    at: datetime
    region: str
    source_ip: str
    user_agent: str
    error_code: str = ""
    error_message: str = ""
    unmapped: bool = False
    response: Mapping[str, Any] | None = None
    resources: tuple[Resource, ...] = ()
    incoming: Incoming | None = None
    style: Style = Style.HEADER
    sent: int = 0
    vpc_endpoint: str = ""
    owners: tuple[str, ...] = ()


def write_events(caller: Caller, operation: Operation, what: Happening) -> tuple[Event, ...]:
    """The events of one answered call: one, and one more for each other account that is told, sharing an id."""
    account = what.owners[0] if what.owners else owner(caller, operation)
    first = _event(caller, operation, what, account)
    others = told(caller, account, what.owners, bool(what.error_code))
    if not others:
        return (first,)
    shared = {"sharedEventID": str(uuid.uuid4())}
    told_first = msgspec.structs.replace(first, record={**first.record, **shared})
    return (told_first, *(_copy(told_first, caller, other) for other in others))


def _copy(first: Event, caller: Caller, account: str) -> Event:
    """The event as the account of a resource is told it."""
    copy = {"userIdentity": seen_from_outside(caller), "eventID": str(uuid.uuid4()), "recipientAccountId": account}
    return msgspec.structs.replace(
        first, id=str(copy["eventID"]), account=account, username="", key_id="", record={**first.record, **copy}
    )


def expiration_text(instant: datetime) -> str:
    """An expiration as newer events word it: `Jul 10, 2023, 12:09:47 PM`."""
    return instant_text("sts", instant)


def _event(caller: Caller, operation: Operation, what: Happening, account: str) -> Event:
    region, management, name = event_region(operation, what.region), not is_data_event(operation), event_name(operation)
    read_only = is_read(operation)
    service = caller.principal.name if isinstance(caller.principal, Service) else ""
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(caller),
        "eventTime": iso(what.at),
        "eventSource": operation.source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": service or what.source_ip,
        "userAgent": service or (f"[{what.user_agent}]" if operation.service == "s3" else what.user_agent),
        "requestParameters": request_parameters(operation, what.incoming, bool(what.error_code)),
        "responseElements": what.response,
        "requestID": what.request_id,
        "eventID": what.event_id,
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": management,
        "recipientAccountId": caller.account,
        "eventCategory": "Management" if management else "Data",
        **_extras(operation, what, in_record(operation, what.resources, account, region)),
    }
    return Event(what.event_id, what.at, caller.account, region, name, operation.source, read_only, management,
                 caller.name, caller.key_id, found_by(operation, what.resources), record)  # fmt: skip


def _extras(operation: Operation, what: Happening, resources: list[dict[str, str]]) -> dict[str, Any]:
    """The fields that only some events have."""
    extras: dict[str, Any] = {}
    if what.error_code:
        # CloudTrail prefixes EC2's codes; the client sees them without.
        prefix = "Client." if operation.service == "ec2" else ""
        extras |= {"errorCode": prefix + what.error_code, "errorMessage": what.error_message}
    if resources:
        extras["resources"] = resources
    if (tls := tls_details(what.incoming)) is not None:
        extras["tlsDetails"] = tls
    if what.vpc_endpoint:
        extras["vpcEndpointId"] = what.vpc_endpoint
    if operation.service == "s3" and what.incoming is not None:
        extras["additionalEventData"] = s3_additions(what.incoming, what.style, what.request_id, what.sent)
    if what.unmapped:
        extras["additionalEventData"] = {**extras.get("additionalEventData", {}), "lab:unmapped": True}
    return extras
