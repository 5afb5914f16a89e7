"""watch: keep looking at a cut until nothing it stops can live, or until it is lost.

Rule 1: what a look cannot see is never a loss, and never taken for fine: it is told, and looked at again.
Rule 2: what stood against containment at the first look is no loss of the watch's; but a policy that is gone, and a
session that lives uncut, is one whenever it is seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.errors import AccessError, InputError, RefusedError, TrailError
from unassume.means.mark import our_statements
from unassume.model.evidence import Evidence, Loss, Wait, Watched
from unassume.model.receipts import Receipt, fold
from unassume.ports import World
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
