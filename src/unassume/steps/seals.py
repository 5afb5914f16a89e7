"""Everything a receipt saved, held against the digests that stand beside it.

The digests stand in the same file as what they seal: they show damage and careless edits, not a forger's work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from unassume.errors import RefusedError
from unassume.model.receipts import Receipt, SavedDocument
from unassume.model.reports import Seal, SealState
from unassume.model.sightings import RawEvent
from unassume.steps.checks import check_receipt

_CHANGED = "its text is not what its digest says"


def seals(receipt: Receipt) -> tuple[Seal, ...]:
    """One seal for the plan, each saved document and each raw event, in this order."""
    return (_plan_seal(receipt), *map(_document_seal, receipt.begun.documents), *_event_seals(receipt))


def digest(text: str) -> str:
    """SHA-256 of a text's bytes in UTF-8, in hexadecimal; half a surrogate pair counts as what JSON makes of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plan_seal(receipt: Receipt) -> Seal:
    """What was to be written must be the plan with its cut-off bound, and nothing else."""
    whole = digest("\n".join(f"{change.slot.label}\n{change.after}" for change in receipt.begun.changes))
    try:
        check_receipt(receipt)
    except RefusedError as error:
        return Seal(kind="plan", name=receipt.id, sha256=whole, state="changed", detail=error.message)
    return Seal(kind="plan", name=receipt.id, sha256=whole, state="intact", detail="what it wrote is what it planned")


def _document_seal(document: SavedDocument) -> Seal:
    is_intact = digest(document.text) == document.sha256
    return Seal(
        kind="document",
        name=document.label,
        sha256=document.sha256,
        state="intact" if is_intact else "changed",
        detail="as it stood before the first write" if is_intact else _CHANGED,
    )


def _event_seals(receipt: Receipt) -> Iterator[Seal]:
    kept = dict.fromkeys((*receipt.begun.raw_events, *receipt.plan.raw_events))
    for event in kept:
        state, detail = _event_state(event)
        yield Seal(kind="event", name=event.event_id, sha256=event.sha256, state=state, detail=detail)


def _event_state(event: RawEvent) -> tuple[SealState, str]:
    """Where tokens were taken out, the text has a digest of its own beside that of the bytes received."""
    found = digest(event.text)
    if not event.text_sha256 and found == event.sha256:
        return "intact", "as received"
    if found == event.text_sha256:
        return "intact", "as received, less its tokens: the digest is of the bytes received"
    return "changed", _CHANGED
