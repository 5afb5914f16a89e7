"""apply: carry out a plan, exactly it, and leave a receipt from which anything can go on or be put back.

INVARIANT: the receipt is on disk before the first write, each intent before its call, each outcome after it.
INVARIANT: apply never says contained. It says what was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from unassume._version import __version__
from unassume.errors import AccessError, InputError, PartialError, RefusedError, StaleError, UnassumeError
from unassume.means import role_inline_policy
from unassume.means.mark import bind_changes, our_statements
from unassume.model.evidence import Probe
from unassume.model.leads import parse_lead
from unassume.model.lineages import Lineage
from unassume.model.plans import Change, Plan
from unassume.model.previews import Preview
from unassume.model.receipts import (
    READ_LAG_SECONDS,
    Begun,
    Intended,
    Receipt,
    Refused,
    SavedDocument,
    Undone,
    Written,
    fold,
)
from unassume.model.slots import Standing
from unassume.model.surveys import Caller, Role, RoleSubject
from unassume.ports import World
from unassume.steps.enforcement import ask_canary, keep
from unassume.steps.find import find
from unassume.steps.guards import Consent, check_cut_off, check_plan, check_receipt, insist, objections
from unassume.steps.preview import preview

CANARY_SECONDS = 20
"""How long apply waits for the canary to be refused; a deny takes some seconds to be enforced everywhere."""


class _NotWrittenError(Exception):
    """AWS refused the write itself, so that for certain nothing was done by it; a lost answer is never this."""

    def __init__(self, cause: UnassumeError) -> None:
        super().__init__(cause.message)
        self.cause = cause


def apply(plan: Plan, world: World, consent: Consent | None = None) -> Receipt:
    """Write the plan's changes; RefusedError, StaleError, AccessError: nothing done; PartialError: see the receipt."""
    check_plan(plan)
    caller = _caller(plan, world)
    lineage = _look_again(plan, world)
    standings = _check_fresh(plan.changes, world)
    seen = _seen(plan, lineage, world)
    now = world.accounts.now()
    check_cut_off(plan, plan.cut_off.expected(now), now)
    insist(objections(plan, seen, caller, plan.cut_off.expected(now), now), consent or Consent())
    canary_before = _ask_canary(plan, world)
    begun = _begun(plan, lineage, standings, caller, canary_before, world)
    _check_bound(begun)
    place = world.journal.open(begun.receipt_id)
    world.journal.append(begun.receipt_id, begun)
    world.progress.tell("apply", f"receipt {begun.receipt_id}: {place}")
    return _first_seen_enforced(_carry_out(begun, range(len(begun.changes)), world), world)


def _first_seen_enforced(receipt: Receipt, world: World) -> Receipt:
    """Measure E while it is near, so that whoever comes back is not taken for a session that slipped in before it."""
    if receipt.plan.canary is None:
        return receipt
    try:
        keep(receipt, ask_canary(receipt, world, CANARY_SECONDS), world)
    except KeyboardInterrupt:
        world.progress.tell("apply", "all is written; the canary was not waited for")
    return fold(world.journal.entries(receipt.id))


def resume(receipt: Receipt, world: World, consent: Consent | None = None) -> Receipt:
    """Finish a receipt that stopped half way, with the cut-off it began with; same guards, same errors as `apply`."""
    check_receipt(receipt)
    world.journal.entries(receipt.id)  # a receipt that is not kept here cannot be written on
    if receipt.undone_by:
        raise RefusedError(f"receipt {receipt.id} was undone by {receipt.undone_by}", hint="make a new plan")
    caller = _caller(receipt.plan, world)
    left = [index for index, state in enumerate(receipt.states) if state != "written"]
    if not left:
        return _finished(receipt.begun, world)
    for index in left:
        _check_holder(receipt.begun.changes[index], world)
        _check_between(receipt.begun.changes[index], world)
    lineage = _look_again(receipt.plan, world)
    seen = _seen(receipt.plan, lineage, world)
    now = world.accounts.now()
    check_cut_off(receipt.plan, receipt.begun.cut_off, now)
    insist(objections(receipt.plan, seen, caller, receipt.begun.cut_off, now), consent or Consent())
    return _carry_out(receipt.begun, left, world, may_be_written=True)


def _caller(plan: Plan, world: World) -> Caller:
    caller = world.accounts.caller()
    if others := sorted({change.slot.account for change in plan.changes} - {caller.account}):
        raise AccessError(
            f"the plan is for account {', '.join(others)}, your credentials are of {caller.account}",
            hint="use credentials of that account (--profile)",
        )
    return caller


def _look_again(plan: Plan, world: World) -> Lineage | None:
    """Who is on the role now; nobody needs to be asked about when the plan only takes denies away."""
    if all(change.after is None for change in plan.changes):
        return None
    return find(parse_lead(plan.lead), world)


def _seen(plan: Plan, lineage: Lineage | None, world: World) -> Preview:
    if lineage is None:
        return Preview(judgements=(), bystanders_known=True)
    _check_roles(plan, lineage)
    now_known = msgspec.structs.replace(plan, coverage=lineage.coverage)
    cut_off = plan.cut_off.expected(world.accounts.now())
    known = {session.id for session in plan.sessions}
    for session in lineage.sessions:
        if session.id not in known:
            world.progress.tell("apply", f"seen since the plan: session {session.short_id} of {session.session_name}")
    seen = preview(now_known, lineage.sessions, cut_off, targets=lineage.on_the_role)
    return seen if lineage.role else msgspec.structs.replace(seen, bystanders_known=False)


def _check_roles(plan: Plan, lineage: Lineage) -> None:
    """INVARIANT: only the role the lead leads to is written; of any other the fresh look shows no bystander."""
    for change in plan.changes:
        if lineage.role is not None and change.holder_id != lineage.role_id:
            raise RefusedError(
                f"the plan cuts role `{change.slot.role}`, but its lead leads to role `{lineage.role.name}`",
                hint="plan again",
            )


def _check_fresh(changes: tuple[Change, ...], world: World) -> tuple[Standing, ...]:
    """StaleError unless every slot and its holder are as the plan saw them, and the quota still suffices."""
    standings = []
    for change in changes:
        role = _check_holder(change, world)
        standing = world.accounts.read(change.slot)
        if standing.text not in (change.before, change.after):
            raise StaleError(f"the {change.slot.label} changed since the plan was made", hint="plan again")
        if (why := role_inline_policy.misfit(role, change.after)) is not None:
            raise StaleError(f"the cut no longer fits role `{role.name}`: {why}", hint="plan again")
        standings.append(standing)
    return tuple(standings)


def _check_holder(change: Change, world: World) -> Role:
    role = world.accounts.survey(RoleSubject(account=change.slot.account, name=change.slot.role))
    if role is None:
        raise StaleError(f"role `{change.slot.role}` is gone", hint="its sessions are dead with it")
    if role.id != change.holder_id:
        raise StaleError(
            f"role `{change.slot.role}` was re-created since the plan was made", hint="plan again for the new role"
        )
    return role


def _check_between(change: Change, world: World) -> None:
    if world.accounts.read(change.slot).text not in (change.before, change.after):
        raise StaleError(f"somebody else edited the {change.slot.label}", hint="look at it before going on")


def _ask_canary(plan: Plan, world: World) -> str:
    """How AWS answers the canary before the first write; a canary we may not assume does not hold up the cut."""
    if plan.canary is None:
        return ""
    probed = world.accounts.probe(Probe(role_arn=plan.canary.role_arn, session_name=plan.canary.session_name))
    if probed.outcome in ("explicit-deny", "unavailable"):
        world.progress.tell("apply", f"the canary cannot prove anything: {probed.outcome}, {probed.detail}")
    return probed.outcome


def _begun(
    plan: Plan,
    lineage: Lineage | None,
    standings: tuple[Standing, ...],
    caller: Caller,
    canary_before: str,
    world: World,
) -> Begun:
    now = world.accounts.now()
    cut_off = plan.cut_off.expected(now)
    changes = bind_changes(plan.changes, cut_off)
    digest = hashlib.sha256(msgspec.json.encode((plan, now))).hexdigest()[:6]
    return Begun(
        receipt_id=f"{now:%Y%m%dT%H%M%SZ}-{plan.incident}-{digest}",
        at=now,
        tool=f"unassume {__version__}",
        caller_arn=caller.arn,
        cut_off=cut_off,
        plan=plan,
        changes=changes,
        seen_up_to=lineage.coverage.seen_up_to if lineage else None,
        canary_before=canary_before,
        documents=tuple(_saved(change, one) for change, one in zip(changes, standings, strict=True) if one.text),
        raw_events=lineage.raw_events if lineage else plan.raw_events,
    )


def _check_bound(begun: Begun) -> None:
    """INVARIANT: what is written can be recognised as ours again, or undo could never take it away."""
    for change in begun.changes:
        if change.after is not None and our_statements(change.after) is None:
            raise RefusedError(f"the {change.slot.label} would not be ours once its cut-off is filled in")


def _saved(change: Change, standing: Standing) -> SavedDocument:
    text = standing.text or ""
    return SavedDocument(label=change.slot.label, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def _carry_out(begun: Begun, indexes: Iterable[int], world: World, *, may_be_written: bool = False) -> Receipt:
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
    return _finished(begun, world)


def _finished(begun: Begun, world: World) -> Receipt:
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
