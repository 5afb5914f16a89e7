"""The Trail port on CloudTrail's files, on disk or in a bucket: read once for a window, answered from memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from unassume.errors import InputError, TrailError
from unassume.model.sightings import Ask, Coverage, Issuance, RegionRead, Sighting
from unassume.ports import Blobs, Clock, Progress
from unassume.sources.lanes import ThreadLanes
from unassume.trail.events import Event, read_event
from unassume.trail.layout import may_hold
from unassume.trail.records import records_of
from unassume.trail.sightings import Gathering

UNSEEN = (
    "files hold what was delivered there: regions, accounts and kinds of events the trail leaves out are not seen",
    "events arrive about 5 minutes late on average; AWS promises no bound",
)
_MOST_NAMED = 20
_A_WHILE = timedelta(seconds=1)


class FileTrail:
    """The files below one place; those that cannot be read are skipped, and named in the coverage."""

    def __init__(self, blobs: Blobs, place: str, clock: Clock, progress: Progress, *, abreast: int = 1) -> None:
        self._blobs, self._place, self._clock, self._progress = blobs, place, clock, progress
        self._abreast = abreast
        self._reading: _Reading | None = None

    def open(self) -> None:
        """Nothing is to be found out before the window is known."""

    def sightings(self, ask: Ask) -> tuple[Sighting, ...]:
        """What the files show of it; InputError when there is no such place, TrailError when no file could be read."""
        reading = self._read(ask.since, ask.until)
        if reading.files and len(reading.skipped) == reading.files:
            name, why = next(iter(reading.skipped.items()))
            raise TrailError(f"none of {reading.files} files below `{self._place}` could be read: `{name}`: {why}")
        return tuple(one for one in reading.sightings if ask.whole or _is_asked_for(one, ask))

    def coverage(self) -> Coverage:
        """How far the files of the latest window reach, and which were skipped."""
        now, reading = self._clock.now(), self._reading
        if reading is None:
            return Coverage(source=f"files below {self._place}", as_of=now, since=now, unseen=UNSEEN)
        return Coverage(
            source=f"{reading.files} files below {self._place}", as_of=min(now, reading.window[1]),
            since=reading.window[0], regions=tuple(reading.regions()), events=reading.events, files=reading.files,
            skipped=tuple(sorted(reading.skipped)), gaps=tuple(reading.gaps()), unseen=UNSEEN,
        )  # fmt: skip

    def _read(self, since: datetime, until: datetime) -> _Reading:
        """All that the files hold of a window, read once."""
        if self._reading is None or self._reading.window != (since, until):
            self._reading = reading = _Reading((since, until))
            names = [
                name
                for name in self._blobs.names(self._place, lambda name: may_hold(name, since, until))
                if name == self._place or may_hold(name, since, until)
            ]
            began = self._clock.now()
            for done, (name, data) in enumerate(self._contents(names), start=1):
                reading.take(name, data)
                if self._clock.now() - began > _A_WHILE:
                    self._progress.count("trail", done, len(names))
            reading.finish()
        return self._reading

    def _contents(self, names: Sequence[str]) -> Iterator[tuple[str, bytes | InputError]]:
        """Each file with its bytes, or why it cannot be read; `abreast` at a time."""

        def read(name: str) -> bytes | InputError:
            try:
                return self._blobs.read(name)
            except InputError as error:
                return error

        for start in range(0, len(names), self._abreast):
            some = names[start : start + self._abreast]
            yield from zip(some, ThreadLanes().each(read, some), strict=True)


class _Reading:
    """What was read of one window."""

    def __init__(self, window: tuple[datetime, datetime]) -> None:
        self.window = window
        self.files = self.events = self._foreign = 0
        self.skipped: dict[str, str] = {}
        self.sightings: Sequence[Sighting] = ()
        self._gathering = Gathering()
        self._reach: dict[tuple[str, str], tuple[datetime, datetime]] = {}

    def take(self, name: str, data: bytes | InputError) -> None:
        """Take in one file; what is wrong with it is kept beside its name."""
        self.files += 1
        if isinstance(data, InputError):
            self.skipped[name] = data.message
            return
        records = records_of(data)
        self._foreign += records.foreign
        if records.fault:
            self.skipped[name] = records.fault
        for text in records.texts:
            event = read_event(text)
            if event is None:
                self._foreign += 1
            else:
                self._add(event)

    def finish(self) -> None:
        """Add everything up, once the last file is read."""
        self.sightings = self._gathering.sightings()
        self.events = self._gathering.events

    def _add(self, event: Event) -> None:
        """One event; how far a region reaches is told by all of its events, also those outside the window."""
        place = (event.recipient or event.who.account_id or "?", event.region or "?")
        first, newest = self._reach.get(place, (event.at, event.at))
        self._reach[place] = min(first, event.at), max(newest, event.at)
        if self.window[0] <= event.at <= self.window[1]:
            self._gathering.add(event)

    def regions(self) -> Iterator[RegionRead]:
        """Every region of every account that an event is of."""
        for (account, region), (first, newest) in sorted(self._reach.items()):
            yield RegionRead(account=account, region=region, state="read", newest_event_at=newest, first_event_at=first)

    def gaps(self) -> Iterator[str]:
        """What is missing, in words."""
        for name, why in sorted(self.skipped.items())[:_MOST_NAMED]:
            yield f"file `{name}` was skipped: {why}"
        if len(self.skipped) > _MOST_NAMED:
            yield f"{len(self.skipped) - _MOST_NAMED} more files were skipped"
        if self._foreign:
            yield f"{self._foreign} records could not be understood and were left out"


def _is_asked_for(sighting: Sighting, ask: Ask) -> bool:
    """Whether a sighting touches what is asked for: as whom a call was made, or what it gave out."""
    keys, names = ask.key_ids, ask.session_names
    match sighting:
        case Issuance(caller=caller):
            given = caller.key_id in keys or not set(keys).isdisjoint(sighting.key_ids)
            is_its = sighting.holder_arn in ask.role_arns or sighting.origin in ask.event_names
            return given or is_its or sighting.session_name in names or _name(caller.arn) in names
        case _:
            is_its = sighting.holder_arn in ask.role_arns or sighting.session_name in names
            return is_its or not set(keys).isdisjoint(sighting.key_ids)


def _name(arn: str | None) -> str:
    return (arn or "").rpartition("/")[2]
