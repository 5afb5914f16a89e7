"""What doctor found, a line each."""

from __future__ import annotations

from typing import Literal

import msgspec

CheckState = Literal["ok", "warn", "fail"]


class CheckUp(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at: how it is, in words, and what to do about it (empty where nothing need be done)."""

    name: str
    state: CheckState
    detail: str
    advice: str = ""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What one part of the work needs to be allowed; a part that is `optional` has a way around it."""

    name: str
    sid: str
    actions: tuple[str, ...]
    optional: bool = False
    without: str = ""
