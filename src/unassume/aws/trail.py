"""The Trail port on LookupEvents: every enabled region side by side, attribute by attribute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from unassume.aws.connection import Connection
from unassume.aws.lookups import Pace, RegionLookup, attributes_of
from unassume.aws.regions import enabled_regions
from unassume.aws.sweeps import Sweep
from unassume.errors import TrailError, UnassumeError
from unassume.model.sightings import Ask, Coverage, RegionRead, Sighting
from unassume.trail.events import Event, read_event
from unassume.trail.sightings import sightings_of

SOURCE = "CloudTrail event history (LookupEvents)"
REACH = timedelta(days=90)
MOST_THREADS = 17  # the regions every account has without opting in
UNSEEN = (
    "management events only: what a session did with data (S3 objects, table items, function calls) is not seen",
    "nothing before the window, at most 90 days, and nothing of other accounts",
    "sessions that AWS services were issued (EC2, Lambda, ...) are seen once they are used, not before",
    "events arrive about 5 minutes late on average; AWS promises no bound",
)


class LookupTrail:
    """The event history of the responder's own account, which needs no trail to be set up.

    Asks with one and the same window belong to one inquiry: `coverage` is of the latest inquiry, each region reaching
    as far as when it was first asked, and a region that failed once stays unread for the rest of it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._regions: tuple[str, ...] = ()
        self._due: dict[str, datetime] = {}
        self._owed: dict[str, float] = {}
        self._paces: defaultdict[str, Pace] = defaultdict(Pace)
        self._gaps: tuple[str, ...] = ()
        self._inquiry: _Inquiry | None = None

    def open(self) -> None:
        """Find out which regions there are to be read, once."""
        if not self._regions:
            self._regions, gap = enabled_regions(self._connection)
            self._gaps = () if gap is None else (gap,)

    def sightings(self, ask: Ask) -> tuple[Sighting, ...]:
        """What every readable region shows of it; TrailError when none can be read, AccessError without credentials.

        A window is clipped to the 90 days LookupEvents holds. Each answer stands alone: a session that two asks
        touch is added up in both.
        """
        inquiry = self._inquiry_of(ask)
        attributes = attributes_of(ask) if inquiry.since <= ask.until else ()
        regions = [region for region in self._regions if region not in inquiry.failures]
        paces, sweeps = self._paces, inquiry.sweeps
        asked = [
            RegionLookup(self._connection, region, inquiry.since, ask.until, attributes, paces[region], sweeps[region])
            for region in regions
        ]
        new = [region for region in regions if region not in inquiry.newest and not ask.in_haste]
        newest = [RegionLookup.of_newest(self._connection, region, paces[region]) for region in new]
        self._run(newest)
        self._run(asked, in_haste=ask.in_haste)
        inquiry.reach(newest)
        events = [event for lookup in asked for event in inquiry.take(lookup)]
        inquiry.refuse_if_blind(self._regions)
        return sightings_of(events)

    def coverage(self) -> Coverage:
        """How far the latest inquiry reaches; nothing is covered before the first."""
        now = self._connection.now()
        inquiry = self._inquiry
        if inquiry is None:
            return Coverage(source=SOURCE, as_of=now, since=now, gaps=self._gaps, unseen=UNSEEN)
        account = self._connection.identity()["Account"]
        return Coverage(
            source=SOURCE, as_of=now, since=inquiry.since, events=len(inquiry.seen),
            regions=tuple(inquiry.region_read(account, region) for region in self._regions),
            gaps=(*self._gaps, *inquiry.gaps()), unseen=UNSEEN,
        )  # fmt: skip

    def _run(self, lookups: Sequence[RegionLookup], *, in_haste: bool = False) -> None:
        """Ask every region side by side, one call each in a round; all the waiting is done here, once for all.

        In haste a region's first two calls follow each other at once, and its third waits for both.
        Ctrl-C comes out at once: a call that hangs is left to its thread.
        """
        clock = self._connection.clock
        pool = ThreadPoolExecutor(MOST_THREADS)
        try:
            while left := [lookup for lookup in lookups if not lookup.is_done]:
                now = clock.now()
                ready = [lookup for lookup in left if self._due.get(lookup.region, now) <= now]
                for lookup, pause in zip(ready, pool.map(RegionLookup.step, ready), strict=True):
                    is_first = lookup.region not in self._owed
                    owed = self._owed.get(lookup.region, 0.0)
                    self._owed[lookup.region] = pause if in_haste and is_first else 0.0
                    wait = 0.0 if in_haste and is_first else owed + pause
                    self._due[lookup.region] = now + timedelta(seconds=wait)
                if not ready:
                    clock.sleep((min(self._due[lookup.region] for lookup in left) - now).total_seconds())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _inquiry_of(self, ask: Ask) -> _Inquiry:
        """The inquiry an ask belongs to: the latest, or a new one when its window is another."""
        self.open()
        window = (ask.since, ask.until)
        if self._inquiry is None or self._inquiry.window != window:
            self._inquiry = _Inquiry(window, max(ask.since, self._connection.now() - REACH))
        return self._inquiry


class _Inquiry:
    """What the asks of one window have read so far."""

    def __init__(self, window: tuple[datetime, datetime], since: datetime) -> None:
        self.window = window
        self.since = since
        self.newest: dict[str, datetime | None] = {}
        self.failures: dict[str, UnassumeError] = {}
        self.unread: set[str] = set()
        self.seen: set[tuple[str, str | None]] = set()
        self.sweeps: defaultdict[str, Sweep] = defaultdict(Sweep)

    def reach(self, newest: Iterable[RegionLookup]) -> None:
        """Keep how far each region reaches, or that it could not be read."""
        for lookup in newest:
            if lookup.failure is not None:
                self.failures[lookup.region] = lookup.failure
            else:
                self.newest[lookup.region] = lookup.newest_event_at

    def take(self, lookup: RegionLookup) -> Sequence[Event]:
        """The events of one region; none when it failed, for half an answer looks like a whole one."""
        if lookup.failure is not None:
            self.failures.setdefault(lookup.region, lookup.failure)
        if lookup.region in self.failures:
            return ()
        events = []
        for text in lookup.texts:
            if event := read_event(text):
                events.append(event)
                self.seen.add((event.id, event.recipient))
            else:
                self.unread.add(text)
        return events

    def refuse_if_blind(self, regions: Sequence[str]) -> None:
        """Raise when no region at all could be read: the reason, or dead credentials as what they are."""
        if any(region not in self.failures for region in regions):
            return
        for failure in self.failures.values():
            if "credentials" in failure.facts:
                raise failure
        first = self.failures[regions[0]]
        raise TrailError(f"no region's trail could be read: {first.message}", hint=first.hint, facts=first.facts)

    def region_read(self, account: str, region: str) -> RegionRead:
        """How far one region was read, or why it was not."""
        failure = self.failures.get(region)
        if failure is None:
            return RegionRead(account=account, region=region, state="read", newest_event_at=self.newest.get(region))
        state = "refused" if "code" in failure.facts else "unreachable"
        return RegionRead(account=account, region=region, state=state, reason=failure.message)

    def gaps(self) -> tuple[str, ...]:
        """What is missing, in words."""
        missing = [f"region {region} was not read: {why.message}" for region, why in sorted(self.failures.items())]
        if self.unread:
            missing.append(f"{len(self.unread)} events could not be understood and were left out")
        return tuple(missing)
