"""report: what one receipt tells of its incident, from the receipt alone; nothing is asked of AWS.

Rule: contained is said only where the receipt says that verify found every proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from unassume.means.mark import our_statements
from unassume.means.trust import our_trust
from unassume.model.plans import HOLD_RUNGS, Change
from unassume.model.receipts import (
    Begun,
    ChangeState,
    Entry,
    Intended,
    Observed,
    Proved,
    Receipt,
    Refused,
    Undone,
    Written,
    fold,
)
from unassume.model.reports import Cut, Decision, Moment, Report, ReportStatus
from unassume.model.sessions import Session
from unassume.steps.messages import abridged, freeze, messages
from unassume.steps.seals import digest, seals

NOT_RECORDED = "the receipt does not keep what was agreed to at the guards"


def report(entries: Iterable[Entry]) -> Report:
    """The report of one receipt's entries; InputError for what is no receipt."""
    kept = tuple(entries)
    receipt = fold(kept)
    plan, proved = receipt.plan, receipt.proved
    status = _status(receipt)
    cuts = tuple(_cut(change, state) for change, state in zip(receipt.begun.changes, receipt.states, strict=True))
    leaked, bystanders = _leaked(receipt), _bystanders(receipt)
    return Report(
        receipt_id=receipt.id,
        incident=plan.incident,
        status=status,
        headline=_headline(receipt, status),
        gaps=plan.gaps,
        ways_back=plan.ways_back,
        decision=_decision(receipt),
        cuts=cuts,
        leaked_sessions=leaked,
        bystanders=bystanders,
        enforced_from=receipt.enforced.at,
        enforced_by=receipt.enforced.by,
        proved_at=proved.at if proved is not None else None,
        proofs=proved.proofs if proved is not None else (),
        timeline=tuple(_moments(kept, receipt.begun.changes)),
        seals=seals(receipt),
        messages=messages(receipt, leaked, bystanders),
        freeze=freeze(receipt, cuts),
        not_in_evidence=plan.coverage.unseen if plan.coverage is not None else (),
    )


def _status(receipt: Receipt) -> ReportStatus:
    """Where it stands, as of the receipt's last entry; a cut that was half taken back is still unfinished."""
    if receipt.undone_by:
        return "put-back"
    if not receipt.is_complete:
        return "unfinished"
    if receipt.plan.purpose == "undo":
        return "put-back"
    return "proven" if _is_proven(receipt) else "unproven"


def _is_proven(receipt: Receipt) -> bool:
    """Whether the last look found all four proofs met: its own word that it did is not enough."""
    found = receipt.proved
    return found is not None and found.contained and len(found.proofs) == 4 and all(one.is_met for one in found.proofs)


def _headline(receipt: Receipt, status: ReportStatus) -> str:
    match status:
        case "put-back":
            by = f" by receipt {receipt.undone_by}" if receipt.undone_by else f": receipt {receipt.plan.undoes}"
            return f"put back{by}"
        case "unfinished":
            written = sum(state == "written" for state in receipt.states)
            return f"unfinished, {written} of {len(receipt.states)} written: unassume apply --resume {receipt.id}"
        case "proven":
            found = receipt.proved
            at, since = _clock(found.at if found else None), _clock(receipt.enforced.at)
            return f"CONTAINED when verify looked at {at}; denied since {since}"
        case "unproven":
            return f"written, not yet proven{_seen(receipt)}: unassume verify {receipt.id}"
        case _:
            assert_never(status)


def _seen(receipt: Receipt) -> str:
    since = f"; the deny was seen enforced from {_clock(receipt.enforced.at)}" if receipt.enforced.at else ""
    missing = [proof.name for proof in receipt.proved.proofs if not proof.is_met] if receipt.proved else []
    return since + (f"; verify missed {', '.join(missing)}" if missing else "")


def _decision(receipt: Receipt) -> Decision:
    plan, begun = receipt.plan, receipt.begun
    return Decision(
        lead=plan.lead,
        planned_at=plan.created_at,
        planned_by=plan.caller_arn,
        applied_at=begun.at,
        applied_by=begun.caller_arn,
        tool=begun.tool,
        rung=plan.rung,
        leaked=plan.leaked,
        assumed=plan.assumed,
        cut_off=None if plan.rung in (*HOLD_RUNGS, "issuance") or plan.purpose == "undo" else begun.cut_off,
        consent=_consent(begun.agreed),
    )


def _consent(agreed: tuple[str, ...] | None) -> str:
    """Which guards were lifted, and how."""
    if agreed is None:
        return NOT_RECORDED
    return "; ".join(agreed) or "no guard had to be lifted"


def _cut(change: Change, state: ChangeState) -> Cut:
    is_removal = change.after is None
    text = (change.before if is_removal else change.after) or ""
    shut = our_trust(text)
    found = our_statements(text) or (() if shut is None else (shut,))
    ends = [ours.until for ours in found if ours.until is not None]
    return Cut(
        slot=change.slot.label,
        state=state,
        is_removal=is_removal,
        until=max(ends, default=None),
        sha256=digest(text),
    )


def _leaked(receipt: Receipt) -> tuple[Session, ...]:
    targets = set(receipt.plan.targets)
    return tuple(session for session in receipt.plan.sessions if session.id in targets)


def _bystanders(receipt: Receipt) -> tuple[Session, ...]:
    """Those apply saw hit, or perhaps hit, besides the leaked; in an older receipt those the plan saw."""
    plan = receipt.plan
    if receipt.begun.bystanders is not None:
        return receipt.begun.bystanders
    hit = {each for one in plan.outlooks if one.chosen for each in (*one.bystanders, *one.unsure)}
    return tuple(each for each in plan.sessions if each.id in hit.difference(plan.targets))


def _moments(entries: Iterable[Entry], changes: tuple[Change, ...]) -> Iterator[Moment]:
    """In the order of the journal, which is the order in which things were done."""
    for entry in entries:
        if isinstance(entry, Begun):
            plan, lead = entry.plan, abridged(entry.plan.lead.split(), " ")
            yield Moment(at=plan.created_at, what=f"plan made by {plan.caller_arn}: {plan.rung}, lead {lead}")
        yield Moment(at=entry.at, what=_told(entry, changes))


def _told(entry: Entry, changes: tuple[Change, ...]) -> str:
    match entry:
        case Begun():
            return f"apply begun by {entry.caller_arn}, cut-off {_clock(entry.cut_off)}{_before(entry)}"
        case Intended():
            verb = "write" if changes[entry.change].after is not None else "delete"
            return f"about to {verb} the {changes[entry.change].slot.label}"
        case Written():
            done = "written and read back" if changes[entry.change].after is not None else "deleted"
            return f"{done}: the {changes[entry.change].slot.label}"
        case Refused():
            return f"not written: the {changes[entry.change].slot.label}: {entry.why}"
        case Observed():
            return f"deny observed enforced from {_clock(entry.enforced_from)}: {entry.by}"
        case Proved():
            missing = ", ".join(proof.name for proof in entry.proofs if not proof.is_met)
            return "verify found every proof: contained" if entry.contained else f"verify missed {missing}"
        case Undone():
            return f"undone by receipt {entry.by_receipt}"
        case _:
            assert_never(entry)


def _before(begun: Begun) -> str:
    answers = ", ".join(sorted(set(begun.canaries_before)))
    return f"; canaries before it: {answers}" if answers else ""


def _clock(at: datetime | None) -> str:
    return "an unknown time" if at is None else f"{at:%Y-%m-%d %H:%M:%SZ}"
