"""Log files into the buckets of trails and below a directory, lazily: when the clock is jumped or a call comes in.

One file holds the events of one account and region within five minutes of the lab's time; it is due when these are
over and the trail's delay has passed. ASSUMPTION: AWS delivers "about every 5 minutes", in files it cuts as it likes.
A trail's bucket policy is not asked. ASSUMPTION: the call that starts or stops a trail is itself in that trail.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from unassume.errors import AccessError
from unassume.lab.trail.buckets import put_object
from unassume.lab.trail.event import Event
from unassume.lab.trail.layout import check_directory, object_key, packed, write_file
from unassume.lab.trail.selectors import takes
from unassume.lab.trail.store import Batch, EventStore
from unassume.lab.trail.trails import TrailView, all_trails
from unassume.lab.wire.refusals import Refusal

_DIRECTORY = "directory"
_IN_A_FILE = 10_000
_SLOT = timedelta(minutes=5)
_RETRY = timedelta(minutes=5)
# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-update-a-trail-console.html
_TRIED = timedelta(days=30)
_SOURCE = "cloudtrail.amazonaws.com"


class Log(msgspec.Struct):
    """What GetTrailStatus tells of one trail."""

    started: datetime | None = None
    stopped: datetime | None = None
    attempted: datetime | None = None
    delivered: datetime | None = None
    error: str = ""


class Delivery:
    """The files owed to trails and to the directory; nothing is owed, and nothing done, where there is neither."""

    def __init__(self, store: EventStore, delay: timedelta, directory: Path | None) -> None:
        if directory is not None:
            check_directory(directory)
        self._store = store
        self._delay = delay
        self._directory = directory
        self._trails: dict[str, TrailView] = {}
        self._logs: dict[str, Log] = {}
        self._due: datetime | None = None
        self._problem: AccessError | None = None
        self._lock = threading.RLock()

    def sinks(self, event: Event) -> list[str]:
        """Who is owed a file with the event, as trails and their selectors stand at this moment."""
        before = self._logging()
        if event.source == _SOURCE and not event.read_only:
            self._look(event.at)
        elif not before and self._directory is None:
            return []
        trails = {**before, **self._logging()}
        sinks = [arn for arn, trail in trails.items() if takes(trail, event)]
        sinks += [_DIRECTORY] if self._directory is not None else []
        if sinks:
            due = _slot(event.at) + _SLOT + self._delay
            with self._lock:
                self._due = due if self._due is None else min(due, self._due)
        return sinks

    def deliver(self, now: datetime) -> None:
        """Write the files due at that instant."""
        if self._due is None or now < self._due:
            return
        with self._lock:
            failed = [batch for batch in self._store.owed(now - self._delay) if not self._write(batch, now)]
            following = self._store.next_slot_end()
            self._due = None if following is None else following + self._delay
            if failed and self._due is not None:
                self._due = max(self._due, now + _RETRY)

    def finish(self, now: datetime) -> None:
        """Write all that is owed; AccessError when the directory could not take it."""
        with self._lock:
            for batch in self._store.owed(None):
                self._write(batch, now)
            if self._problem is not None:
                raise self._problem

    def clear(self) -> None:
        """Forget trails and deliveries."""
        with self._lock:
            self._trails, self._logs, self._due, self._problem = {}, {}, None, None

    def status(self, account: str, region: str, name: str) -> dict[str, Any]:
        """The answer of GetTrailStatus."""
        trail = next((each for each in all_trails() if _is_named(each, account, region, name)), None)
        if trail is None:
            message = f"Unknown trail: {name} for the user: {account}"
            raise Refusal(code="TrailNotFoundException", status=400, message=message)
        log = self._logs.get(trail.arn, Log())
        times = {"StartLoggingTime": log.started, "StopLoggingTime": log.stopped, "LatestDeliveryTime": log.delivered}
        shown = {name: int(at.timestamp()) for name, at in times.items() if at is not None}
        error = {"LatestDeliveryError": log.error} if log.error else {}
        attempted = f"{log.attempted:%Y-%m-%dT%H:%M:%SZ}" if log.attempted else ""
        return {
            "IsLogging": trail.is_logging, **shown, **error, "LatestDeliveryAttemptTime": attempted,
            "LatestDeliveryAttemptSucceeded": attempted if not log.error else "",
            "TimeLoggingStarted": f"{log.started:%Y-%m-%dT%H:%M:%SZ}" if log.started else "",
            "TimeLoggingStopped": f"{log.stopped:%Y-%m-%dT%H:%M:%SZ}" if log.stopped else "",
        }  # fmt: skip

    def _logging(self) -> dict[str, TrailView]:
        return {arn: trail for arn, trail in self._trails.items() if trail.is_logging}

    def _look(self, now: datetime) -> None:
        """Read the trails anew after a call that may have changed them; one that is gone still gets its last files."""
        with self._lock:
            found = {trail.arn: trail for trail in all_trails()}
            for arn, trail in found.items():
                log, was = self._logs.setdefault(arn, Log()), self._trails.get(arn)
                if trail.is_logging and not (was and was.is_logging):
                    log.started = now
                if was and was.is_logging and not trail.is_logging:
                    log.stopped = now
            gone = {
                arn: msgspec.structs.replace(trail, is_logging=False)
                for arn, trail in self._trails.items() if arn not in found
            }  # fmt: skip
            self._trails = {**gone, **found}

    def _write(self, batch: Batch, now: datetime) -> bool:
        at = min(batch.slot + _SLOT + self._delay, now)
        for numbers, records in self._store.records(batch, _IN_A_FILE):
            if not self._put(batch, at, records, now) and batch.slot > now - _TRIED:
                return False
            self._store.delivered(batch, numbers)
        return True

    def _put(self, batch: Batch, at: datetime, records: list[bytes], now: datetime) -> bool:
        if batch.sink == _DIRECTORY:
            return self._put_file(batch, at, records)
        trail, log = self._trails[batch.sink], self._logs.setdefault(batch.sink, Log())
        organization = trail.organization.id if trail.organization else ""
        key = object_key(batch.account, batch.region, at, prefix=trail.prefix, organization=organization)
        is_there = put_object(trail.bucket, key, packed(records))
        log.attempted, log.error = now, "" if is_there else "NoSuchBucket"
        log.delivered = now if is_there else log.delivered
        return is_there

    def _put_file(self, batch: Batch, at: datetime, records: list[bytes]) -> bool:
        assert self._directory is not None
        try:
            write_file(self._directory, object_key(batch.account, batch.region, at), packed(records))
        except AccessError as problem:
            self._problem = problem
            return False
        self._problem = None
        return True


def _is_named(trail: TrailView, account: str, region: str, name: str) -> bool:
    is_near = trail.account == account and (trail.is_multi_region or trail.region == region)
    return trail.arn == name or (is_near and trail.name == name)


def _slot(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
