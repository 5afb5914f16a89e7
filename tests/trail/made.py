"""Made-up CloudTrail events, whole enough for the parser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from unassume.trail.events import Event, read_event

START = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
ROLE_ID = "AROAEXAMPLEREPORTS00"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/team/Reports"
OTHER_ID = "AROAEXAMPLEBACKUP000"
OTHER_ARN = f"arn:aws:iam::{ACCOUNT}:role/Backup"
_numbers = count(1)


def at(seconds: float) -> datetime:
    """So many seconds after the start of all made-up events."""
    return START + timedelta(seconds=seconds)


def stamp(instant: datetime) -> str:
    """An instant as CloudTrail writes it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def user(name: str = "keith") -> dict[str, object]:
    """A user's identity."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {"type": "IAMUser", "accountId": ACCOUNT, "arn": arn, "principalId": "AIDAEXAMPLEKEITH0000"}


def session(
    name: str, issued: float | None, *, key: str | None = None, role_id: str = ROLE_ID, role_arn: str = ROLE_ARN
) -> dict[str, object]:
    """A role session's identity, issued so many seconds after the start."""
    issuer = {"type": "Role", "principalId": role_id, "arn": role_arn, "accountId": ACCOUNT}
    attributes = {} if issued is None else {"creationDate": stamp(at(issued)), "mfaAuthenticated": "false"}
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role_arn.rpartition('/')[2]}/{name}"
    found: dict[str, object] = {
        "type": "AssumedRole", "accountId": ACCOUNT, "arn": arn, "principalId": f"{role_id}:{name}",
        "sessionContext": {"attributes": attributes, "sessionIssuer": issuer},
    }  # fmt: skip
    return found if key is None else {**found, "accessKeyId": key}


def wire(seconds: float, name: str, who: Mapping[str, object] | None, **more: object) -> dict[str, object]:
    """An event as JSON fields."""
    return {
        "eventVersion": "1.11", "eventID": f"event-{next(_numbers)}", "eventTime": stamp(at(seconds)),
        "eventName": name, "eventSource": "s3.amazonaws.com", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "userIdentity": who, "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2",
        **more,
    }  # fmt: skip


def event(seconds: float, name: str, who: Mapping[str, object] | None, **more: object) -> Event:
    """An event, read."""
    found = read_event(json.dumps(wire(seconds, name, who, **more)))
    assert found is not None
    return found


def assume(
    seconds: float,
    who: Mapping[str, object],
    session_name: str,
    key: str,
    *,
    role_id: str = ROLE_ID,
    role_arn: str = ROLE_ARN,
    expiration: object = None,
    **more: object,
) -> Event:
    """An AssumeRole call that was granted."""
    credentials = {"accessKeyId": key, "sessionToken": "IQoJ" + "x" * 80, "expiration": expiration}
    assumed = {"assumedRoleId": f"{role_id}:{session_name}", "arn": "unread"}
    fields: dict[str, object] = {
        "eventSource": "sts.amazonaws.com",
        "requestParameters": {"roleArn": role_arn, "roleSessionName": session_name},
        "responseElements": {"credentials": credentials, "assumedRoleUser": assumed},
        **more,
    }
    return event(seconds, "AssumeRole", who, **fields)
