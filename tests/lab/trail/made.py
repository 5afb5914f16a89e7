"""Events made by hand for the store, and the labs and logs that the tests of the trail share."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unassume.lab import ACCOUNT
from unassume.lab.trail.event import Event, Resource

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LOGS = Path(__file__).parent.parent.parent / "cases" / "cloudtrail"


def event(number: int, at: datetime = START, **changed: Any) -> Event:
    """A management event with this number as its id."""
    record = {"eventID": str(number), "eventType": "AwsApiCall", "userIdentity": {"type": "IAMUser"}, "resources": []}
    fields: dict[str, Any] = {
        "id": str(number), "at": at, "account": ACCOUNT, "region": "us-east-1", "name": "GetRole",
        "source": "iam.amazonaws.com", "read_only": True, "management": True, "username": "ann", "key_id": "AKIA1",
        "resources": (Resource("AWS::IAM::Role", "Reader"),), "record": record,
    }  # fmt: skip
    return Event(**fields | changed)


def real_records() -> list[dict[str, Any]]:
    """The records of real calls."""
    return [record for path in sorted(LOGS.glob("*.json")) for record in json.loads(path.read_text())["Records"]]


def records_in(packed: bytes) -> list[dict[str, Any]]:
    """The records of a log file."""
    found: list[dict[str, Any]] = json.loads(gzip.decompress(packed))["Records"]
    return found
