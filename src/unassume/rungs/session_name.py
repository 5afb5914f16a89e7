"""One session name of one role, every issuance of it up to the cut-off."""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import Selector, SessionNameSelector

NAME = "session-name"
NEEDS = "a lead that names a session"
REMAINS = "assume the role again, if what he assumed it with leaked too; that session is a new one"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """One selector per name of the leaked sessions and of what they issued on this very role."""
    names = {one.principal_id for one in lineage.leaked_on(holder_id)}
    return tuple(SessionNameSelector(principal_id) for principal_id in sorted(names))
