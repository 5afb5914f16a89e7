"""Write the changes of a begun receipt, each read back, each intent and outcome in the journal around it."""

from __future__ import annotations

from collections.abc import Iterable

from unassume.errors import AccessError, InputError, PartialError, StaleError, UnassumeError
from unassume.model.plans import Change
from unassume.model.receipts import READ_LAG_SECONDS, Begun, Intended, Receipt, Refused, Undone, Written, fold
from unassume.ports import World
from unassume.steps.taking_back import cannot_be_put_back


class _NotWrittenError(Exception):
    """AWS refused the write itself, so that for certain nothing was done by it; a lost answer is never this."""

    def __init__(self, cause: UnassumeError) -> None:
        super().__init__(cause.message)
        self.cause = cause


def carry_out(begun: Begun, indexes: Iterable[int], world: World, *, may_be_written: bool = False) -> Receipt:
    """Write the changes one by one; only a first, certain no leaves nothing done, and says so in the receipt."""
    for index in indexes:
        try:
            world.journal.append(begun.receipt_id, Intended(at=world.accounts.now(), change=index))
            _write(begun.changes[index], world)
            world.journal.append(begun.receipt_id, Written(at=world.accounts.now(), change=index))
        except KeyboardInterrupt:
            raise _half_done(begun, "interrupted") from None
        except _NotWrittenError as error:
            if may_be_written:
                raise _half_done(begun, error.cause.message) from error.cause
            refused = Refused(at=world.accounts.now(), change=index, why=error.cause.message)
            world.journal.append(begun.receipt_id, refused)
            raise error.cause from None
        except UnassumeError as error:
            raise _half_done(begun, error.message) from error
        may_be_written = True
    return finished(begun, world)


def finished(begun: Begun, world: World) -> Receipt:
    """The whole receipt; what it undoes is told so, once, if it is kept here."""
    undoes = begun.plan.undoes
    try:
        if undoes and _is_inverse(begun, undone := fold(world.journal.entries(undoes))) and undone.undone_by is None:
            world.journal.append(undoes, Undone(at=world.accounts.now(), by_receipt=begun.receipt_id))
    except InputError as error:
        world.progress.tell("apply", f"receipt {undoes} does not know that it was undone: {error.message}")
    except AccessError as error:
        raise _half_done(begun, error.message) from error
    return fold(world.journal.entries(begun.receipt_id))


def _is_inverse(begun: Begun, undone: Receipt) -> bool:
    """Whether what was taken away is what that receipt wrote: a plan file may name any receipt."""
    taken = {(change.slot, change.before) for change in begun.changes}
    put = {
        (change.slot, change.after)
        for change, state in zip(undone.begun.changes, undone.states, strict=True)
        if state != "untouched"
    }
    return put <= taken


def _write(change: Change, world: World) -> None:
    if cannot_be_put_back(change, world):
        return
    verb = "writing" if change.after is not None else "deleting"
    world.progress.tell("apply", f"{verb} the {change.slot.label}")
    try:
        world.accounts.write(change.slot, change.before, change.after)
    except (AccessError, InputError) as error:
        if error.facts.get("refused") == "true":
            raise _NotWrittenError(error) from error
        raise
    _read_back(change, world)


def _read_back(change: Change, world: World) -> None:
    """What stands must be what was written; a read that lags is retried, anything else is somebody's edit."""
    for waited in range(READ_LAG_SECONDS + 1):
        standing = world.accounts.read(change.slot)
        if standing.text == change.after:
            return
        if standing.text != change.before:
            break
        if waited < READ_LAG_SECONDS:
            world.clock.sleep(1)
    raise StaleError(f"the {change.slot.label} does not read back as written", hint="somebody may be editing it")


def _half_done(begun: Begun, why: str) -> PartialError:
    return PartialError(
        f"not everything was written: {why}",
        receipt_id=begun.receipt_id,
        hint=f"unassume apply --resume {begun.receipt_id}, or unassume undo {begun.receipt_id}",
    )
