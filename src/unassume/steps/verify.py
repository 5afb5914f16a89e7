"""verify: prove a cut, or say what is missing. Contained is said only when every proof is met.

The proofs, each with its time:
  policies-stand    our policies read exactly as written
  enforced          AWS refused the canary or a leaked session with an explicit deny: the instant E
  trail-caught-up   in every region read, the trail's newest event is later than E, and no region is missing
  nothing-left      a fresh find shows no uncut session, nothing allowed after E, no gap that matters

Rule 1: a call that no policy stops (GetCallerIdentity) proves nothing, either way.
Rule 2: a leaked session issued between the cut-off and E counts as leaked: a later cut-off is proposed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.means.judge import judge, principal_of
from unassume.means.mark import our_statements
from unassume.model.evidence import Evidence, Probe, Proof, Wait
from unassume.model.leads import parse_lead
from unassume.model.lineages import Lineage
from unassume.model.previews import Verdict
from unassume.model.receipts import READ_LAG_SECONDS, Observed, Receipt, fold
from unassume.model.selectors import OlderSessionsSelector
from unassume.model.sessions import Session
from unassume.model.surveys import RoleSubject
from unassume.ports import World
from unassume.steps.find import find

_PROBES = 60
_SHORTEST, _LONGEST, _USUAL = 5, 300, 30
_SECOND = timedelta(seconds=1)


class _Enforced:
    """What showed the deny enforced: the instant E, by what; None: nothing yet."""

    def __init__(self, at: datetime | None, by: str) -> None:
        self.at, self.by = at, by


def verify(receipt: Receipt, world: World, *, patience: timedelta | None = None) -> Evidence | Wait:
    """Prove the cut now; with `patience`, look again until it is proved, cannot be, or the time is up."""
    if receipt.plan.purpose == "undo":
        raise InputError(
            f"receipt {receipt.id} took a cut back: there is nothing to prove", hint="verify the cut itself"
        )
    deadline = world.accounts.now() + (patience or timedelta(0))
    while True:
        found = _look(receipt, world)
        if isinstance(found, Evidence) or world.accounts.now() >= deadline:
            return found
        world.progress.tell("verify", f"not proved yet: {found.why[0]}")
        world.clock.sleep(max(0.5, (found.until - world.accounts.now()).total_seconds()))
        receipt = fold(world.journal.entries(receipt.id))


def _look(receipt: Receipt, world: World) -> Evidence | Wait:
    """One look at every proof; Wait only when what is missing may still come."""
    standing = _policies_stand(receipt, world)
    lineage = find(parse_lead(receipt.plan.lead), world)
    targets = _targets(receipt, lineage)
    enforced = _enforced(receipt, targets, world)
    late = _late(receipt, targets, enforced.at)
    proofs = (
        standing,
        _enforcement(receipt, enforced),
        _trail(lineage, enforced.at),
        _nothing_left(receipt, lineage, targets, late, enforced.at),
    )
    evidence = Evidence(
        receipt_id=receipt.id,
        checked_at=world.accounts.now(),
        cut_off=receipt.begun.cut_off,
        proofs=proofs,
        enforced_from=enforced.at,
        uncut=(*(session.id for session in late), *_live_elsewhere(receipt, lineage, targets, enforced.at)),
        later_cut_off=enforced.at + timedelta(seconds=30) if late and enforced.at else None,
        notes=_notes(receipt, targets, enforced.at),
        not_in_evidence=lineage.coverage.gaps,
    )
    missing = [proof for proof in proofs if not proof.is_met]
    if not missing or not all(proof.may_come for proof in missing):
        return evidence
    until = _next_look(lineage, enforced.at, world.accounts.now())
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


def _targets(receipt: Receipt, lineage: Lineage) -> list[Session]:
    """The sessions that must be dead: those the lead names, or every one of the role where the whole role was cut."""
    selectors = [ours.selector for change in receipt.begun.changes for ours in our_statements(change.after or "") or ()]
    canary = receipt.plan.canary.principal_id if receipt.plan.canary else None
    if any(isinstance(selector, OlderSessionsSelector) for selector in selectors):
        return [one for one in lineage.sessions if one.role_id == lineage.role_id and one.principal_id != canary]
    return [lineage.session(one) for one in lineage.on_the_role]


def _policies_stand(receipt: Receipt, world: World) -> Proof:
    changed, may_lag = [], True
    for change, state in zip(receipt.begun.changes, receipt.states, strict=True):
        standing = world.accounts.read(change.slot)
        if state != "written":
            changed.append(f"the {change.slot.label} was not written")
            may_lag = False
        elif standing.text != change.after or standing.holder_id != change.holder_id:
            changed.append(f"the {change.slot.label} is no longer as written")
            may_lag = may_lag and standing.text == change.before
    if receipt.undone_by:
        changed.append(f"the cut was undone by {receipt.undone_by}")
        may_lag = False
    now = world.accounts.now()
    is_young = now < receipt.begun.at + timedelta(seconds=READ_LAG_SECONDS)
    detail = "; ".join(changed) or f"{len(receipt.begun.changes)} of ours, read back exactly as written"
    return Proof(name="policies-stand", is_met=not changed, at=now, detail=detail, may_come=may_lag and is_young)


def _enforced(receipt: Receipt, targets: list[Session], world: World) -> _Enforced:
    """E: the journal's word, unless a leaked session was allowed a call after it: then it is measured anew."""
    cut = [session for session in targets if _is_cut(receipt, session)]
    last_allowed = max((s.last_allowed_at for s in cut if s.last_allowed_at is not None), default=None)
    known = _Enforced(receipt.enforced_from, receipt.enforced_by)
    if known.at is not None and (last_allowed is None or last_allowed < known.at):
        return known
    denials = [
        session.first_explicit_deny_at
        for session in cut
        if session.first_explicit_deny_at is not None and session.first_explicit_deny_at >= receipt.begun.at
    ]
    later = [at for at in denials if last_allowed is None or at > last_allowed]
    if later and not _others_deny(receipt, world):
        seen = _Enforced(_next_second(min(later)), "a leaked session was refused with an explicit deny")
    else:
        seen = _probe(receipt, world)
    if seen.at is not None and (last_allowed is None or last_allowed < seen.at):
        world.journal.append(receipt.id, Observed(at=world.accounts.now(), enforced_from=seen.at, by=seen.by))
        return seen
    return _Enforced(None, seen.by)


def _others_deny(receipt: Receipt, world: World) -> bool:
    """Whether another policy of the role may deny too: then a refusal of the thief does not show ours enforced."""
    for change in receipt.begun.changes:
        role = world.accounts.survey(RoleSubject(account=change.slot.account, name=change.slot.role))
        if role is None:
            return True
        texts = [text for name, text in role.inline.items() if name != change.slot.policy]
        if any(text is None or _denies(text) for text in (*texts, *role.attached.values())):
            return True
    return False


def _denies(text: str) -> bool:
    try:
        return any(statement.effect == "Deny" for statement in parse(text).statements)
    except InputError:
        return True


def _probe(receipt: Receipt, world: World) -> _Enforced:
    """Ask as the canary until AWS refuses it with an explicit deny."""
    canary = receipt.plan.canary
    if canary is None:
        return _Enforced(None, "no canary in this plan, and no leaked session has called since")
    if receipt.begun.canary_before in ("explicit-deny", "unavailable"):
        return _Enforced(None, f"the canary was {receipt.begun.canary_before} before the cut: it proves nothing")
    probe = Probe(role_arn=canary.role_arn, session_name=canary.session_name)
    for _ in range(_PROBES):
        probed = world.accounts.probe(probe)
        if probed.outcome == "explicit-deny":
            return _Enforced(_next_second(probed.at), "our canary was refused with an explicit deny")
        if probed.outcome == "unavailable":
            return _Enforced(None, f"the canary could not be asked: {probed.detail}")
        world.clock.sleep(1)
    return _Enforced(None, f"the canary was still let in after {_PROBES} s")


def _enforcement(receipt: Receipt, enforced: _Enforced) -> Proof:
    if enforced.at is None:
        return Proof(name="enforced", is_met=False, at=None, detail=enforced.by, may_come=True)
    took = (enforced.at - receipt.begun.at).total_seconds()
    detail = f"{enforced.by} {took:.0f} s after the write began"
    return Proof(name="enforced", is_met=True, at=enforced.at, detail=detail)


def _trail(lineage: Lineage, enforced_from: datetime | None) -> Proof:
    coverage = lineage.coverage
    if not coverage.readable:
        why = "; ".join(coverage.gaps) or "no region could be read"
        return Proof(name="trail-caught-up", is_met=False, at=None, detail=f"no readable trail: {why}")
    missing = [region.region for region in coverage.regions if region.state != "read"]
    if missing:
        detail = f"not readable in {', '.join(sorted(missing))}"
        return Proof(name="trail-caught-up", is_met=False, at=coverage.seen_up_to, detail=detail)
    if enforced_from is None:
        detail = "cannot be judged before the deny was seen enforced"
        return Proof(name="trail-caught-up", is_met=False, at=coverage.seen_up_to, detail=detail, may_come=True)
    behind = [
        one.region for one in coverage.regions if one.newest_event_at is None or one.newest_event_at <= enforced_from
    ]
    if behind:
        detail = f"{len(behind)} of {len(coverage.regions)} regions show no event later than {_text(enforced_from)} yet"
        return Proof(name="trail-caught-up", is_met=False, at=coverage.seen_up_to, detail=detail, may_come=True)
    detail = f"every one of {len(coverage.regions)} regions shows events later than {_text(enforced_from)}"
    return Proof(name="trail-caught-up", is_met=True, at=coverage.seen_up_to, detail=detail)


def _nothing_left(
    receipt: Receipt, lineage: Lineage, targets: list[Session], late: list[Session], enforced_from: datetime | None
) -> Proof:
    """Met when nothing speaks against it; whether the trail reaches far enough is the proof before this one."""
    at, elsewhere = lineage.coverage.as_of, _live_elsewhere(receipt, lineage, targets, enforced_from)
    wrong = [
        *(
            f"session {s.id}, issued {_text(s.issued_at)}, may be later than the cut-off and is not later than E"
            for s in late
        ),
        *(f"session {one}, issued by a leaked one, is not cut" for one in elsewhere),
        *(f"{gap.what}: {gap.why}" for gap in receipt.plan.gaps if gap.blocks_containment and gap.session_id is None),
        *(
            f"session {s.id} was allowed a call at {_text(s.last_allowed_at)}"
            for s in targets
            if _broke_out(receipt, s, enforced_from)
        ),
    ]
    detail = "; ".join(wrong) or "no uncut session of the thief, nothing allowed after the deny held"
    return Proof(name="nothing-left", is_met=not wrong, at=at, detail=detail)


def _broke_out(receipt: Receipt, session: Session, enforced_from: datetime | None) -> bool:
    if enforced_from is None or session.last_allowed_at is None or not _is_cut(receipt, session):
        return False
    return session.last_allowed_at >= enforced_from


def _late(receipt: Receipt, targets: list[Session], enforced_from: datetime | None) -> list[Session]:
    """Live sessions the cut-off spares, or may spare, although they were issued before the deny was seen to hold."""
    return [
        session
        for session in targets
        if session.live is not False and _may_be_late(_verdict(receipt, session), session, enforced_from)
    ]


def _may_be_late(verdict: Verdict, session: Session, enforced_from: datetime | None) -> bool:
    """A session no event shows is not late: it is cut by its name, and the trail will tell when it was issued."""
    match verdict:
        case Verdict.CUT:
            return False
        case Verdict.UNSURE:
            return session.issued_at is not None or session.calls > 0
        case Verdict.SPARED:
            return enforced_from is not None and session.issued_at is not None and session.issued_at <= enforced_from


def _came_back(receipt: Receipt, targets: list[Session], enforced_from: datetime | None) -> list[Session]:
    """Sessions of the cut name issued after the deny held: not what leaked, whoever they are."""
    return [
        session
        for session in targets
        if enforced_from is not None
        and session.issued_at is not None
        and session.issued_at > enforced_from
        and _verdict(receipt, session) is Verdict.SPARED
    ]


def _notes(receipt: Receipt, targets: list[Session], enforced_from: datetime | None) -> tuple[str, ...]:
    return tuple(
        f"session {session.id} of `{session.session_name}` was issued {_text(session.issued_at)}, after the cut: "
        "its owner came back, or the thief did with other credentials"
        for session in _came_back(receipt, targets, enforced_from)
    )


def _live_elsewhere(
    receipt: Receipt, lineage: Lineage, targets: list[Session], enforced_from: datetime | None
) -> list[str]:
    """Live sessions on other roles that leaked ones issued: this plan does not reach them."""
    innocent = {session.id for session in _came_back(receipt, targets, enforced_from)}
    below = [lineage.session(one) for one in lineage.descendants]
    return [
        session.id
        for session in below
        if session.live is not False
        and session.role_id != lineage.role_id
        and not _issued_by(session, innocent, lineage)
    ]


def _issued_by(session: Session, ids: set[str], lineage: Lineage) -> bool:
    """Whether one of these sessions stands above this one."""
    family = {one.id: one for one in lineage.sessions}
    seen: set[str] = set()
    above = session.parent.session_id if session.parent else None
    while above is not None and above not in seen:
        if above in ids:
            return True
        seen.add(above)
        parent = family[above].parent if above in family else None
        above = parent.session_id if parent else None
    return False


def _is_cut(receipt: Receipt, session: Session) -> bool:
    return _verdict(receipt, session) is Verdict.CUT or session.issued_at is None


def _verdict(receipt: Receipt, session: Session) -> Verdict:
    verdicts = [
        judge(change.after, principal_of(session))
        for change in receipt.begun.changes
        if change.after is not None and change.holder_id == session.role_id
    ]
    for verdict in (Verdict.CUT, Verdict.UNSURE):
        if verdict in verdicts:
            return verdict
    return Verdict.SPARED


def _next_second(at: datetime) -> datetime:
    """The full second after the one an instant lies in: AWS tells times cut to the second, so it may be that late."""
    return at.replace(microsecond=0) + (_SECOND if at.microsecond == 0 else 2 * _SECOND)


def _text(at: datetime | None) -> str:
    return "at an unknown time" if at is None else f"{at:%H:%M:%SZ}"
