"""What was asked of the trail and seen so far; each question is put once."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

import msgspec

from unassume.errors import TrailError
from unassume.model.sessions import Session
from unassume.model.sightings import Ask, Coverage, Sighting
from unassume.ports import World
from unassume.trail.lineage import sessions_of

NOBODY: frozenset[str] = frozenset()
_UNSEEN = (
    "chains kept alive from sessions issued before the window are seen only where a session below them is",
    "what a session made that outlives it (keys, users, trust edits, passed roles) is not looked for in this release",
)


class Inquiry:
    """One window of the trail, and what is known of it."""

    def __init__(self, world: World, since: datetime, until: datetime) -> None:
        self._world, self._since, self._until = world, since, until
        self._asked: set[str] = set()
        self.sightings: list[Sighting] = []
        self.gaps: list[str] = []
        self.unseen = list(_UNSEEN)
        self.was_read = False
        self._known: tuple[int, tuple[Session, ...]] = (0, ())

    def ask(
        self, *, roles: Set[str] = NOBODY, keys: Set[str] = NOBODY, names: Set[str] = NOBODY, events: Set[str] = NOBODY
    ) -> None:
        """Put what has not been asked yet to the trail; an unreadable trail is a gap, not an error."""
        fresh = [tuple(sorted(group - self._asked)) for group in (roles, keys, names, events)]
        if not any(fresh):
            return
        for group in fresh:
            self._asked.update(group)
        ask = Ask(
            since=self._since, until=self._until, role_arns=fresh[0], key_ids=fresh[1], session_names=fresh[2],
            event_names=fresh[3],
        )  # fmt: skip
        try:
            self.sightings.extend(self._world.trail.sightings(ask))
            self.was_read = True
        except TrailError as error:
            self.note(f"the trail could not be read: {error.message}")

    def note(self, gap: str) -> None:
        """Keep one gap, once."""
        if gap not in self.gaps:
            self.gaps.append(gap)

    def sessions(self) -> tuple[Session, ...]:
        """The sessions all sightings so far amount to."""
        if self._known[0] != len(self.sightings):
            self._known = len(self.sightings), sessions_of(self.sightings, self._until)
        return self._known[1]

    def coverage(self) -> Coverage:
        """What was read, with our own gaps added."""
        if not self.was_read:
            gaps, unseen = tuple(self.gaps), tuple(self.unseen)
            return Coverage(source="none", as_of=self._until, since=self._since, gaps=gaps, unseen=unseen)
        seen = self._world.trail.coverage()
        return msgspec.structs.replace(seen, gaps=(*seen.gaps, *self.gaps), unseen=(*seen.unseen, *self.unseen))
