"""apply: carry out a plan, exactly it, and leave a receipt from which anything can go on or be put back.

INVARIANT: the receipt is on disk before the first write, each intent before its call, each outcome after it.
INVARIANT: apply never says contained. It says what was written.
"""

from __future__ import annotations

import hashlib

import msgspec

from unassume._version import __version__
from unassume.errors import PartialError, RefusedError, StaleError
from unassume.means.mark import bind_changes, our_statements
from unassume.means.trust import our_trust
from unassume.model.lineages import Lineage
from unassume.model.plans import Canary, Change, Plan, of_policies
from unassume.model.previews import Preview
from unassume.model.receipts import Begun, Receipt, SavedDocument, fold
from unassume.model.sessions import Session
from unassume.model.slots import AnyScp, RoleTrustStatement, Standing
from unassume.model.surveys import Caller
from unassume.ports import World
from unassume.steps.checks import check_cut_off, check_over, check_plan, check_receipt
from unassume.steps.enforcement import measure_by_canaries
from unassume.steps.freshness import (
    Looked,
    as_planned,
    callers_in_reach,
    check_between,
    check_fresh,
    check_holder,
    look_again,
    seen_now,
)
from unassume.steps.guards import Consent, insist, objections
from unassume.steps.taking_back import absent
from unassume.steps.witnesses import asking
from unassume.steps.writing import carry_out, finished

CANARY_SECONDS = 20
"""How long apply waits for the canary to be refused; a deny takes some seconds to be enforced everywhere."""


def apply(plan: Plan, world: World, consent: Consent | None = None, looked: Looked | None = None) -> Receipt:
    """Write the plan's changes; RefusedError, StaleError, AccessError: nothing done; PartialError: see the receipt.

    `looked` is what the plan was made of, where that was a moment ago: it is not looked at again while it is fresh.
    """
    check_plan(plan)
    callers = callers_in_reach(plan, world)
    if looked is not None and plan.purpose == "cut" and looked.is_fresh(world.accounts.now()):
        lineage: Lineage | None = looked.lineage
        standings = as_planned(plan.changes)
    else:
        lineage, standings = look_again(plan, world), check_fresh(plan.changes, world)
    seen = seen_now(plan, lineage, world)
    now = world.accounts.now()
    check_cut_off(plan, plan.cut_off.expected(now), now)
    check_over(plan, now)
    agreed = insist(objections(plan, seen, callers, plan.cut_off.expected(now), now), consent or Consent())
    canaries_before = tuple(world.lanes.each(lambda canary: _ask_canary(canary, plan, world), plan.canaries))
    begun = _begun(plan, lineage, standings, callers[0], canaries_before, world)
    begun = msgspec.structs.replace(begun, agreed=agreed, bystanders=_hit(seen, lineage))
    _check_bound(begun)
    place = world.journal.open(begun.receipt_id)
    world.journal.append(begun.receipt_id, begun)
    world.progress.tell("apply", f"receipt {begun.receipt_id}: {place}")
    return _first_seen_enforced(carry_out(begun, range(len(begun.changes)), world), world)


def _first_seen_enforced(receipt: Receipt, world: World) -> Receipt:
    """Measure E while it is near, so that whoever comes back is not taken for a session that slipped in before it."""
    if not receipt.plan.canaries:
        return receipt
    try:
        measure_by_canaries(receipt, world, CANARY_SECONDS)
    except KeyboardInterrupt:
        world.progress.tell("apply", "all is written; the canaries were not waited for")
    return fold(world.journal.entries(receipt.id))


def resume(receipt: Receipt, world: World, consent: Consent | None = None) -> Receipt:
    """Finish a receipt that stopped half way, with the cut-off it began with; same guards, same errors as `apply`."""
    check_receipt(receipt)
    world.journal.entries(receipt.id)  # a receipt that is not kept here cannot be written on
    if receipt.undone_by:
        raise RefusedError(f"receipt {receipt.id} was undone by {receipt.undone_by}", hint="make a new plan")
    callers = callers_in_reach(receipt.plan, world)
    left = [index for index, state in enumerate(receipt.states) if state != "written"]
    if not left:
        return finished(receipt.begun, world)
    stale = {index: why for index in left if (why := _stale(receipt.begun.changes[index], world)) is not None}
    if stale and (receipt.plan.purpose != "cut" or len(stale) == len(left)):
        raise next(iter(stale.values()))
    fit = tuple(change for index, change in enumerate(receipt.plan.changes) if index not in stale)
    plan = msgspec.structs.replace(receipt.plan, changes=fit)
    lineage = look_again(plan, world)
    seen = seen_now(plan, lineage, world)
    now = world.accounts.now()
    check_cut_off(plan, receipt.begun.cut_off, now)
    check_over(plan, now)
    insist(objections(plan, seen, callers, receipt.begun.cut_off, now), consent or Consent())
    done = carry_out(receipt.begun, [index for index in left if index not in stale], world, may_be_written=True)
    if stale:
        why = next(iter(stale.values()))
        hint = f"the rest of receipt {receipt.id} is written; plan again for what is not"
        raise PartialError(f"not everything was written: {why.message}", receipt_id=receipt.id, hint=hint)
    return done


def _stale(change: Change, world: World) -> StaleError | None:
    """Why a change cannot be written any more; in a cut the others do not wait for it."""
    try:
        check_holder((change,), world)
        check_between(change, world)
    except StaleError as error:
        return error
    return None


def _ask_canary(canary: Canary, plan: Plan, world: World) -> str:
    """How AWS answers a canary before the first write; one we may not assume does not hold up the cut."""
    by_scp = any(isinstance(one.slot, AnyScp) and canary.principal_id in (one.after or "") for one in plan.changes)
    probed = world.accounts.probe(asking(canary, by_scp=by_scp))
    if probed.outcome in ("explicit-deny", "unavailable"):
        world.progress.tell("apply", f"the canary cannot prove anything: {probed.outcome}, {probed.detail}")
    return probed.outcome


def _begun(
    plan: Plan,
    lineage: Lineage | None,
    standings: tuple[Standing, ...],
    caller: Caller,
    canaries_before: tuple[str, ...],
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
        canaries_before=canaries_before,
        documents=tuple(
            _saved(change, one) for change, one in zip(changes, standings, strict=True) if one.text or one.around
        ),
        raw_events=lineage.raw_events if lineage else plan.raw_events,
        absent=absent(changes, standings),
    )


def _hit(seen: Preview, lineage: Lineage | None) -> tuple[Session, ...]:
    """The sessions of others that the cut hits, or may hit."""
    ids = {judgement.session_id for judgement in seen.bystanders}
    return tuple(one for one in lineage.sessions if one.id in ids) if lineage is not None else ()


def _check_bound(begun: Begun) -> None:
    """INVARIANT: what is written can be recognised as ours again, or undo could never take it away."""
    for change in of_policies(begun.changes):
        if change.after is not None and our_statements(change.after) is None:
            raise RefusedError(f"the {change.slot.label} would not be ours once its cut-off is filled in")
    for change in begun.changes:
        is_statement = isinstance(change.slot, RoleTrustStatement) and change.after is not None
        if is_statement and our_trust(change.after or "") is None:
            raise RefusedError(f"the {change.slot.label} would not be ours once its expiry is filled in")


def _saved(change: Change, standing: Standing) -> SavedDocument:
    text = standing.around or standing.text or ""
    return SavedDocument(label=change.slot.label, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())
