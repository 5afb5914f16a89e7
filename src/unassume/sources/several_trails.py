"""Several trails as one: whatever any of them shows, and how far the best of them reaches in each region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from unassume.errors import TrailError
from unassume.model.sightings import Ask, Coverage, RegionRead, Sighting
from unassume.ports import Trail


class SeveralTrails:
    """Trails side by side; one that cannot be read is a gap while another can."""

    def __init__(self, trails: Sequence[Trail]) -> None:
        self._trails = tuple(trails)
        self._failures: dict[int, TrailError] = {}
        self._window: tuple[datetime, datetime] | None = None

    def open(self) -> None:
        """Open each."""
        for trail in self._trails:
            trail.open()

    def sightings(self, ask: Ask) -> tuple[Sighting, ...]:
        """What each of them shows of it; TrailError when none can be read."""
        found: list[Sighting] = []
        if (ask.since, ask.until) != self._window:
            self._window, self._failures = (ask.since, ask.until), {}
        for place, trail in enumerate(self._trails):
            try:
                found += trail.sightings(ask)
            except TrailError as error:
                self._failures[place] = error
        if len(self._failures) == len(self._trails):
            raise next(iter(self._failures.values()))
        return tuple(found)

    def coverage(self) -> Coverage:
        """All of them together; one that failed once within the window stays a gap of it."""
        found = [each.coverage() for each in self._trails]
        failed = [f"a trail could not be read: {error.message}" for error in self._failures.values()]
        return Coverage(
            source=" and ".join(each.source for each in found), as_of=max(each.as_of for each in found),
            since=max(each.since for each in found), regions=_united(each.regions for each in found),
            events=sum(each.events for each in found), files=sum(each.files for each in found),
            skipped=tuple(name for each in found for name in each.skipped),
            gaps=tuple(dict.fromkeys((*(gap for each in found for gap in each.gaps), *failed))),
            unseen=tuple(dict.fromkeys(line for each in found for line in each.unseen)),
        )  # fmt: skip


def _united(parts: Iterable[Sequence[RegionRead]]) -> tuple[RegionRead, ...]:
    """Of each region of each account the reading that reaches farthest; one that was read before one that was not."""
    best: dict[tuple[str, str], RegionRead] = {}
    for region in (region for part in parts for region in part):
        place = (region.account, region.region)
        if place not in best or _reach(region) > _reach(best[place]):
            best[place] = region
    return tuple(best.values())


def _reach(region: RegionRead) -> tuple[bool, float]:
    newest = region.newest_event_at
    return region.state == "read", newest.timestamp() if newest else 0.0
