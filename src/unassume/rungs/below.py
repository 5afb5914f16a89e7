"""Below: the sessions that leaked ones issued on other roles, whatever rung is chosen for the role they came from.

They are the thief's, so the narrowest cut that surely meets them will do: the issuance where that rung is chosen and
the trail tells it, else the session name. What a workload took may be its own: it is cut elsewhere alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from unassume.model.plans import Choices, RungName
from unassume.model.selectors import ElsewhereSelector, IssuanceSelector, Selector, SessionNameSelector
from unassume.model.sessions import Session


def selectors_below(sessions: Iterable[Session], name: RungName, choices: Choices) -> tuple[Selector, ...]:
    """The selectors for sessions of one role, all of which are to be cut."""
    together = tuple(sessions)
    windows = {(one.principal_id, *one.issued_within) for one in together if one.issued_within is not None}
    if name == "issuance" and all(one.issued_within is not None for one in together):
        return tuple(IssuanceSelector(*window) for window in sorted(windows))
    names = sorted({one.principal_id for one in together})
    if name == "elsewhere":
        return tuple(ElsewhereSelector(principal_id, choices.egress, choices.vpcs) for principal_id in names)
    return tuple(SessionNameSelector(principal_id) for principal_id in names)
