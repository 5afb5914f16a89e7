"""prune: the plan that takes away what of ours is no longer needed; it goes through the same apply.

Rule: only documents of exactly our shapes, once the last session they stop is dead by AWS's clock; holds never, and
keys never: who made one inactive, and whether it may work again, AWS does not say.
"""

from __future__ import annotations

from datetime import datetime

from unassume._version import __version__
from unassume.model.inventories import Ours, Status
from unassume.model.plans import Change, CutOff, Plan
from unassume.ports import World


def prune(found: Status, world: World, incident: str | None = None) -> Plan:
    """The plan for what is over, of one incident or of all; it may have no changes."""
    judged = [one for one in found.ours if one.state == "over" and incident in (None, one.incident)]
    for one in judged:
        if one.policy.account != found.account:
            told = f"SCP {one.policy.name} is over too: prune it with credentials of account {one.policy.account}"
            world.progress.tell("prune", told)
    over = [one for one in judged if one.policy.account == found.account]
    return Plan(
        tool=f"unassume {__version__}",
        purpose="prune",
        incident=incident or "prune",
        created_at=found.as_of,
        caller_arn=world.accounts.caller().arn,
        accounts=(found.account,),
        lead=found.account,
        leaked="unknown",
        assumed=f"nothing that these stop can be alive: {_latest(over)}",
        rung="session-name",
        cut_off=CutOff(),
        changes=tuple(
            Change(slot=one.slot, holder_id=one.holder_id, before=one.policy.text, after=None)
            for one in over
            if one.slot is not None
        ),
        gaps=(),
    )


def _latest(over: list[Ours]) -> str:
    untils: list[datetime] = [one.until for one in over if one.until is not None]
    return f"the last was needed until {max(untils):%Y-%m-%dT%H:%M:%SZ}" if untils else "there are none"
