"""Receipt: the fold of one journal file. Intent is on disk before a call, its outcome after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from unassume.errors import InputError
from unassume.model.evidence import Enforcement, Proof
from unassume.model.plans import FORMAT, Change, Plan
from unassume.model.sessions import Session
from unassume.model.sightings import RawEvent

READ_LAG_SECONDS = 30
"""How long a read may lag behind a write before it is called tampering."""

ChangeState = Literal["untouched", "intended", "written", "refused"]


class SavedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it stood before the first write, with the digest of its bytes."""

    label: str
    text: str
    sha256: str


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun", tag_field="entry"):
    """The first entry: the plan, the cut-off bound, and the changes exactly as they will be written.

    `canaries_before` is how AWS answered each of the plan's canaries before the first write: only a canary that was not
    explicitly denied before can show by its denial that its policy is enforced. `agreed` are the guards that would have
    refused, each with how it was lifted; `bystanders` whom the last look before the write saw hit, or perhaps hit. Both
    are None in a receipt of before they were kept.
    `absent` numbers the changes that had nothing left to take back, because it went with its role or user, or by
    another hand.
    """

    format: int = FORMAT
    receipt_id: str
    at: datetime
    tool: str
    caller_arn: str
    cut_off: datetime
    plan: Plan
    changes: tuple[Change, ...]
    seen_up_to: datetime | None = None
    canaries_before: tuple[str, ...] = ()
    agreed: tuple[str, ...] | None = None
    bystanders: tuple[Session, ...] | None = None
    documents: tuple[SavedDocument, ...] = ()
    raw_events: tuple[RawEvent, ...] = ()
    absent: tuple[int, ...] = ()


class Intended(msgspec.Struct, frozen=True, kw_only=True, tag="intended", tag_field="entry"):
    """Change number `change` is about to be written."""

    at: datetime
    change: int


class Written(msgspec.Struct, frozen=True, kw_only=True, tag="written", tag_field="entry"):
    """Change number `change` was written and read back."""

    at: datetime
    change: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused", tag_field="entry"):
    """Change number `change` was not written: AWS or a check refused it."""

    at: datetime
    change: int
    why: str


class Observed(msgspec.Struct, frozen=True, kw_only=True, tag="observed", tag_field="entry"):
    """Verify saw the deny enforced: from when, by what; a later entry corrects an earlier one.

    `roles` has the instant by the unique id of each role it is told of.
    """

    at: datetime
    enforced_from: datetime
    by: str
    roles: dict[str, datetime] = {}


class Proved(msgspec.Struct, frozen=True, kw_only=True, tag="proved", tag_field="entry"):
    """Verify found these proofs; a look that finds what the one before found is not kept again."""

    at: datetime
    contained: bool
    proofs: tuple[Proof, ...]


class Undone(msgspec.Struct, frozen=True, kw_only=True, tag="undone", tag_field="entry"):
    """Another receipt put this one back."""

    at: datetime
    by_receipt: str


Entry = Begun | Intended | Written | Refused | Observed | Proved | Undone


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where an apply stands: for every change, whether it was touched, intended, written or refused."""

    id: str
    begun: Begun
    states: tuple[ChangeState, ...]
    enforced: Enforcement = Enforcement(at=None, by="")
    undone_by: str | None = None
    proved: Proved | None = None

    @property
    def plan(self) -> Plan:
        """The plan this receipt carried out."""
        return self.begun.plan

    @property
    def is_complete(self) -> bool:
        """Whether every change was written."""
        return all(state == "written" for state in self.states)


def _enforced(observed: Iterable[Observed], role_ids: set[str]) -> Enforcement:
    """What is known of E together: `at` is None until each role was observed; a later entry corrects an earlier one."""
    known, roles, reasons = Enforcement(at=None, by=""), dict[str, datetime](), dict[str, str]()
    for entry in observed:
        if not entry.roles:  # a receipt from before roles were told apart
            known = Enforcement(at=entry.enforced_from, by=entry.by)
        roles.update(entry.roles)
        reasons.update(dict.fromkeys(entry.roles, entry.by))
    if not roles:
        return known
    at = max(roles.values()) if roles.keys() >= role_ids else None
    return Enforcement(at=at, by=", and ".join(dict.fromkeys(reasons.values())), roles=roles)


def fold(entries: Iterable[Entry]) -> Receipt:
    """Read a journal's entries into the receipt they amount to; InputError when it does not begin with `begun`."""
    begun: Begun | None = None
    states: list[ChangeState] = []
    observed: list[Observed] = []
    undone_by: str | None = None
    proved: Proved | None = None
    for entry in entries:
        if begun is None:
            if not isinstance(entry, Begun):
                raise InputError("the receipt does not start with its plan", hint="it is damaged or foreign")
            begun, states = entry, ["untouched"] * len(entry.changes)
            continue
        if isinstance(entry, Intended | Written | Refused) and not 0 <= entry.change < len(states):
            raise InputError(f"the receipt speaks of change {entry.change}", hint="it is damaged or foreign")
        match entry:
            case Begun():
                raise InputError("the receipt begins twice", hint="it is damaged or foreign")
            case Intended(change=index):
                states[index] = "intended"
            case Written(change=index):
                states[index] = "written"
            case Refused(change=index):
                states[index] = "refused"
            case Observed():
                observed.append(entry)
            case Proved():
                proved = entry
            case Undone(by_receipt=by_receipt):
                undone_by = by_receipt
    if begun is None:
        raise InputError("the receipt is empty", hint="nothing was written under it")
    return Receipt(
        id=begun.receipt_id,
        begun=begun,
        states=tuple(states),
        enforced=_enforced(observed, {change.holder_id for change in begun.changes}),
        undone_by=undone_by,
        proved=proved,
    )
