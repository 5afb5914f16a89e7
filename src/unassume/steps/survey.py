"""survey: the account as it stands: who we are, and the roles the cut may touch."""

from __future__ import annotations

from unassume.errors import AccessError
from unassume.model.lineages import Lineage
from unassume.model.surveys import ScpRoom, Subject, Survey, Surveyed
from unassume.ports import World


def survey(lineage: Lineage, world: World) -> Survey:
    """Read whom the lineage leads to, and the roles below; one that is gone is a gap, a refused read an AccessError.

    Of the roles below, one that is gone, out of reach or not readable is left out: the plan says what it does not cut.
    """
    world.progress.tell("survey", "reading the role's policies")
    caller = world.accounts.caller()
    holders, gaps = [], []
    if lineage.holder is not None:
        holder = world.accounts.survey(lineage.holder)
        if holder is None:
            gaps.append(f"{lineage.holder.label} is gone")
        else:
            holders.append(holder)
    holders += [role for one in _below(lineage, caller.account) if (role := _read(one, world)) is not None]
    scps = world.accounts.scp_room(lineage.holder.account) if lineage.holder is not None else ScpRoom()
    now = world.accounts.now()
    skew = (world.clock.now() - now).total_seconds()
    return Survey(caller=caller, as_of=now, holders=tuple(holders), skew_seconds=skew, gaps=tuple(gaps), scps=scps)


def _below(lineage: Lineage, account: str) -> list[Subject]:
    """The roles of our account that live sessions below the leaked ones are of, in a stable order."""
    live = (one for one in lineage.below if one.live is not False and one.account == account)
    return sorted({one.holder for one in live}, key=lambda subject: (subject.label, subject.account))


def _read(subject: Subject, world: World) -> Surveyed | None:
    try:
        return world.accounts.survey(subject)
    except AccessError as error:
        world.progress.tell("survey", f"{subject.label} is not readable: {error.message}")
        return None
