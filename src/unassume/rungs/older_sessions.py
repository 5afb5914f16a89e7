"""Every session of the role issued before the cut-off: AWS's own revocation, under a name of ours.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import OlderSessionsSelector, Selector

NAME = "older-sessions"
NEEDS = "a role or user"
REMAINS = "assume the role again, if what he assumed it with leaked too; everybody else has to as well"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """One selector for the whole role; none when the lead leads to no role."""
    return (OlderSessionsSelector(),) if holder_id in lineage.holders else ()
