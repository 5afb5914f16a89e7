"""Evidence: what was proved, when, and what is missing. Contained is the sum of it, never a word of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

ProofName = Literal["policies-stand", "enforced", "trail-caught-up", "nothing-left"]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One proof: met or not, the instant it rests on, and the detail in a sentence."""

    name: ProofName
    is_met: bool
    at: datetime | None
    detail: str
    may_come: bool = False


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """Ask AWS as a session of a role: assume it under this name, then make one harmless call.

    `by_scp` says that an SCP is to refuse it, not a policy of the role.
    """

    role_arn: str
    session_name: str
    by_scp: bool = False


class ProfileProbe(msgspec.Struct, frozen=True, kw_only=True):
    """Ask AWS with the credentials of a profile, which the responder says are the leaked ones."""

    profile: str
    by_scp: bool = False


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe saw; only `explicit-deny` (in the kind of policy that was asked about) shows ours enforced.

    `principal_id` is the user id a profile asked as.
    """

    at: datetime
    outcome: Literal["explicit-deny", "denied", "allowed", "unavailable"]
    detail: str
    principal_id: str = ""


class Enforcement(msgspec.Struct, frozen=True, kw_only=True):
    """The instant E from which the deny was seen enforced and what showed it; `at` None: nothing did, `by` says why.

    `roles` has each role's own E by its unique id, of which `at` is the latest.
    """

    at: datetime | None
    by: str
    roles: dict[str, datetime] = {}

    def on(self, role_id: str) -> datetime | None:
        """E on one role."""
        return self.roles.get(role_id, self.at)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The proofs of one receipt; `enforced_from` is E, the instant the deny was first seen enforced.

    `not_in_evidence` is what no look at this trail can show, whatever was proved.
    """

    receipt_id: str
    checked_at: datetime
    cut_off: datetime
    proofs: tuple[Proof, ...]
    enforced_from: datetime | None = None
    uncut: tuple[str, ...] = ()
    later_cut_off: datetime | None = None
    notes: tuple[str, ...] = ()
    not_in_evidence: tuple[str, ...] = ()

    @property
    def contained(self) -> bool:
        """Whether every proof is met."""
        return len(self.proofs) == 4 and all(proof.is_met for proof in self.proofs)


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Not proved yet, and looking again at `until` may prove it."""

    until: datetime
    why: tuple[str, ...]
    evidence: Evidence


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Containment is lost, or was never there: which proof speaks against it, and what it says."""

    at: datetime
    proof: ProofName
    what: str


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """How a watch ended: with the losses of its last look, or at its time with the verdict of that look.

    `cut_again` are the receipts of what it cut meanwhile, `receipt_id` is the last of them, or the one it began with;
    `why_not_again` says why it did not cut what it found at its end.
    """

    receipt_id: str
    ended_at: datetime
    looks: int
    contained: bool
    losses: tuple[Loss, ...] = ()
    cut_again: tuple[str, ...] = ()
    why_not_again: str = ""
