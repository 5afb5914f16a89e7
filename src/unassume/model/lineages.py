"""The answer of `find`: the leaked sessions, the sessions beside and below them, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

import msgspec

from unassume.model.leads import Lead
from unassume.model.sessions import Session
from unassume.model.sightings import Coverage, RawEvent
from unassume.model.surveys import Subject


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Something a session made or changed that outlives it."""

    at: datetime
    event_name: str
    what: str
    session_id: str
    reversed_by: str = ""


class Lineage(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The sessions the lead names (`leaked`), what they issued (`descendants`), and who else is there.

    A lead that names a role alone names no session as leaked; `descendants` is then what anybody on it issued.

    `holders` are the roles and users the lead leads to, by unique id; none when it leads nowhere, and `why_nothing`
    says why. A session the lead names that no event shows is listed with an unknown issue time, and `seen_in_trail` is
    false.
    """

    lead: Lead
    holders: dict[str, Subject]
    sessions: tuple[Session, ...]
    leaked: tuple[str, ...]
    descendants: tuple[str, ...]
    made: tuple[Made, ...]
    coverage: Coverage
    raw_events: tuple[RawEvent, ...] = ()
    seen_in_trail: bool = True
    why_nothing: str = ""

    @property
    def on_the_holders(self) -> tuple[str, ...]:
        """The leaked sessions, and those of their descendants that are of a role or user the lead leads to."""
        if not self.leaked:
            return ()
        return (*self.leaked, *(one for one in self.descendants if self.session(one).holder_id in self.holders))

    def leaked_on(self, holder_id: str) -> tuple[Session, ...]:
        """The leaked sessions of one role or user the lead leads to, and their descendants on it."""
        named = (self.session(one) for one in self.on_the_holders)
        return tuple(one for one in named if one.holder_id == holder_id)

    @property
    def below(self) -> tuple[Session, ...]:
        """The sessions of further roles that came of the leaked ones; none while nobody knows which session leaked."""
        if not self.leaked:
            return ()
        return tuple(one for one in map(self.session, self.descendants) if one.holder_id not in self.holders)

    def session(self, session_id: str) -> Session:
        """The session of that id; KeyError when there is none."""
        return self._by_id[session_id]

    @cached_property
    def _by_id(self) -> Mapping[str, Session]:
        """Kept beside the fields: it is no part of the value, neither compared nor written out."""
        return {session.id: session for session in self.sessions}
