"""What was asked of the trail and seen so far; each question is put once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from types import MappingProxyType

import msgspec

from unassume.errors import TrailError
from unassume.model.sessions import Session
from unassume.model.sightings import Ask, Coverage, Sighting
from unassume.ports import World
from unassume.trail.lineage import sessions_of

NOBODY: frozenset[str] = frozenset()
NAMES_ASKED = 25
"""So many session names are looked up one by one: each is a call in every region, two a second."""
EVERYWHERE: Mapping[str, Set[str]] = MappingProxyType({})
_UNSEEN = (
    "chains kept alive from sessions issued before the window are seen only where a session below them is",
    "what a session made that outlives it (keys, users, trust edits, passed roles) is not looked for in this release",
)


class Inquiry:
    """One window of the trail, and what is known of it."""

    def __init__(self, world: World, since: datetime, until: datetime, *, in_haste: bool = False) -> None:
        self._world, self._since, self._until, self.in_haste = world, since, until, in_haste
        self._asked: dict[str, set[str]] = {}
        self.sightings: list[Sighting] = []
        self.gaps: list[str] = []
        self.unseen = list(_UNSEEN)
        self.was_read = False
        self._known: tuple[int, tuple[Session, ...]] = (0, ())

    def ask(
        self, *, roles: Set[str] = NOBODY, keys: Set[str] = NOBODY, names: Set[str] = NOBODY, events: Set[str] = NOBODY,
        within: Mapping[str, Set[str]] = EVERYWHERE,
    ) -> None:  # fmt: skip
        """Put what has not been asked yet to the trail; an unreadable trail is a gap, not an error.

        `within` are the accounts where it is enough to look for a name or key: those whose session it is.
        """
        where = {text: new for text in {*roles, *keys, *names, *events} if (new := self._new(text, within.get(text)))}
        if not where:
            return
        fresh = [tuple(sorted(group & where.keys())) for group in (roles, keys, names, events)]
        ask = Ask(
            since=self._since, until=self._until, role_arns=fresh[0], key_ids=fresh[1], session_names=fresh[2],
            event_names=fresh[3], within={text: tuple(sorted(new)) for text, new in where.items() if "" not in new},
            in_haste=self.in_haste,
        )  # fmt: skip
        self._put(ask)

    def _put(self, ask: Ask) -> None:
        """One question, and what comes of it."""
        try:
            self.sightings.extend(self._world.trail.sightings(ask))
            self.was_read = True
        except TrailError as error:
            self.note(f"the trail could not be read: {error.message}")

    def ask_for_all(self) -> None:
        """Put the question for everything to the trail, once."""
        self._put(Ask(since=self._since, until=self._until, whole=True))

    def ask_about(self, sessions: Iterable[Session], *, with_keys: bool = False, most: int | None = None) -> None:
        """Ask how these sessions were used, each in the trail of its own account; of `most` names at most."""
        within: dict[str, set[str]] = {}
        names, keys = set[str](), set[str]()
        for session in sessions:
            terms = {session.session_name, *(session.key_ids if with_keys else ())}
            names.add(session.session_name)
            keys |= terms - {session.session_name}
            for term in terms:
                within.setdefault(term, set()).add(session.account)
        self.ask(names=frozenset(sorted(names)[:most]), keys=keys, within=within)

    def _new(self, text: str, accounts: Set[str] | None) -> set[str]:
        """Where it was not asked for yet, and counts as asked from now on; "" is everywhere."""
        asked = self._asked.setdefault(text, set())
        new = set() if "" in asked else set(accounts or {""}) - asked
        asked |= new
        return new

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
