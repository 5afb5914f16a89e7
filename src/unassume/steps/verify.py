"""verify: prove a cut, or say what is missing. Contained is said only when every proof is met (`proofs.py`).

Rule 1: a call that no policy stops (GetCallerIdentity) proves nothing, either way.
Rule 2: a leaked session issued between the cut-off and E counts as leaked: a later cut-off is proposed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from unassume.errors import AccessError, InputError
from unassume.means import access_key
from unassume.means.removal import removable
from unassume.model.evidence import Enforcement, Evidence, Proof, Wait
from unassume.model.leads import parse_lead
from unassume.model.lineages import Lineage
from unassume.model.plans import by_holder
from unassume.model.receipts import Proved, Receipt, fold
from unassume.model.surveys import User
from unassume.ports import World
from unassume.steps import proofs
from unassume.steps.checks import check_receipt
from unassume.steps.enforcement import measure
from unassume.steps.find import LOOK_BACK, find
from unassume.steps.remains import Remains

_SHORTEST, _LONGEST, _USUAL = 5, 300, 30
_SECOND = timedelta(seconds=1)


def verify(
    receipt: Receipt, world: World, *, patience: timedelta | None = None, leaked_profile: str | None = None
) -> Evidence | Wait:
    """Prove the cut now; with `patience`, look again until it is proved, cannot be, or the time is up.

    `leaked_profile` names a profile that holds the leaked credentials; InputError where it holds others.
    """
    check_receipt(receipt)
    if receipt.plan.purpose != "cut":
        raise InputError(f"receipt {receipt.id} took a cut back: nothing to prove", hint="verify the cut itself")
    deadline = world.accounts.now() + (patience or timedelta(0))
    while True:
        found = _look(receipt, world, leaked_profile)
        if isinstance(found, Evidence) or world.accounts.now() >= deadline:
            _keep(receipt, found.evidence if isinstance(found, Wait) else found, world)
            return found
        world.progress.tell("verify", f"not proved yet: {found.why[0]}")
        until = min(found.until, deadline)
        world.clock.sleep(max(0.5, (until - world.accounts.now()).total_seconds()))
        receipt = _told_since(receipt, found.evidence, world)


def _keep(receipt: Receipt, evidence: Evidence, world: World) -> None:
    """Journal what the last look found where it is news; a receipt that is kept elsewhere is not written to."""
    known = receipt.proved
    if known is not None and _outcome(known.proofs) == _outcome(evidence.proofs):
        return
    entry = Proved(at=evidence.checked_at, contained=evidence.contained, proofs=evidence.proofs)
    try:
        world.journal.append(receipt.id, entry)
    except (AccessError, InputError) as error:
        world.progress.tell("verify", f"the receipt could not be told what was found: {error.message}")


def _outcome(proofs: tuple[Proof, ...]) -> list[tuple[str, bool]]:
    return [(proof.name, proof.is_met) for proof in proofs]


def _told_since(receipt: Receipt, evidence: Evidence, world: World) -> Receipt:
    """The receipt as it is now; one that is kept elsewhere, with what this verify measured."""
    try:
        return fold(world.journal.entries(receipt.id))
    except InputError:
        return msgspec.structs.replace(
            receipt, enforced=Enforcement(at=evidence.enforced_from, by="it was seen enforced")
        )


def _look(receipt: Receipt, world: World, leaked_profile: str | None) -> Evidence | Wait:
    """One look at every proof; Wait only when all that is missing may still come."""
    lineage = _find_again(receipt, world)
    remains = Remains(receipt, lineage)
    standing = proofs.policies_stand(receipt, world)
    not_asked = Enforcement(at=None, by="not asked: our policy does not stand")
    enforcement = measure(remains, world, leaked_profile) if standing.is_met else not_asked
    ways_out = _ways_out(receipt, world)
    found = (
        proofs.policies_stand(receipt, world) if standing.is_met else standing,
        proofs.enforced(receipt, enforcement),
        proofs.trail_caught_up(lineage, enforcement.at),
        proofs.nothing_left(remains, enforcement, ways_out),
    )
    late = remains.late(enforcement)
    margin = timedelta(seconds=receipt.plan.cut_off.margin_seconds)
    evidence = Evidence(
        receipt_id=receipt.id,
        checked_at=world.accounts.now(),
        cut_off=receipt.begun.cut_off,
        proofs=found,
        enforced_from=enforcement.at,
        uncut=tuple(session.id for session in (*late, *remains.elsewhere(enforcement))),
        later_cut_off=enforcement.at + margin if late and enforcement.at else None,
        notes=proofs.notes(remains, enforcement),
        not_in_evidence=lineage.coverage.unseen,
    )
    missing = [proof for proof in found if not proof.is_met]
    if not missing or not all(proof.may_come for proof in missing):
        return evidence
    until = _next_look(lineage, enforcement.at, world.accounts.now())
    return Wait(until=until, why=tuple(proof.detail for proof in missing), evidence=evidence)


def _ways_out(receipt: Receipt, world: World) -> tuple[str, ...]:
    """How sessions of those cut could remove our deny, or keys give new ones, as the account stands now."""
    found: list[str] = []
    written = by_holder(receipt.begun.changes)
    held = world.lanes.each(world.accounts.survey, [changes[0].slot.subject for changes in written])
    for changes, holder in zip(written, held, strict=True):
        found += removable(holder, (change.slot for change in changes)) if holder is not None else ()
        if isinstance(holder, User) and receipt.plan.leaked != "session":
            targets = [one for one in receipt.plan.sessions if one.id in receipt.plan.targets]
            found += [f"key {key_id}: {access_key.WHY_OPEN}" for key_id in access_key.behind(holder, targets)]
    return tuple(found)


def _find_again(receipt: Receipt, world: World) -> Lineage:
    """A fresh find that reaches at least as far back as the plan's did, so that nothing known is forgotten."""
    until = world.accounts.now()
    since = until - LOOK_BACK
    if receipt.plan.coverage is not None:
        since = min(since, receipt.plan.coverage.since)
    return find(parse_lead(receipt.plan.lead), world, since=since, as_of=until)


def _next_look(lineage: Lineage, enforced_from: datetime | None, now: datetime) -> datetime:
    """When the trail should show E, judged by how late its newest event is now; AWS promises no bound."""
    newest = [region.newest_event_at for region in lineage.coverage.regions if region.newest_event_at is not None]
    if enforced_from is None or not newest:
        return now + timedelta(seconds=_USUAL)
    wanted = enforced_from + proofs.SETTLED
    if lineage.coverage.as_of <= wanted + _SECOND:
        # Our own look is an event in every region: a later one is what a quiet region will show.
        return max(now, wanted) + 2 * _SECOND
    due = wanted + (lineage.coverage.as_of - max(newest)) + timedelta(seconds=_SHORTEST)
    pause = min(max((due - now).total_seconds(), _SHORTEST), _LONGEST)
    return now + timedelta(seconds=pause)
