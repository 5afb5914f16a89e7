"""One issuance: the session name and the second it was issued in, as closely as the trail tells it.

A use tells that second; the issuing event alone leaves three, and a twin of the name issued in them is hit as well.
ASSUMPTION: `aws:TokenIssueTime` carries the second that CloudTrail shows as `creationDate`; AWS documents neither its
fraction nor that the two are one. The canary does not show it either: a refusal of the leaked session itself does.
"""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.plans import Choices
from unassume.model.selectors import IssuanceSelector, Selector
from unassume.rungs.targets import targets_of

NAME = "issuance"
NEEDS = "the trail to show when each leaked session was issued"
REMAINS = "use any other session of the name, and assume the role again if what he assumed it with leaked too"


def selectors(lineage: Lineage, holder_id: str, choices: Choices) -> tuple[Selector, ...]:
    """One selector per session that leaked and per one of the role it issued; none where an issue time is open."""
    sessions = [one for one in targets_of(lineage, choices.leaked) if one.holder_id == holder_id]
    windows = {(one.principal_id, *one.issued_within) for one in sessions if one.issued_within is not None}
    if any(one.issued_within is None for one in sessions):
        return ()
    return tuple(IssuanceSelector(*window) for window in sorted(windows))
