"""CloudTrail events in the shapes real logs have; secrets and tokens never enter one.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from unassume.lab.access.callers import Caller
from unassume.lab.clock import iso
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.identities import user_identity

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
FAKE_TOKEN = "IQoJb3JpZ2luX2VjLAB//////////NOT-THE-TOKEN"
"""Stands where real events show a session token; it is the same text in every event."""

_GLOBAL = frozenset({"iam", "organizations", "route53", "cloudfront", "account"})
_READS = re.compile(
    r"^(Get|List|Describe|Head|Lookup|BatchGet|Query|Scan|Search|Select|Simulate|AssumeRole|TransactGet|Check|Validate)"
)
_SECRET = re.compile(r"(?i)(password|secret|token$|privatekey|credential|plaintext|assertion|tokencode|^value$)")
_S3_DATA = frozenset({"ListObjects", "ListObjectsV2", "ListObjectVersions", "HeadBucket", "ListMultipartUploads",
                      "DeleteObjects"})  # fmt: skip
_DATA = {
    "dynamodb": frozenset({
        "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
        "TransactGetItems", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
    }),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset({"SendMessage", "ReceiveMessage", "DeleteMessage", "SendMessageBatch", "DeleteMessageBatch",
                      "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"}),
}  # fmt: skip


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


class Happening(msgspec.Struct, frozen=True):
    """What is known of one answered call when its event is written.

    `response` is the event's responseElements as it is to be shown; `resources` are those the answer named.
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


def is_read(operation: Operation) -> bool:
    """Whether CloudTrail calls the operation read-only."""
    return bool(_READS.match(operation.name))


def is_data_event(operation: Operation) -> bool:
    """Whether the call is a data event: kept by the lab, never in LookupEvents."""
    if operation.service == "s3":
        return "Key" in operation.parameters or operation.name in _S3_DATA
    return operation.name in _DATA.get(operation.service, frozenset())


def event_region(operation: Operation, region: str) -> str:
    """Where the event is logged: global services log in us-east-1, regional STS in its own region."""
    return "us-east-1" if operation.service in _GLOBAL else region


def write_event(caller: Caller, operation: Operation, what: Happening) -> Event:
    """The event of one answered call."""
    region, management = event_region(operation, what.region), not is_data_event(operation)
    resources = _resources(operation, what)
    is_denied_assume = operation.name == "AssumeRole" and bool(what.error_code)
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(caller),
        "eventTime": iso(what.at),
        "eventSource": operation.source,
        "eventName": operation.name,
        "awsRegion": region,
        "sourceIPAddress": what.source_ip,
        "userAgent": what.user_agent,
        "requestParameters": None if is_denied_assume else _parameters(operation),
        "responseElements": what.response,
        "requestID": what.request_id,
        "eventID": what.event_id,
        "readOnly": is_read(operation),
        "eventType": "AwsApiCall",
        "managementEvent": management,
        "recipientAccountId": caller.account,
        "eventCategory": "Management" if management else "Data",
    }
    if what.error_code:
        # CloudTrail prefixes EC2's codes; the client sees them without.
        prefix = "Client." if operation.service == "ec2" else ""
        record |= {"errorCode": prefix + what.error_code, "errorMessage": what.error_message}
    roles = [each.name for each in what.resources if each.kind == "AWS::IAM::Role"]
    if operation.service == "sts" and roles:
        record["resources"] = [{"accountId": arn.split(":")[4], "type": "AWS::IAM::Role", "ARN": arn} for arn in roles]
    if what.unmapped:
        record["additionalEventData"] = {"lab:unmapped": True}
    return Event(what.event_id, what.at, caller.account, region, operation.name, operation.source,
                 is_read(operation), management, caller.name, caller.key_id, resources, record)  # fmt: skip


def expiration_text(instant: datetime) -> str:
    """An expiration as newer events word it: `Jul 10, 2023, 12:09:47 PM`."""
    hour = instant.hour % 12 or 12
    return f"{instant:%b} {instant.day}, {instant.year}, {hour}:{instant:%M:%S} {'AM' if instant.hour < 12 else 'PM'}"


def _parameters(operation: Operation) -> dict[str, Any] | None:
    given = operation.parameters
    if operation.service == "dynamodb" and is_data_event(operation):
        given = {name: given[name] for name in ("TableName", "Key", "IndexName") if name in given}
    shown = {_lower(name): HIDDEN if _is_secret(name) else _bounded(value) for name, value in given.items()}
    if operation.service == "sts":
        shown |= {n: int(shown[n]) for n in ("durationSeconds",) if str(shown.get(n, "")).isdecimal()}
    if operation.service == "s3" and "bucket" in shown:
        shown["bucketName"] = shown.pop("bucket")
    return shown or None


def _is_secret(name: str) -> bool:
    return name != "NextToken" and any(_SECRET.search(part) for part in name.split("."))


def _bounded(value: Any) -> Any:
    """Nested values may hide secrets under any name, so only their plain parts are shown."""
    if isinstance(value, Mapping):
        return {_lower(str(k)): HIDDEN if _is_secret(str(k)) else _bounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_bounded(item) for item in value[:20]]
    return value[:20_480] if isinstance(value, str) else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


_NAMED = {"RoleName": "AWS::IAM::Role", "UserName": "AWS::IAM::User", "GroupName": "AWS::IAM::Group",
          "PolicyName": "AWS::IAM::Policy", "PolicyArn": "AWS::IAM::Policy", "Bucket": "AWS::S3::Bucket",
          "TableName": "AWS::DynamoDB::Table", "AccessKeyId": "AWS::IAM::AccessKey"}  # fmt: skip


def _resources(operation: Operation, what: Happening) -> tuple[Resource, ...]:
    if operation.service == "sts":
        return what.resources
    given = operation.parameters
    return (*(Resource(kind, str(given[name])) for name, kind in _NAMED.items() if name in given), *what.resources)
