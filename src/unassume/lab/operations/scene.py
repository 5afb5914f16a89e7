"""Where a call happens: what its resources are named after."""

from __future__ import annotations

import msgspec

from unassume.lab.accounts.state import AccountView
from unassume.lab.wire.incoming import Incoming


class Scene(msgspec.Struct, frozen=True):
    """The caller's account and IAM, the region, and the request; `caller_user` is the user that signed, if one did."""

    account: str
    region: str
    view: AccountView
    incoming: Incoming
    caller_user: str | None = None
