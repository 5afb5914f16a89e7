"""status: what of ours stands in the account, what others left there, and which receipts are not at their end.

Rule 1: the account's own word counts; receipts kept here only add what is left to do, and which keys we stopped.
Rule 2: until when a cut is needed is read from the document's literals, never from its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from unassume.means import recognise, recognise_scp
from unassume.model.inventories import HeldPolicy, HeldScps, Leftover, Ours, Status, StoppedKey
from unassume.model.surveys import RoleSubject
from unassume.ports import World
from unassume.steps.kept import left_over


def status(world: World, role: str | None = None) -> Status:
    """Look at one role, or at all roles and users of the account, and at SCPs; AccessError where they may not be read.

    SCPs that may not be looked at are told in `scps_unread`; SCPs of all accounts are.
    """
    world.progress.tell("status", f"reading the policies of {f'role {role}' if role else 'all roles and users'}")
    account, found = world.accounts.caller().account, tuple(world.accounts.policies(role))
    scps = world.accounts.held_scps()
    now = world.accounts.now()
    named = [(policy, recognise.ours(policy, now)) for policy in found]
    mine = [ours for _, ours in named if ours is not None]
    mine += _of_role(_scps(scps, found, now), account, role, world)
    others = (recognise.theirs(policy, now) for policy, ours in named if ours is None)
    left = tuple(left_over(world, account, role, with_scps=not scps.why_not))
    return Status(
        account=account,
        as_of=now,
        ours=tuple(sorted(mine, key=lambda one: (one.incident, one.policy.holder_name, one.policy.name))),
        theirs=tuple(one for one in others if one is not None),
        leftovers=tuple(one for one in left if isinstance(one, Leftover)),
        keys=tuple(one for one in left if isinstance(one, StoppedKey)),
        scps_unread=scps.why_not,
    )


def _scps(scps: HeldScps, found: tuple[HeldPolicy, ...], now: datetime) -> Iterator[Ours]:
    names = {policy.holder_id: policy.holder_name for policy in found}
    judged = (recognise_scp.ours(policy, names, now) for policy in scps.policies)
    return (one for one in judged if one is not None)


def _of_role(scps: Iterator[Ours], account: str, role: str | None, world: World) -> list[Ours]:
    """All of them; of one role, those its unique id stands in."""
    if role is None:
        return list(scps)
    held = world.accounts.survey(RoleSubject(account=account, name=role))
    return [one for one in scps if held is not None and one.holder_id == held.id]
