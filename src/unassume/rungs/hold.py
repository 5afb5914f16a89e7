"""Hold: everybody on the role, also those who assume it later, until the hold is lifted by hand.

For a role that may be entered again at once, or of which nobody knows yet what leaked. Nothing ends it but `undo`.
"""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import HoldSelector, Selector

NAME = "hold"
NEEDS = "a role or user"
REMAINS = "nothing with it, and neither can anybody else until the hold is undone"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """One selector for the whole role; none when the lead leads to no role."""
    return (HoldSelector(),) if holder_id in lineage.holders else ()
