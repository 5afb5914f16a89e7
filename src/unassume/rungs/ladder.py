"""The rungs in order, narrowest first; the plan walks this table and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unassume.model.lineages import Lineage
from unassume.model.plans import RungName
from unassume.model.selectors import Selector
from unassume.rungs import older_sessions, session_name


@dataclass(frozen=True)
class Rung:
    """One rung: its selectors for a lineage, whether the role must be typed, and what it leaves open."""

    name: RungName
    selectors: Callable[[Lineage], tuple[Selector, ...]]
    needs_name_typed: bool
    remains: str


LADDER: tuple[Rung, ...] = (
    Rung("session-name", session_name.selectors, session_name.NEEDS_NAME_TYPED, session_name.REMAINS),
    Rung("older-sessions", older_sessions.selectors, older_sessions.NEEDS_NAME_TYPED, older_sessions.REMAINS),
)


def rung(name: RungName) -> Rung | None:
    """The rung of that name, or None where this release cannot cut on it."""
    return next((one for one in LADDER if one.name == name), None)
