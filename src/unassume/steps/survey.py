"""survey: the account as it stands: who we are, and the roles the cut may touch."""

from __future__ import annotations

from unassume.model.lineages import Lineage
from unassume.model.surveys import RoleSubject, Survey
from unassume.ports import World


def survey(lineage: Lineage, world: World) -> Survey:
    """Read the roles the lineage leads to; a role that is gone is a gap, a refused read an AccessError."""
    world.progress.tell("survey", "reading the role's policies")
    caller = world.accounts.caller()
    roles, gaps = [], []
    if lineage.role is not None:
        role = world.accounts.survey(RoleSubject(account=lineage.role.account, name=lineage.role.name))
        if role is None:
            gaps.append(f"role `{lineage.role.name}` is gone")
        else:
            roles.append(role)
    now = world.accounts.now()
    skew = (world.clock.now() - now).total_seconds()
    return Survey(caller=caller, as_of=now, roles=tuple(roles), skew_seconds=skew, gaps=tuple(gaps))
