"""The lab's CloudTrail: every event kept, and LookupEvents over the management events that have arrived.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unassume.lab.clock import LabClock
from unassume.lab.trail.events import Event
from unassume.lab.wire.refusals import Refusal

_PAGE = 50
_KEPT = timedelta(days=90)
_LIMIT = 200_000
_RATE = 2
_ATTRIBUTES = frozenset({
    "EventId", "EventName", "EventSource", "ReadOnly", "Username", "ResourceName", "ResourceType", "AccessKeyId",
})  # fmt: skip


class _Ask(msgspec.Struct, frozen=True):
    account: str
    region: str
    start: datetime
    end: datetime
    attribute: str
    value: str
    size: int
    before: int | None


class LabTrail:
    """Events in the order they were written; an event is seen `delay` lab-seconds after it happened."""

    def __init__(self, clock: LabClock, delay: float) -> None:
        self._clock = clock
        self._delay = timedelta(seconds=delay)
        self._events: deque[tuple[int, Event]] = deque(maxlen=_LIMIT)
        self._written = 0
        self._asked: dict[tuple[str, str], deque[datetime]] = {}
        self._lock = threading.Lock()

    def add(self, event: Event) -> None:
        """Keep one event."""
        with self._lock:
            self._written += 1
            self._events.append((self._written, event))

    def all(self) -> tuple[Event, ...]:
        """Every event kept, data events too, at once and oldest first: for drills, not for the tool."""
        with self._lock:
            return tuple(event for _, event in self._events)

    def throttle(self, account: str, region: str) -> None:
        """A Refusal for the third LookupEvents call within one lab-second in one account and region."""
        now = self._clock.now()
        with self._lock:
            recent = self._asked.setdefault((account, region), deque(maxlen=_RATE))
            if len(recent) == _RATE and now - recent[0] < timedelta(seconds=1):
                raise Refusal(code="ThrottlingException", status=400, message="Rate exceeded")
            recent.append(now)

    def lookup(self, account: str, region: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of LookupEvents; a Refusal worded as AWS does for bad parameters."""
        if given.get("EventCategory"):
            return {"Events": []}
        ask = self._ask(account, region, given)
        with self._lock:
            kept = tuple(self._events)
        now = self._clock.now()
        page: list[tuple[int, Event]] = []
        for number, event in sorted(kept, key=lambda pair: (pair[1].at.replace(microsecond=0), pair[0]), reverse=True):
            if not self._is_seen(event, now) or not _matches(event, ask):
                continue
            page.append((number, event))
        if ask.before is not None:
            page = _after(page, ask.before)
        answer: dict[str, Any] = {"Events": [_shown(event) for _, event in page[: ask.size]]}
        if len(page) > ask.size:
            answer["NextToken"] = _token(ask, page[ask.size - 1][0])
        return answer

    def _is_seen(self, event: Event, now: datetime) -> bool:
        return event.management and event.at + self._delay <= now and now - event.at <= _KEPT

    def _ask(self, account: str, region: str, given: Mapping[str, Any]) -> _Ask:
        attribute, value = _attribute(given.get("LookupAttributes"))
        size = given.get("MaxResults") or _PAGE
        if not isinstance(size, int) or not 1 <= size <= _PAGE:
            raise _refused("InvalidMaxResultsException", "The limit specified is not valid: 1 to 50.")
        start, end = _instant(given.get("StartTime")), _instant(given.get("EndTime"))
        if start and end and start > end:
            raise _refused("InvalidTimeRangeException", "The start time is after the end time.")
        earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        ask = _Ask(account, region, start or earliest, end or latest, attribute, value, size, None)
        token = given.get("NextToken")
        return ask if token is None else msgspec.structs.replace(ask, before=_read_token(ask, str(token)))


def _attribute(given: object) -> tuple[str, str]:
    if not given:
        return "", ""
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], Mapping):
        raise _refused("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    name, value = str(given[0].get("AttributeKey")), str(given[0].get("AttributeValue"))
    if name not in _ATTRIBUTES or not 0 < len(value) <= 2000:
        raise _refused("InvalidLookupAttributesException", f"The lookup attribute {name} is not valid.")
    return name, value


def _matches(event: Event, ask: _Ask) -> bool:
    second = event.at.replace(microsecond=0)
    if event.account != ask.account or event.region != ask.region or not ask.start <= second <= ask.end:
        return False
    match ask.attribute:
        case "":
            return True
        case "EventId":
            return event.id == ask.value
        case "EventName":
            return event.name == ask.value
        case "EventSource":
            return event.source == ask.value
        case "ReadOnly":
            return ask.value.lower() == _word(event.read_only)
        case "Username":
            return event.username == ask.value
        case "AccessKeyId":
            return event.key_id == ask.value
        case "ResourceName":
            return any(resource.name == ask.value for resource in event.resources)
        case _:
            return any(resource.kind == ask.value for resource in event.resources)


def _shown(event: Event) -> dict[str, Any]:
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": _word(event.read_only),
        "AccessKeyId": event.key_id,
        "EventTime": int(event.at.timestamp()),
        "EventSource": event.source,
        "Username": event.username,
        "Resources": [{"ResourceType": each.kind, "ResourceName": each.name} for each in event.resources],
        "CloudTrailEvent": json.dumps(event.record),
    }


def _after(page: list[tuple[int, Event]], number: int) -> list[tuple[int, Event]]:
    for index, (each, _) in enumerate(page):
        if each == number:
            return page[index + 1 :]
    return []


def _token(ask: _Ask, number: int) -> str:
    return base64.urlsafe_b64encode(f"{number}/{_sameness(ask)}".encode()).decode()


def _read_token(ask: _Ask, token: str) -> int:
    try:
        number, _, same = base64.urlsafe_b64decode(token.encode()).decode().partition("/")
        if same != _sameness(ask):
            raise ValueError("another request")
        return int(number)
    except ValueError:
        raise _refused("InvalidNextTokenException", "A token from a call with other parameters is not valid.") from None


def _sameness(ask: _Ask) -> str:
    return "|".join((ask.account, ask.region, str(ask.start), str(ask.end), ask.attribute, ask.value))


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        raise _refused("InvalidTimeRangeException", "The time cannot be read.") from None


def _word(truth: bool) -> str:
    return "true" if truth else "false"


def _refused(code: str, message: str) -> Refusal:
    return Refusal(code=code, status=400, message=message)
