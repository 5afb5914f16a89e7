"""survey: the account as it stands: who we are, and the roles the cut may touch."""

from __future__ import annotations

from unassume.errors import AccessError
from unassume.model.lineages import Lineage
from unassume.model.surveys import Role, RoleSubject, Survey
from unassume.ports import World


def survey(lineage: Lineage, world: World) -> Survey:
    """Read the roles the lineage leads to; a role that is gone is a gap, a refused read an AccessError.

    Of the roles below, one that is gone, out of reach or not readable is left out: the plan says what it does not cut.
    """
    world.progress.tell("survey", "reading the role's policies")
    caller = world.accounts.caller()
    roles, gaps = [], []
    if lineage.holder is not None:
        role = world.accounts.survey(RoleSubject(account=lineage.holder.account, name=lineage.holder.name))
        if role is None:
            gaps.append(f"role `{lineage.holder.name}` is gone")
        else:
            roles.append(role)
    roles += [role for one in _below(lineage, caller.account) if (role := _read(one, world)) is not None]
    now = world.accounts.now()
    skew = (world.clock.now() - now).total_seconds()
    return Survey(caller=caller, as_of=now, roles=tuple(roles), skew_seconds=skew, gaps=tuple(gaps))


def _below(lineage: Lineage, account: str) -> list[RoleSubject]:
    """The roles of our account that live sessions below the leaked ones are of, in a stable order."""
    live = (one for one in lineage.below if one.live is not False and one.account == account)
    return sorted({RoleSubject(account=one.account, name=one.holder_name) for one in live})


def _read(subject: RoleSubject, world: World) -> Role | None:
    try:
        return world.accounts.survey(subject)
    except AccessError as error:
        world.progress.tell("survey", f"role {subject.name} is not readable: {error.message}")
        return None
