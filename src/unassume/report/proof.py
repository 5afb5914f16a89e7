"""Receipts and evidence in words. Nothing here says contained but a whole set of proofs."""

from __future__ import annotations

from datetime import datetime

from unassume.model.evidence import Evidence, Wait, Watched
from unassume.model.receipts import Receipt
from unassume.report.plan import bound_words
from unassume.report.table import paragraph
from unassume.report.times import clock_time, time_of_day


def receipt_lines(receipt: Receipt, width: int = 80) -> list[str]:
    """What apply did: written, not yet proven; or put back."""
    lines = []
    for number, (change, state) in enumerate(zip(receipt.begun.changes, receipt.states, strict=True)):
        word: str = "removed" if state == "written" and change.after is None else state
        word = "gone already" if word != "intended" and number in receipt.begun.absent else word
        lines += paragraph(f"the {change.slot.label}", width, f"{word}: ")
    if receipt.plan.purpose != "cut":
        if receipt.plan.undoes is not None:
            lines += paragraph(f"receipt {receipt.plan.undoes}", width, "put back: ")
        return [*lines, *paragraph(receipt.id, width, "receipt: ")]
    seen = time_of_day(receipt.begun.seen_up_to) if receipt.begun.seen_up_to else "not known in every region"
    lines += paragraph(f"trail seen up to: {seen}", width, "WRITTEN, NOT YET PROVEN; ")
    lines += paragraph(bound_words(receipt.plan, receipt.begun.cut_off), width)
    lines += paragraph(receipt.id, width, "receipt: ")
    return lines + paragraph(f"unassume verify {receipt.id} --wait", width, "next:    ")


def evidence_lines(found: Evidence | Wait, width: int = 80) -> list[str]:
    """Each proof with its time, then the one word, then what to do."""
    evidence = found.evidence if isinstance(found, Wait) else found
    lines = []
    for proof in evidence.proofs:
        mark = "✓ proved " if proof.is_met else ("… waiting" if proof.may_come else "✗ missing")
        if proof.name == "nothing-left" and proof.is_met and not _is_caught_up(evidence):
            mark = "… so far "
        lines += paragraph(f"{proof.detail} ({time_of_day(proof.at)})", width, f"{mark} {proof.name:<15}  ")
    for note in evidence.notes:
        lines += paragraph(note, width, "note: ")
    if evidence.later_cut_off is not None:
        words = f"cut again, up to {clock_time(evidence.later_cut_off)} or later: a new plan takes AWS's now + 30 s"
        lines += paragraph(words, width, "later cut-off: ")
    if evidence.contained:
        since, seen = time_of_day(evidence.enforced_from), time_of_day(_seen_up_to(evidence))
        words = f"denied since {since}, proved {clock_time(evidence.checked_at)} by a trail that reaches to {seen}"
        return [*lines, *paragraph(words, width, "CONTAINED: ")]
    lines.append("NOT PROVEN: do not call this contained")
    if isinstance(found, Wait):
        again = f"unassume verify {evidence.receipt_id} --wait"
        lines += paragraph(f"the next look is of use at {time_of_day(found.until)}", width)
        lines += paragraph(again, width, "next: ")
    return lines


def _is_caught_up(evidence: Evidence) -> bool:
    return any(proof.name == "trail-caught-up" and proof.is_met for proof in evidence.proofs)


def _seen_up_to(evidence: Evidence) -> datetime | None:
    return next((proof.at for proof in evidence.proofs if proof.name == "trail-caught-up"), None)


def watched_lines(seen: Watched, width: int = 80) -> list[str]:
    """How a watch ended, its losses first."""
    lines = []
    for receipt_id in seen.cut_again:
        lines += paragraph(f"receipt {receipt_id}", width, "cut again: ")
    for loss in seen.losses:
        lines += paragraph(f"{clock_time(loss.at)} {loss.what}", width, "LOST: ")
    if seen.why_not_again:
        lines += paragraph(seen.why_not_again, width, "not cut again: ")
    if seen.losses:
        return [*lines, *paragraph(f"unassume verify {seen.receipt_id}", width, "next: ")]
    words = "contained to the end" if seen.contained else "NOT PROVEN: do not call this contained"
    return [*lines, *paragraph(f"{words}; looked {seen.looks} times, the last {clock_time(seen.ended_at)}", width)]


def unseen_lines(found: Evidence | Wait, width: int = 80) -> list[str]:
    """What no look at this trail can show, whatever was proved."""
    evidence = found.evidence if isinstance(found, Wait) else found
    lines = ["not in evidence:"] if evidence.not_in_evidence else []
    for gap in evidence.not_in_evidence:
        lines += paragraph(gap, width, "  - ")
    return lines
