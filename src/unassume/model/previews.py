"""Preview: for every role written and every session of it seen, whether it is cut, spared, or we are not sure."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

import msgspec

from unassume.model.slots import Slot
from unassume.model.surveys import RoleSubject

ISSUED = "{issued}"
"""Where a reason names the session's issue time."""


class Verdict(Enum):
    """CUT, SPARED, or UNSURE: for the leaked not contained, for a bystander may be hit."""

    CUT = "cut"
    SPARED = "spared"
    UNSURE = "unsure"


class Judgement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The verdict on one session under all that is written on its role; `slot` has the word, for the reason given.

    `because` is the reason with `ISSUED` where the issue time goes: one text serves all sessions that share it.
    """

    session_id: str
    slot: Slot
    verdict: Verdict
    because: str
    issued_at: datetime | None
    is_target: bool
    is_live: bool

    @property
    def is_on_role(self) -> bool:
        """Whether it is a session of a role, not a user's token."""
        return isinstance(self.slot.subject, RoleSubject)

    @property
    def reason(self) -> str:
        """The reason, with this session's issue time."""
        at = "at an unknown time" if self.issued_at is None else f"{self.issued_at.astimezone(UTC).isoformat()[:19]}Z"
        return self.because.replace(ISSUED, at)


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """All judgements; `bystanders_known` is false where the trail could not show them all.

    `sharers` is how many live targets are held by somebody else than the rest: they go by the leaked name, and nobody
    can say whose leaked.
    """

    judgements: tuple[Judgement, ...]
    bystanders_known: bool
    sharers: int = 0

    @property
    def by_button(self) -> tuple[Judgement, ...]:
        """Live sessions of others that AWS's own "revoke active sessions" would cut on the same roles: all of them.

        AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
        """
        return tuple(j for j in self.judgements if j.is_live and not j.is_target and j.is_on_role)

    @property
    def bystanders(self) -> tuple[Judgement, ...]:
        """Live sessions that are not targets and would, or might, be hit."""
        return tuple(j for j in self.judgements if j.is_live and not j.is_target and j.verdict is not Verdict.SPARED)
