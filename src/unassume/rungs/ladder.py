"""The rungs in order, narrowest first; the plan walks this table and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices, RungName
from unassume.model.selectors import Selector
from unassume.rungs import elsewhere, hold, issuance, older_sessions, person, scp, session_name

Selecting = Callable[[Lineage, str, Choices], tuple[Selector, ...]]
"""What a rung cuts, for one role or user of a lineage, by unique id."""


@dataclass(frozen=True)
class Rung:
    """One rung: its selectors, what it needs to have any, and what it leaves the thief."""

    name: RungName
    selectors: Selecting
    needs: str
    remains: str


LADDER: tuple[Rung, ...] = (
    Rung("issuance", issuance.selectors, issuance.NEEDS, issuance.REMAINS),
    Rung("session-name", session_name.selectors, session_name.NEEDS, session_name.REMAINS),
    Rung("person", person.selectors, person.NEEDS, person.REMAINS),
    Rung("elsewhere", elsewhere.selectors, elsewhere.NEEDS, elsewhere.REMAINS),
    Rung("older-sessions", older_sessions.selectors, older_sessions.NEEDS, older_sessions.REMAINS),
    Rung("hold", hold.selectors, hold.NEEDS, hold.REMAINS),
    Rung("scp", scp.selectors, scp.NEEDS, scp.REMAINS),
    Rung("scp-older-sessions", older_sessions.selectors, scp.NEEDS_A_ROLE, older_sessions.REMAINS + scp.AND_IT_STANDS),
    Rung("scp-hold", hold.selectors, scp.NEEDS_A_ROLE, hold.REMAINS + scp.AND_IT_STANDS),
)


def rung(name: RungName) -> Rung:
    """The rung of that name."""
    return next(one for one in LADDER if one.name == name)
