"""status: what of ours stands in the account, what others left there, and which receipts are not at their end.

Rule 1: the account's own word counts; receipts kept here only add what is left to do.
Rule 2: until when a cut is needed is read from the document's literals, never from its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from unassume.errors import UnassumeError
from unassume.means import recognise
from unassume.model.inventories import Leftover, Status
from unassume.model.receipts import Receipt, fold
from unassume.ports import World


def status(world: World, role: str | None = None) -> Status:
    """Look at one role, or at all roles and users of the account; AccessError where they may not be read."""
    world.progress.tell("status", f"reading the policies of {f'role {role}' if role else 'all roles and users'}")
    account, found = world.accounts.caller().account, tuple(world.accounts.policies(role))
    now = world.accounts.now()
    named = [(policy, recognise.ours(policy, now)) for policy in found]
    mine = [ours for _, ours in named if ours is not None]
    others = (recognise.theirs(policy, now) for policy, ours in named if ours is None)
    return Status(
        account=account,
        as_of=now,
        ours=tuple(sorted(mine, key=lambda one: (one.incident, one.policy.holder_name, one.policy.name))),
        theirs=tuple(one for one in others if one is not None),
        leftovers=tuple(_leftovers(world, account, role)),
    )


def _leftovers(world: World, account: str, role: str | None) -> Iterator[Leftover]:
    for receipt_id in world.journal.receipts():
        try:
            receipt = fold(world.journal.entries(receipt_id))
        except UnassumeError as error:
            yield Leftover(receipt_id=receipt_id, state="unfinished", what=f"it cannot be read: {error.message}")
            continue
        if any(_is_of(receipt, account, role)):
            yield from _left_of(receipt, world)


def _is_of(receipt: Receipt, account: str, role: str | None) -> Iterator[bool]:
    slots = (change.slot for change in receipt.begun.changes)
    return (slot.account == account and role in (None, slot.subject.name) for slot in slots)


def _left_of(receipt: Receipt, world: World) -> Iterator[Leftover]:
    """What of a receipt is left: to resume, or a policy that nobody undid and that is gone."""
    if "intended" in receipt.states or (set(receipt.states) >= {"untouched", "written"}):
        yield Leftover(receipt_id=receipt.id, state="unfinished", what="apply --resume finishes it, undo takes it back")
        return
    if receipt.plan.purpose != "cut" or receipt.undone_by:
        return
    now = world.accounts.now()
    for change, state in zip(receipt.begun.changes, receipt.states, strict=True):
        if state != "written" or change.after is None or recognise.is_over(change.after, now):
            continue
        if world.accounts.read(change.slot).text != change.after:
            what = f"the {change.slot.label} is gone or edited, and nobody undid it here"
            yield Leftover(receipt_id=receipt.id, state="vanished", what=what)
