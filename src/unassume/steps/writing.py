"""Write the changes of a begun receipt, each read back, each intent and outcome in the journal around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from unassume.errors import AccessError, InputError, PartialError, StaleError, UnassumeError
from unassume.model.plans import Change
from unassume.model.receipts import READ_LAG_SECONDS, Begun, Entry, Intended, Receipt, Refused, Undone, Written, fold
from unassume.model.slots import RoleTrustStatement
from unassume.model.surveys import Subject
from unassume.ports import World
from unassume.steps.taking_back import cannot_be_put_back, takes_back

_TOLD_ONE_BY_ONE = 5
_AGAIN_SECONDS = 10


class _NotWrittenError(Exception):
    """AWS refused the write itself, so that for certain nothing was done by it; a lost answer is never this."""

    def __init__(self, cause: UnassumeError) -> None:
        super().__init__(cause.message)
        self.cause = cause


def carry_out(begun: Begun, indexes: Iterable[int], world: World, *, may_be_written: bool = False) -> Receipt:
    """Write the changes; only certain refusals of all that were tried leave nothing done, and say so in the receipt.

    Those on one role or user go in their order, side by side with the others. One that fails stops none of them, unless
    nothing can be written any more: with dead credentials, or a full disk.
    """
    order = list(indexes)
    row = _Row(begun, len(order), world)
    try:
        world.lanes.each(row.write_all, _by_subject(begun, order))
    except KeyboardInterrupt:
        raise _half_done(begun, "interrupted") from None
    if row.failures and row.refused == row.tried and not may_be_written:
        raise _as_moved_on(row.failures[0])
    if row.failures:
        more = f", and {len(row.failures) - 1} more failed" if len(row.failures) > 1 else ""
        raise _half_done(begun, f"{row.failures[0].message}{more}") from row.failures[0]
    return finished(begun, world)


def _as_moved_on(cause: UnassumeError) -> UnassumeError:
    """The room was there when the quotas were read a moment ago: somebody else took it, so plan again."""
    if cause.facts.get("code") != "LimitExceeded":
        return cause
    return StaleError(f"the room for the cut was taken meanwhile: {cause.message}", hint="plan again")


def _by_subject(begun: Begun, indexes: Iterable[int]) -> list[list[int]]:
    """The changes on one role or user together; accounts take turns, so that none is asked for all its own at once.

    A trust stands by itself: no deny waits until it reads back.
    """
    found: dict[tuple[Subject, bool], list[int]] = {}
    for index in indexes:
        slot = begun.changes[index].slot
        found.setdefault((slot.subject, isinstance(slot, RoleTrustStatement)), []).append(index)
    turns, seen = [], Counter[str]()
    for (subject, _), together in found.items():
        turns.append((seen[subject.account], together))
        seen[subject.account] += 1
    return [together for _, together in sorted(turns, key=lambda one: one[0])]


class _Row:
    """The changes being written: which have ended, what failed, and whether nothing can be written any more."""

    def __init__(self, begun: Begun, total: int, world: World) -> None:
        self._begun, self._total, self._world = begun, total, world
        self._ended: list[int] = []
        self._is_over = False
        self.failures: list[UnassumeError] = []
        self.refused = 0

    @property
    def tried(self) -> int:
        """How many were begun, whatever came of them."""
        return len(self._ended)

    def write_all(self, indexes: list[int]) -> None:
        """Write these in order, whichever fail; what fails stands in `failures`."""
        for index in indexes:
            if self._is_over:
                return
            try:
                self._write(index)
            except _NotWrittenError as error:
                self.refused += 1
                self._failed(error.cause)
                self._keep_refused(index, error.cause)
            except UnassumeError as error:
                self._failed(error)
            self._ended.append(index)
            if self._total > _TOLD_ONE_BY_ONE:
                self._world.progress.count("apply", len(self._ended), self._total)

    def _write(self, index: int) -> None:
        change, world = self._begun.changes[index], self._world
        self._keep(Intended(at=world.accounts.now(), change=index))
        if self._total <= _TOLD_ONE_BY_ONE:
            verb = "writing" if change.after is not None else "deleting"
            world.progress.tell("apply", f"{verb} the {change.slot.label}")
        _write(change, world)
        self._keep(Written(at=world.accounts.now(), change=index))

    def _keep(self, entry: Entry) -> None:
        """INVARIANT: nothing is written whose intent or outcome is not on disk."""
        try:
            self._world.journal.append(self._begun.receipt_id, entry)
        except UnassumeError:
            self._is_over = True
            raise

    def _keep_refused(self, index: int, cause: UnassumeError) -> None:
        try:
            self._keep(Refused(at=self._world.accounts.now(), change=index, why=cause.message))
        except UnassumeError as error:
            self.failures.append(error)

    def _failed(self, error: UnassumeError) -> None:
        self.failures.append(error)
        self._is_over = self._is_over or "credentials" in error.facts


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
        if standing.holder_id not in (None, change.holder_id) and not takes_back(change):
            raise StaleError(f"{change.slot.subject.label} was re-created meanwhile", hint="its old sessions are dead")
        if standing.text == change.after:
            return
        if standing.text != change.before:
            break
        if waited % _AGAIN_SECONDS == _AGAIN_SECONDS - 1 and isinstance(change.slot, RoleTrustStatement):
            # The trust is one text for all who write it: somebody else's write may have taken ours away.
            world.accounts.write(change.slot, change.before, change.after)
        if waited < READ_LAG_SECONDS:
            world.clock.sleep(1)
    raise StaleError(f"the {change.slot.label} does not read back as written", hint="somebody may be editing it")


def _half_done(begun: Begun, why: str) -> PartialError:
    return PartialError(
        f"not everything was written: {why}",
        receipt_id=begun.receipt_id,
        hint=f"unassume apply --resume {begun.receipt_id}, or unassume undo {begun.receipt_id}",
    )
