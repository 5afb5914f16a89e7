"""Plan: a value and a file. Apply runs exactly it; undo is an inverse plan through the same apply.

The one thing bound late is the cut-off. In the texts of a plan it stands as `CUT_OFF`, and the
instant after which the statement is no longer needed as `UNTIL`; `bind` in `means/mark.py` fills both.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from unassume.model.preflights import Preflight
from unassume.model.selectors import PersonSelector
from unassume.model.sessions import Session
from unassume.model.sightings import Coverage, RawEvent
from unassume.model.slots import AccessKeyStatus, RoleTrustStatement, Slot
from unassume.model.surveys import RoleSubject, Subject

FORMAT = 1
CUT_OFF = "UNASSUME-CUT-OFF"
UNTIL = "UNASSUME-UNTIL"

RungName = Literal[
    "issuance", "session-name", "person", "elsewhere", "older-sessions", "hold",
    "scp", "scp-older-sessions", "scp-hold",
]  # fmt: skip
SCP_RUNGS: frozenset[RungName] = frozenset({"scp", "scp-older-sessions", "scp-hold"})
HOLD_RUNGS: frozenset[RungName] = frozenset({"hold", "scp-hold"})
Purpose = Literal["cut", "undo", "prune"]
Leaked = Literal["session", "person", "workload", "unknown"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Replace what stands in a slot: `before` is what the plan saw, `after` what will stand (None: nothing)."""

    slot: Slot
    holder_id: str
    before: str | None
    after: str | None
    one_way: bool = False


def of_policies(changes: Iterable[Change]) -> list[Change]:
    """The changes that write or remove a policy that binds sessions: no status of a key, no statement of a trust."""
    return [change for change in changes if not isinstance(change.slot, AccessKeyStatus | RoleTrustStatement)]


def by_holder(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """The changes of policies, those on one role or user together, in the order in which these come."""
    found: dict[str, list[Change]] = {}
    for change in of_policies(changes):
        found.setdefault(change.holder_id, []).append(change)
    return [tuple(together) for together in found.values()]


def by_subject(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """All changes, those on one role or user of one account together, in the order in which these come."""
    found: dict[Subject, list[Change]] = {}
    for change in changes:
        found.setdefault(change.slot.subject, []).append(change)
    return [tuple(together) for together in found.values()]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Something the plan does not cut, and why; `session_id` where it is a session.

    `judged_anew` is true for what every look of verify judges for itself, so that the plan's word is not kept.
    """

    what: str
    why: str
    session_id: str | None = None
    blocks_containment: bool = True
    judged_anew: bool = False


class WayBack(msgspec.Struct, frozen=True, kw_only=True):
    """How the thief could enter again after the cut."""

    what: str
    closed_by: str


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the ladder: whom it would cut, whom it may hit, and what the thief can still do.

    Where it is not possible, `remains` says what it would need.
    """

    rung: RungName
    cut: tuple[str, ...]
    unsure: tuple[str, ...]
    bystanders: tuple[str, ...]
    remains: str
    chosen: bool = False
    is_possible: bool = True


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """A session of our own, denied by its own statement, whose refusal shows that one policy enforced."""

    role: RoleSubject
    role_arn: str
    session_name: str
    principal_id: str


class CutOff(msgspec.Struct, frozen=True, kw_only=True):
    """When sessions stop being cut: `at`, or `margin_seconds` after AWS's now at apply when `at` is None."""

    at: datetime | None = None
    margin_seconds: int = 30

    def expected(self, now: datetime) -> datetime:
        """The cut-off apply would bind at `now`: pinned, or whole seconds and the margin after the next full one."""
        if self.at is not None:
            return self.at
        next_second = now.replace(microsecond=0) + timedelta(seconds=1 if now.microsecond else 0)
        return next_second + timedelta(seconds=self.margin_seconds)


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the responder decided; the rest is derived.

    `person_tag` is the session tag that tells persons apart; without it the source identity does. Unless
    `this_role_only`, the sessions that the leaked ones issued on other roles are cut there too. `deactivate_keys` makes
    the long-term keys behind a user's tokens stop, with whoever else uses them. `egress` (CIDRs) and `vpcs` are where a
    workload's session belongs, for the rung elsewhere, which takes the word that no presigned URLs are out.
    `close_trust` shuts those out of the role whom a provider vouched for when the leaked sessions began.
    """

    incident: str
    rung: RungName | None = None
    leaked: Leaked = "unknown"
    cut_off: CutOff = CutOff()
    canary: bool = False
    person_tag: str | None = None
    this_role_only: bool = False
    deactivate_keys: bool = False
    close_trust: bool = False
    egress: tuple[str, ...] = ()
    vpcs: tuple[str, ...] = ()
    no_presigned_urls: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes and Gaps, and everything that was seen when they were chosen.

    `persons` are whose every session counts as leaked, where the responder said that a person's did. `reach` is what
    sessions of the role or user the lead leads to could do before the cut, of some telling calls. `preflight` is what
    was found out around them, where somebody looked.
    """

    format: int = FORMAT
    tool: str
    purpose: Purpose
    incident: str
    created_at: datetime
    caller_arn: str
    accounts: tuple[str, ...]
    lead: str
    leaked: Leaked
    assumed: str
    rung: RungName
    cut_off: CutOff
    changes: tuple[Change, ...]
    gaps: tuple[Gap, ...]
    ways_back: tuple[WayBack, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    sessions: tuple[Session, ...] = ()
    targets: tuple[str, ...] = ()
    persons: tuple[PersonSelector, ...] = ()
    canaries: tuple[Canary, ...] = ()
    coverage: Coverage | None = None
    raw_events: tuple[RawEvent, ...] = ()
    reach: tuple[str, ...] = ()
    preflight: Preflight = Preflight()
    undoes: str | None = None

    @property
    def has_cut_off(self) -> bool:
        """Whether a cut-off is left to be bound: a hold and a single issuance have none."""
        return any(f'"{CUT_OFF}"' in (change.after or "") for change in self.changes)
