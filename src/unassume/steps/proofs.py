"""The four proofs of a cut, one function each; contained is said only when all are met.

policies-stand    our policies read exactly as written
enforced          AWS refused the canary or a leaked session with an explicit deny: the instant E
trail-caught-up   in every region read, the trail's newest event is later than E, and no region is missing
nothing-left      a fresh find shows no uncut session, nothing allowed after E, no gap that matters
"""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.model.evidence import Enforcement, Proof
from unassume.model.lineages import Lineage
from unassume.model.receipts import READ_LAG_SECONDS, Receipt
from unassume.ports import World
from unassume.steps.remains import Remains

SETTLED = timedelta(seconds=30)
"""How far beyond E the trail must reach, so that calls made after E had the time to show."""


def policies_stand(receipt: Receipt, world: World) -> Proof:
    """Met when every slot reads back as written; a read that still shows the former text may only lag."""
    wrong, may_lag = [], True
    changes = receipt.begun.changes
    read = world.lanes.each(world.accounts.read, [change.slot for change in changes])
    for change, state, standing in zip(changes, receipt.states, read, strict=True):
        if state != "written":
            stands = "stands, but its receipt is unfinished" if standing.text == change.after else "was not written"
            wrong.append(f"the {change.slot.label} {stands}: unassume apply --resume {receipt.id}")
            may_lag = False
        elif standing.text != change.after or standing.holder_id != change.holder_id:
            wrong.append(f"the {change.slot.label} is no longer as written")
            may_lag = may_lag and standing.text == change.before
    if receipt.undone_by:
        wrong.append(f"the cut was undone by {receipt.undone_by}")
        may_lag = False
    now = world.accounts.now()
    is_young = now < receipt.begun.at + timedelta(seconds=READ_LAG_SECONDS)
    detail = "; ".join(wrong) or f"{len(receipt.begun.changes)} of ours, read back exactly as written"
    return Proof(name="policies-stand", is_met=not wrong, at=now, detail=detail, may_come=may_lag and is_young)


def enforced(receipt: Receipt, enforcement: Enforcement) -> Proof:
    """Met when E is known."""
    if enforcement.at is None:
        return Proof(name="enforced", is_met=False, at=None, detail=enforcement.by, may_come=True)
    took = (enforcement.at - receipt.begun.at).total_seconds()
    detail = f"{enforcement.by} {took:.0f} s after the write began"
    return Proof(name="enforced", is_met=True, at=enforcement.at, detail=detail)


def trail_caught_up(lineage: Lineage, enforced_from: datetime | None) -> Proof:
    """Met when every region was read and shows an event later than E, with `SETTLED` to spare.

    AWS promises no order: an event that comes later still is the business of the next look.
    """
    coverage = lineage.coverage
    if not coverage.readable:
        return _trail(lineage, False, f"no readable trail: {'; '.join(coverage.gaps) or 'no region could be read'}")
    if missing := sorted(region.region for region in coverage.regions if region.state != "read"):
        return _trail(lineage, False, f"not readable in {', '.join(missing)}")
    if coverage.gaps:
        return _trail(lineage, False, "; ".join(coverage.gaps))
    if enforced_from is None:
        return _trail(lineage, False, "cannot be judged before the deny was seen enforced", may_come=True)
    wanted, newest = enforced_from + SETTLED, [region.newest_event_at for region in coverage.regions]
    behind = sum(at is None or at <= wanted for at in newest)
    if behind:
        detail = f"{behind} of {len(newest)} regions show no event later than {_text(wanted)} yet"
        return _trail(lineage, False, detail, may_come=True)
    return _trail(lineage, True, f"every one of {len(newest)} regions shows events later than {_text(wanted)}")


def nothing_left(remains: Remains, enforcement: Enforcement, removable: tuple[str, ...]) -> Proof:
    """Met when nothing speaks against it; whether the trail reaches far enough is another proof.

    `removable` says how sessions of the role could remove our deny, as its policies stand now.
    """
    at = remains.lineage.coverage.as_of
    wrong = [*_uncut(remains, enforcement), *_gaps(remains.receipt, removable), *_broke_out(remains, enforcement)]
    if wrong:
        return Proof(name="nothing-left", is_met=False, at=at, detail="; ".join(wrong))
    if remains.forgotten():
        detail = "the trail does not show the session that was cut: nobody knows that this is the one that leaked"
        return Proof(name="nothing-left", is_met=False, at=at, detail=detail, may_come=True)
    detail = "no uncut session of the thief, no management call allowed after the deny held"
    return Proof(name="nothing-left", is_met=True, at=at, detail=detail)


def notes(remains: Remains, enforcement: Enforcement) -> tuple[str, ...]:
    """What the proofs do not decide: who it is that came back."""
    again = tuple(
        f"session {session.short_id} of `{session.session_name}` was begun {_text(session.issued_at)}, after the cut, "
        "by whom its provider calls like a leaked one's owner: he came back, or the thief did (--close-trust)"
        for session in remains.began_again()
    )
    return again + tuple(
        f"session {session.short_id} of `{session.session_name}` was issued {_text(session.issued_at)}, after the cut: "
        "its owner came back, or the thief did with other credentials"
        for session in remains.came_back(enforcement)
    )


def _trail(lineage: Lineage, is_met: bool, detail: str, *, may_come: bool = False) -> Proof:
    at = lineage.coverage.seen_up_to
    return Proof(name="trail-caught-up", is_met=is_met, at=at, detail=detail, may_come=may_come)


def _uncut(remains: Remains, enforcement: Enforcement) -> list[str]:
    late = [
        f"session {one.short_id}, issued {_text(one.issued_at)}, is or may be later than the cut-off, not later than E"
        for one in remains.late(enforcement)
    ]
    away = [
        f"session {one.short_id}, issued by a leaked one, is not cut by this receipt"
        for one in remains.elsewhere(enforcement)
    ]
    by_key = [f"session {one.short_id} was issued with the key behind the leaked token" for one in remains.by_key()]
    let_in = [
        f"session {one.short_id} is not cut, and was begun by whom the trust is to shut out" for one in remains.let_in()
    ]
    return [*late, *away, *by_key, *let_in]


def _gaps(receipt: Receipt, removable: tuple[str, ...]) -> list[str]:
    """What the plan could not cut and no later look judges, and how the role could remove our deny as it stands now."""
    kept = [gap for gap in receipt.plan.gaps if gap.blocks_containment and not gap.judged_anew]
    return [*removable, *(f"{gap.what}: {gap.why}" for gap in kept)]


def _broke_out(remains: Remains, enforcement: Enforcement) -> list[str]:
    whole = [
        f"session {one.short_id} was allowed a call at {_text(one.last_allowed_at)}"
        for one in remains.cut()
        if (since := enforcement.on(one.holder_id)) is not None
        and one.last_allowed_at is not None
        and one.last_allowed_at >= since
    ]
    outside = [
        f"session {one.short_id} was allowed a call from {address}, outside its places, at {_text(at)}"
        for one, address, at in remains.outside()
        if (since := enforcement.on(one.holder_id)) is not None and at >= since
    ]
    return [*whole, *outside]


def _text(at: datetime | None) -> str:
    return "at an unknown time" if at is None else f"{at:%H:%M:%SZ}"
