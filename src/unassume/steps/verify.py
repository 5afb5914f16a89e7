"""verify: prove a cut, or say what is missing. Contained is said only when every proof is met (`proofs.py`).

Rule 1: a call that no policy stops (GetCallerIdentity) proves nothing, either way.
Rule 2: a leaked session issued between the cut-off and E counts as leaked: a later cut-off is proposed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.errors import InputError
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import parse_lead
from unassume.model.lineages import Lineage
from unassume.model.receipts import Receipt, fold
from unassume.ports import World
from unassume.steps import proofs
from unassume.steps.enforcement import measure
from unassume.steps.find import find
from unassume.steps.remains import Remains

_SHORTEST, _LONGEST, _USUAL = 5, 300, 30
_SECOND = timedelta(seconds=1)


def verify(receipt: Receipt, world: World, *, patience: timedelta | None = None) -> Evidence | Wait:
    """Prove the cut now; with `patience`, look again until it is proved, cannot be, or the time is up."""
    if receipt.plan.purpose == "undo":
        raise InputError(f"receipt {receipt.id} took a cut back: nothing to prove", hint="verify the cut itself")
    deadline = world.accounts.now() + (patience or timedelta(0))
    while True:
        found = _look(receipt, world)
        if isinstance(found, Evidence) or world.accounts.now() >= deadline:
            return found
        world.progress.tell("verify", f"not proved yet: {found.why[0]}")
        until = min(found.until, deadline)
        world.clock.sleep(max(0.5, (until - world.accounts.now()).total_seconds()))
        receipt = fold(world.journal.entries(receipt.id))


def _look(receipt: Receipt, world: World) -> Evidence | Wait:
    """One look at every proof; Wait only when all that is missing may still come."""
    standing = proofs.policies_stand(receipt, world)
    lineage = find(parse_lead(receipt.plan.lead), world)
    remains = Remains(receipt, lineage)
    enforcement = measure(remains, world)
    found = (
        standing,
        proofs.enforced(receipt, enforcement),
        proofs.trail_caught_up(lineage, enforcement.at),
        proofs.nothing_left(remains, enforcement.at),
    )
    late = remains.late(enforcement.at)
    margin = timedelta(seconds=receipt.plan.cut_off.margin_seconds)
    evidence = Evidence(
        receipt_id=receipt.id,
        checked_at=world.accounts.now(),
        cut_off=receipt.begun.cut_off,
        proofs=found,
        enforced_from=enforcement.at,
        uncut=tuple(session.id for session in (*late, *remains.elsewhere(enforcement.at))),
        later_cut_off=enforcement.at + margin if late and enforcement.at else None,
        notes=proofs.notes(remains, enforcement.at),
        not_in_evidence=lineage.coverage.gaps,
    )
    missing = [proof for proof in found if not proof.is_met]
    if not missing or not all(proof.may_come for proof in missing):
        return evidence
    until = _next_look(lineage, enforcement.at, world.accounts.now())
    return Wait(until=until, why=tuple(proof.detail for proof in missing), evidence=evidence)


def _next_look(lineage: Lineage, enforced_from: datetime | None, now: datetime) -> datetime:
    """When the trail should show E, judged by how late its newest event is now; AWS promises no bound."""
    newest = [region.newest_event_at for region in lineage.coverage.regions if region.newest_event_at is not None]
    if enforced_from is None or not newest:
        return now + timedelta(seconds=_USUAL)
    if lineage.coverage.as_of <= enforced_from + _SECOND:
        # Our own look is an event in every region: one after E is what a quiet region will show.
        return max(now, enforced_from) + 2 * _SECOND
    due = enforced_from + (lineage.coverage.as_of - max(newest)) + timedelta(seconds=_SHORTEST)
    pause = min(max((due - now).total_seconds(), _SHORTEST), _LONGEST)
    return now + timedelta(seconds=pause)
