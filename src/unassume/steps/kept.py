"""What the receipts kept here add to the account's own word: what is left to do, and which keys we made inactive."""

from __future__ import annotations

from collections.abc import Iterator

from unassume.errors import UnassumeError
from unassume.means import recognise
from unassume.means.access_key import INACTIVE
from unassume.model.inventories import Leftover, StoppedKey
from unassume.model.plans import Change
from unassume.model.receipts import Receipt, fold
from unassume.model.slots import AccessKeyStatus, AnyScp
from unassume.ports import World


def left_over(world: World, account: str, role: str | None, *, with_scps: bool) -> Iterator[Leftover | StoppedKey]:
    """What is left of each receipt of the account, or of the role; without `with_scps` no SCP is read."""
    for receipt_id in world.journal.receipts():
        try:
            receipt = fold(world.journal.entries(receipt_id))
        except UnassumeError as error:
            yield Leftover(receipt_id=receipt_id, state="unfinished", what=f"it cannot be read: {error.message}")
            continue
        if any(_is_of(receipt, account, role)):
            yield from _left_of(receipt, world, with_scps=with_scps)


def _is_of(receipt: Receipt, account: str, role: str | None) -> Iterator[bool]:
    slots = (change.slot for change in receipt.begun.changes)
    return (slot.account == account and role in (None, slot.subject.name) for slot in slots)


def _left_of(receipt: Receipt, world: World, *, with_scps: bool) -> Iterator[Leftover | StoppedKey]:
    """What is to resume, a policy that nobody undid and that is gone, a key that we stopped and nobody started."""
    if "intended" in receipt.states or (set(receipt.states) >= {"untouched", "written"}):
        yield Leftover(receipt_id=receipt.id, state="unfinished", what="apply --resume finishes it, undo takes it back")
        return
    if receipt.plan.purpose != "cut" or receipt.undone_by:
        return
    for change, state in zip(receipt.begun.changes, receipt.states, strict=True):
        if state == "written" and (with_scps or not isinstance(change.slot, AnyScp)):
            yield from _of_change(receipt, change, world)


def _of_change(receipt: Receipt, change: Change, world: World) -> Iterator[Leftover | StoppedKey]:
    if change.after is None or recognise.is_over(change.after, world.accounts.now()):
        return
    standing, slot = world.accounts.read(change.slot).text, change.slot
    if isinstance(slot, AccessKeyStatus) and standing == change.after == INACTIVE:
        incident, since = receipt.plan.incident, receipt.begun.at
        yield StoppedKey(receipt_id=receipt.id, incident=incident, slot=slot, since=since)
    elif standing != change.after:
        what = f"the {slot.label} is gone or edited, and nobody undid it here"
        yield Leftover(receipt_id=receipt.id, state="vanished", what=what)
