"""The lab's CloudTrail: every event kept on disk, LookupEvents over those that have arrived, files for trails.

ASSUMPTION: LookupEvents shows an event `trail_delay` lab-seconds after it happened, never earlier or in parts; AWS
promises "typically within an average of about 5 minutes" only. Insight events and CloudTrail Lake are not there.
# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from unassume.lab.clock import LabClock
from unassume.lab.trail.delivery import Delivery
from unassume.lab.trail.event import Event
from unassume.lab.trail.questions import next_token, read_question
from unassume.lab.trail.store import EventStore, Found
from unassume.lab.wire.refusals import Refusal

_KEPT = timedelta(days=90)
_RATE = 2


class LabTrail:
    """Events in the order they were written; an event is seen, and delivered, `delay` lab-seconds after it happened.

    With `directory`, every account's events are written below it as CloudTrail writes a bucket; AccessError when it
    cannot be written.
    """

    def __init__(self, clock: LabClock, delay: float, directory: Path | None = None) -> None:
        self._clock = clock
        self._delay = timedelta(seconds=delay)
        self._store = EventStore()
        self._delivery = Delivery(self._store, self._delay, directory)
        self._asked: dict[tuple[str, str], deque[datetime]] = {}
        self._lock = threading.Lock()
        self._unwatch = clock.watch(self.deliver)

    def add(self, *events: Event) -> None:
        """Keep the events of one call."""
        for event in events:
            self._store.add(event, self._delivery.sinks(event))

    def all(self) -> tuple[Event, ...]:
        """Every event kept, data events too, at once and oldest first: for drills, not for the tool."""
        return self._store.all()

    def count(self) -> int:
        """How many events are kept, without reading them."""
        return self._store.count()

    def deliver(self, now: datetime) -> None:
        """Write the files that are due at that instant; nothing to do costs one comparison."""
        self._delivery.deliver(now)

    def status(self, account: str, region: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of GetTrailStatus, with the lab's own deliveries; a Refusal for a trail that is not there."""
        return self._delivery.status(account, region, str(given.get("Name", "")))

    def clear(self) -> None:
        """Forget every event and question asked, once the files owed are written: part of a reset of everything."""
        self._delivery.finish(self._clock.now())
        with self._lock:
            self._asked.clear()
        self._store.clear()
        self._delivery.clear()

    def close(self) -> None:
        """Write every file owed, also of five minutes that still run; AccessError when one cannot be written."""
        self._unwatch()
        try:
            self._delivery.finish(self._clock.now())
        finally:
            self._store.disk.close()

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
        ask, size = read_question(account, region, given)
        now = self._clock.now()
        found = self._store.page(ask, (now - _KEPT, now - self._delay), size + 1)
        answer: dict[str, Any] = {"Events": [_shown(each) for each in found[:size]]}
        if len(found) > size:
            answer["NextToken"] = next_token(ask, found[size - 1].place)
        return answer


def _shown(found: Found) -> dict[str, Any]:
    event = found.event
    who = {"AccessKeyId": event.key_id, "Username": event.username}
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": "true" if event.read_only else "false",
        **{name: value for name, value in who.items() if value},
        "EventTime": int(event.at.timestamp()),
        "EventSource": event.source,
        "Resources": [{"ResourceType": each.kind, "ResourceName": each.name} for each in event.resources],
        "CloudTrailEvent": found.text,
    }
