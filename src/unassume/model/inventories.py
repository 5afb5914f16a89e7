"""What stands in an account that bears on sessions: denies of ours, revocations of others, and receipts left over."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from unassume.model.slots import AccessKeyStatus, Slot

IN_TRUST = "trust/"
"""How the name of a statement begins that stands in a role's trust policy; no inline policy can be called so."""
OursState = Literal["needed", "over", "hold", "edited", "unattached"]
ReceiptState = Literal["unfinished", "vanished"]


class HeldPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of a role or user: `name` of an inline one, ARN of a customer managed one; its text is exactly AWS's.

    Of a trust policy only the statements that bear our mark are held, each by itself. `holder` is `role` or `user`, and
    `account` of an SCP: then `holder_name` is what it is attached to, empty where that is nothing, and `holder_id` is
    empty; `id` is the SCP's own, and empty for all others.
    """

    account: str
    holder: Literal["role", "user", "account"]
    holder_name: str
    holder_id: str
    name: str
    text: str
    id: str = ""

    @property
    def is_managed(self) -> bool:
        """Whether it is a managed policy: inline ones have no ARN."""
        return self.name.startswith("arn:")

    @property
    def is_in_trust(self) -> bool:
        """Whether it is a statement of the role's trust policy."""
        return self.name.startswith(IN_TRUST)

    @property
    def short_name(self) -> str:
        """The policy's own name, without what an ARN adds."""
        return self.name.rpartition("/")[2]


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that bears our name: `over` once nothing it stops can live, `edited` when it is not of our shape.

    `unattached` is an SCP that nothing is bound by, and that would still be needed. `sessions` is how many it names,
    None where it is for everybody on the role. `slot` is None for what is edited. `holder_id` is the unique id of whom
    it is for, empty where its text does not tell.
    """

    incident: str
    policy: HeldPolicy
    state: OursState
    slot: Slot | None = None
    holder_id: str = ""
    cut_off: datetime | None = None
    until: datetime | None = None
    sessions: int | None = None


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a deny: where in it, and what."""

    path: str
    message: str


class Theirs(msgspec.Struct, frozen=True, kw_only=True):
    """A deny by issue time or by name that is not ours: AWS's button's, or made by hand."""

    policy: HeldPolicy
    kind: Literal["aws-button", "by-hand"]
    mistakes: tuple[Mistake, ...] = ()


class HeldScps(msgspec.Struct, frozen=True, kw_only=True):
    """The SCPs of the organization that bear our name, or why they could not be looked at."""

    policies: tuple[HeldPolicy, ...] = ()
    why_not: str = ""


class BindingScps(msgspec.Struct, frozen=True, kw_only=True):
    """The SCPs that bind an account, from the root down, each its name and its text; or why nobody may look."""

    policies: tuple[tuple[str, str], ...] = ()
    why_not: str = ""


class StoppedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A long-term key that is inactive, and that a receipt kept here made so; nothing in AWS says who did."""

    receipt_id: str
    incident: str
    slot: AccessKeyStatus
    since: datetime


class Leftover(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt kept here that is not at its end: unfinished, or its policies are gone without an undo."""

    receipt_id: str
    state: ReceiptState
    what: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What `status` found at `as_of` (AWS's clock), by the account's own word; `leftovers` and `keys` by receipts here.

    `scps_unread` says why SCPs were not looked at, and is empty where they were.
    """

    account: str
    as_of: datetime
    ours: tuple[Ours, ...]
    theirs: tuple[Theirs, ...]
    leftovers: tuple[Leftover, ...] = ()
    keys: tuple[StoppedKey, ...] = ()
    scps_unread: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs to be looked at: no odd policy of ours, no mistake, no receipt left over."""
        edited = any(one.state in ("edited", "unattached") for one in self.ours)
        return not (edited or self.leftovers or any(one.mistakes for one in self.theirs))
