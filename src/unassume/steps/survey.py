"""survey: the account as it stands: who we are, and the roles the cut may touch."""

from __future__ import annotations

from unassume.errors import AccessError
from unassume.model.lineages import Lineage
from unassume.model.surveys import Subject, Survey, Surveyed
from unassume.ports import World
from unassume.steps.aims import Known


def survey(lineage: Lineage, world: World, known: Known | None = None) -> Survey:
    """Read whom the lineage leads to, and the roles below; one that is gone is a gap, a refused read an AccessError.

    What `known` holds was read a moment ago, and is not read again.

    Of the roles below, one that is gone, out of reach or not readable is left out: the plan says what it does not cut.
    """
    world.progress.tell("survey", "reading the role's policies")
    caller, in_reach = world.accounts.caller(), world.accounts.in_reach()
    holders, gaps = [], []
    subjects = list(lineage.holders.values())
    known = {} if known is None else known
    new = [one for one in subjects if one not in known]
    known |= zip(new, world.lanes.each(world.accounts.survey, new), strict=True)
    for subject in subjects:
        holder = known[subject]
        if holder is None:
            gaps.append(f"{subject.label} is gone")
        else:
            holders.append(holder)
    below = world.lanes.each(lambda one: _read(one, world), _below(lineage, in_reach))
    holders += [role for role in below if role is not None]
    scps = {account: world.accounts.scp_room(account) for account in sorted({one.account for one in holders})}
    now = world.accounts.now()
    skew = (world.clock.now() - now).total_seconds()
    return Survey(
        caller=caller,
        as_of=now,
        holders=tuple(holders),
        skew_seconds=skew,
        gaps=tuple(gaps),
        scps=scps,
        in_reach=in_reach,
    )


def _below(lineage: Lineage, accounts: tuple[str, ...]) -> list[Subject]:
    """The roles of these accounts that live sessions below the leaked ones are of, in a stable order."""
    live = (one for one in lineage.below if one.live is not False and one.account in accounts)
    return sorted({one.holder for one in live}, key=lambda subject: (subject.label, subject.account))


def _read(subject: Subject, world: World) -> Surveyed | None:
    try:
        return world.accounts.survey(subject)
    except AccessError as error:
        world.progress.tell("survey", f"{subject.label} is not readable: {error.message}")
        return None
