"""watch: keep looking at a cut until nothing it stops can live, or until it is lost.

Rule 1: what a look cannot see is never a loss, and never taken for fine: it is told, and looked at again.
Rule 2: what stood against containment at the first look is no loss of the watch's; but a policy that is gone, and a
session that lives uncut, is one whenever it is seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from unassume.errors import AccessError, InputError, RefusedError, StaleError, TrailError
from unassume.means.mark import our_statements
from unassume.model.evidence import Evidence, Loss, Wait, Watched
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices, Plan
from unassume.model.receipts import Receipt, fold
from unassume.model.selectors import TAG
from unassume.ports import World
from unassume.steps.apply import apply
from unassume.steps.find import find
from unassume.steps.plan import plan
from unassume.steps.survey import survey
from unassume.steps.verify import verify

_KEPT_APART = "; "


def watch(receipt: Receipt, world: World, *, every: timedelta, until: datetime | None = None) -> Watched:
    """Look every so often until the time is up, or a loss is seen; without `until` as long as the cut is needed.

    AccessError when our own credentials are dead: nobody looks any more. RefusedError for a hold without `until`.
    """
    ends_at = until or needed_until(receipt)
    looks, baseline, evidence = 0, None, None
    while True:
        if (seen := _look(receipt, world)) is not None:
            looks, evidence = looks + 1, seen
            told = _told(evidence)
            losses = _losses(evidence, receipt, told if baseline is None else baseline)
            if losses:
                return Watched(
                    receipt_id=receipt.id, ended_at=evidence.checked_at, looks=looks, contained=False, losses=losses
                )
            baseline = told if baseline is None else baseline
            receipt = _receipt_now(receipt, world)
        if world.accounts.now() >= ends_at:
            break
        world.clock.sleep(min(every.total_seconds(), max(1.0, (ends_at - world.accounts.now()).total_seconds())))
    contained = evidence is not None and evidence.contained
    return Watched(receipt_id=receipt.id, ended_at=world.accounts.now(), looks=looks, contained=contained)


def until_clean(
    receipt: Receipt, world: World, *, times: int, every: timedelta, until: datetime | None = None
) -> Watched:
    """Watch, and cut what comes of the leaked sessions again, so many times at most.

    Again means the same rung and lead, in the accounts in reach, with nobody's consent to any bystander; and only where
    the trail is certain that a leaked session issued what lives. Errors as of `watch`; PartialError as of `apply`.
    """
    receipts, looks = list[str](), 0
    while True:
        seen = watch(receipt, world, every=every, until=until)
        looks += seen.looks
        seen = msgspec.structs.replace(seen, looks=looks, cut_again=tuple(receipts))
        if not seen.losses:
            return seen
        if len(receipts) == times:
            return msgspec.structs.replace(seen, why_not_again=f"it was cut again {times} times already")
        try:
            receipt = _cut_again(receipt, seen, world)
        except (RefusedError, StaleError, AccessError, TrailError) as error:
            return msgspec.structs.replace(seen, why_not_again=error.message)
        receipts.append(receipt.id)
        world.progress.tell("watch", f"cut again: receipt {receipt.id}")


def _cut_again(receipt: Receipt, seen: Watched, world: World) -> Receipt:
    """The same cut, of what the lead leads to by now; RefusedError where the loss is none that cutting again mends."""
    if any(loss.proof != "nothing-left" for loss in seen.losses):
        raise RefusedError("a policy of ours is gone or does not hold: that is for a person to look at")
    made = receipt.plan
    lineage = find(parse_lead(made.lead), world)
    known = {one.id for one in made.sessions}
    new = [lineage.session(one) for one in lineage.descendants if one not in known]
    if not new:
        raise RefusedError("no session is new: what is left is none that cutting again mends")
    if unsure := [one for one in new if one.edge is None or one.edge.confidence != "certain"]:
        raise RefusedError(f"that a leaked session issued {unsure[0].short_id} is not certain")
    again = plan(lineage, survey(lineage, world), _same_choices(made))
    if uncut := [one.session_name for one in new if one.live is not False and not _is_hit(again, one.id)]:
        raise RefusedError(f"session `{uncut[0]}` would not be cut by it")
    return apply(again, world)


def _same_choices(made: Plan) -> Choices:
    """What was chosen for a plan; RefusedError for what it does not keep."""
    if made.rung == "elsewhere":
        raise RefusedError("a cut by place is not made again: its places are the responder's word")
    tags = {person.key.removeprefix(TAG) for person in made.persons if person.key.startswith(TAG)}
    return Choices(
        incident=made.incident, rung=made.rung, leaked=made.leaked, canary=bool(made.canaries),
        person_tag=next(iter(tags), None),
    )  # fmt: skip


def _is_hit(made: Plan, session_id: str) -> bool:
    return any(session_id in one.cut for one in made.outlooks if one.chosen)


def needed_until(receipt: Receipt) -> datetime:
    """When the last of what the receipt's own documents stop is dead; RefusedError for a hold, which has no end."""
    texts = [change.after for change in receipt.begun.changes if change.after is not None]
    untils = [ours.until for text in texts for ours in our_statements(text) or () if ours.until is not None]
    if not untils:
        raise RefusedError("a hold has no end to watch for", hint="say one by --until")
    return max(untils)


def _look(receipt: Receipt, world: World) -> Evidence | None:
    """One look, or None where AWS could not be asked now."""
    try:
        found = verify(receipt, world)
    except (AccessError, TrailError) as error:
        if "credentials" in error.facts:
            raise
        world.progress.tell("watch", f"could not look: {error.message}")
        return None
    return found.evidence if isinstance(found, Wait) else found


def _receipt_now(receipt: Receipt, world: World) -> Receipt:
    try:
        return fold(world.journal.entries(receipt.id))
    except InputError:
        return receipt


def _told(evidence: Evidence) -> frozenset[str]:
    """What stands against containment at a look, sentence by sentence."""
    found = (proof for proof in evidence.proofs if proof.name == "nothing-left" and not proof.is_met)
    return frozenset(what for proof in found for what in proof.detail.split(_KEPT_APART))


def _losses(evidence: Evidence, receipt: Receipt, baseline: frozenset[str]) -> tuple[Loss, ...]:
    at, losses = evidence.checked_at, []
    for proof in evidence.proofs:
        is_lost_enforcement = proof.name == "enforced" and receipt.enforced.at is not None
        is_gone = proof.name == "policies-stand" and not proof.may_come
        if not proof.is_met and (is_gone or is_lost_enforcement):
            losses.append(Loss(at=at, proof=proof.name, what=proof.detail))
    known, since = receipt.enforced.at, evidence.enforced_from
    if known is not None and since is not None and since > known:
        what = (
            f"a cut session was allowed a call after {known:%H:%M:%SZ}: the deny was seen to hold again only since then"
        )
        losses.append(Loss(at=at, proof="enforced", what=what))
    news = _told(evidence) if evidence.uncut else _told(evidence) - baseline
    losses += [Loss(at=at, proof="nothing-left", what=what) for what in sorted(news)]
    return tuple(losses)
