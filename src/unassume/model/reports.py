"""Report: what one receipt tells of an incident, for people who were not there. Nothing in it was asked of AWS."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from unassume.model.evidence import Proof
from unassume.model.plans import Gap, Leaked, RungName, WayBack
from unassume.model.receipts import ChangeState
from unassume.model.sessions import Session

ReportStatus = Literal["proven", "unproven", "unfinished", "put-back"]
SealState = Literal["intact", "changed"]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline, on AWS's clock."""

    at: datetime
    what: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Who decided what, as far as a receipt records it; `consent` says what it does not."""

    lead: str
    planned_at: datetime
    planned_by: str
    applied_at: datetime
    applied_by: str
    tool: str
    rung: RungName
    leaked: Leaked
    assumed: str
    cut_off: datetime | None
    consent: str


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """One change: where, how far it got, until when it is needed (None: until it is undone), and its text's digest."""

    slot: str
    state: ChangeState
    is_removal: bool
    until: datetime | None
    sha256: str


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt saved, held against the digest that stands beside it."""

    kind: Literal["document", "event", "plan"]
    name: str
    sha256: str
    state: SealState
    detail: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Words to send on: for whom, and its paragraphs."""

    to: str
    paragraphs: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was cut, by whose decision, how it is known, and what is left; gaps come first."""

    receipt_id: str
    incident: str
    status: ReportStatus
    headline: str
    gaps: tuple[Gap, ...]
    ways_back: tuple[WayBack, ...]
    decision: Decision
    cuts: tuple[Cut, ...]
    leaked_sessions: tuple[Session, ...]
    bystanders: tuple[Session, ...]
    enforced_from: datetime | None
    enforced_by: str
    proved_at: datetime | None
    proofs: tuple[Proof, ...]
    timeline: tuple[Moment, ...]
    seals: tuple[Seal, ...]
    messages: tuple[Message, ...]
    freeze: str
    not_in_evidence: tuple[str, ...]

    @property
    def broken(self) -> tuple[Seal, ...]:
        """What is no longer what its digest says."""
        return tuple(seal for seal in self.seals if seal.state == "changed")
