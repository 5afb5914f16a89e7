"""Whether a request is too old, or of the future: its signer goes by the machine's clock or by the lab's.

The lab's clock is jumped while clients keep their own. A request signed in a header is fresh by either clock. What is
presigned has a life, which the lab's clock measures from the moment it was signed at.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from unassume.lab.clock import LabClock, wall
from unassume.lab.wire.claims import Signed, Style
from unassume.lab.wire.presigned import WEEK
from unassume.lab.wire.refusals import Why

_SKEW = timedelta(minutes=15)
_LONGEST = timedelta(seconds=WEEK)
_ROUND = 60
_TICK = timedelta(seconds=5)
"""How far the clock of a client on this machine may seem ahead of it."""


def staleness(signed: Signed, clock: LabClock) -> Why | None:
    """Why the request is not fresh, or None."""
    machine, now = wall(), clock.now()
    if signed.expires_at is None:
        return Why.SKEWED if min(abs(signed.at - machine), abs(signed.at - now)) > _SKEW else None
    made = _made_at(signed, signed.expires_at, machine)
    # A stamp within the last week by the machine's clock is by that clock; any other is by the lab's own.
    ends = signed.expires_at
    if machine - _LONGEST <= made <= machine + _TICK:
        ends = clock.at_wall(made) + (signed.expires_at - made)
    if now > ends:
        return Why.REQUEST_EXPIRED
    return Why.NOT_YET_VALID if signed.style is Style.QUERY and made - max(machine, now) > _SKEW else None


def _made_at(signed: Signed, ends: datetime, machine: datetime) -> datetime:
    """ASSUMPTION: SigV2 names its end alone; it was signed the fewest whole minutes before it that are possible."""
    if signed.style is not Style.QUERY_V2:
        return signed.at
    left = (ends - machine - _TICK).total_seconds()
    return ends - timedelta(seconds=_ROUND * max(1, math.ceil(left / _ROUND)))
