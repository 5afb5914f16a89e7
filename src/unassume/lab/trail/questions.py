"""The parameters of LookupEvents, read and refused as AWS does.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from unassume.lab.trail.store import ATTRIBUTES, Question
from unassume.lab.wire.refusals import Refusal

PAGE = 50
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def read_question(account: str, region: str, given: Mapping[str, Any]) -> tuple[Question, int]:
    """What is asked and the size of a page; a Refusal for bad parameters."""
    attribute, value = _attribute(given.get("LookupAttributes"))
    size = given.get("MaxResults") or PAGE
    if not isinstance(size, int) or not 1 <= size <= PAGE:
        raise _refused("InvalidMaxResultsException", "The limit specified is not valid: 1 to 50.")
    start, end = _instant(given.get("StartTime")) or _EARLIEST, _instant(given.get("EndTime")) or _LATEST
    if start > end:
        raise _refused("InvalidTimeRangeException", "The start time is after the end time.")
    ask = Question(account, region, max(start, _EARLIEST), end, attribute, value)
    token = given.get("NextToken")
    return (ask if token is None else msgspec.structs.replace(ask, before=_read_token(ask, str(token)))), size


def next_token(ask: Question, place: tuple[int, int]) -> str:
    """The token that goes on after that place, for the same question only."""
    return base64.urlsafe_b64encode(f"{place[0]}.{place[1]}/{_sameness(ask)}".encode()).decode()


def _read_token(ask: Question, token: str) -> tuple[int, int]:
    try:
        place, _, same = base64.urlsafe_b64decode(token.encode()).decode().partition("/")
        second, number = (int(part) for part in place.split("."))
        if same != _sameness(ask) or max(second, number) >= 1 << 53:
            raise ValueError("another request")
    except ValueError:
        raise _refused("InvalidNextTokenException", "A token from a call with other parameters is not valid.") from None
    return second, number


def _sameness(ask: Question) -> str:
    return "|".join((ask.account, ask.region, str(ask.start), str(ask.end), ask.attribute, ask.value))


def _attribute(given: object) -> tuple[str, str]:
    if not given:
        return "", ""
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], Mapping):
        raise _refused("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    name, value = str(given[0].get("AttributeKey")), str(given[0].get("AttributeValue"))
    if name not in ATTRIBUTES or not 0 < len(value) <= 2000:
        raise _refused("InvalidLookupAttributesException", f"The lookup attribute {name} is not valid.")
    return name, value


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        raise _refused("InvalidTimeRangeException", "The time cannot be read.") from None


def _refused(code: str, message: str) -> Refusal:
    return Refusal(code=code, status=400, message=message)
