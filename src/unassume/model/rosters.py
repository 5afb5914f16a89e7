"""The answer of `sessions`: who holds sessions in a window, and what is odd about each."""

from __future__ import annotations

import msgspec

from unassume.model.sessions import Session
from unassume.model.sightings import Coverage


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of a window, those with most `oddities` first, then the live, then the longest to live.

    `oddities` has the reasons by session id, and no entry for a session about which nothing is odd. `left_out` counts
    the expired that were not asked for.
    """

    sessions: tuple[Session, ...]
    oddities: dict[str, tuple[str, ...]]
    left_out: int
    coverage: Coverage
