"""Measure E, the instant from which the deny is seen enforced on every role that was cut, and what showed it.

Rule 1: only a refusal with an explicit deny shows it, and only where nothing else could have refused (`witnesses.py`).
Rule 2: each role has to be shown by itself: its own canaries, its own sessions; E is the latest of them.
Rule 3: a leaked session that was allowed a call after E proves E wrong; it is measured anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from unassume.errors import AccessError, InputError
from unassume.model.evidence import Enforcement
from unassume.model.receipts import Observed, Receipt
from unassume.ports import World
from unassume.steps.remains import Remains
from unassume.steps.witnesses import USELESS, Holder, are_over, ask_leaked, asking, by_trail, holders
from unassume.steps.witnesses import ask_canaries as ask

_PROBES = 60


def measure(remains: Remains, world: World, leaked_profile: str | None = None) -> Enforcement:
    """E as the receipt has it, else as canaries, the leaked credentials or the trail show it now; it is journalled."""
    receipt, last_allowed = remains.receipt, remains.last_allowed_at()
    known, left = receipt.enforced, [holder for holder in holders(receipt) if not are_over(holder, remains)]
    is_whole = not known.roles or all(holder.id in known.roles for holder in left)
    if known.at is not None and is_whole and (last_allowed is None or last_allowed < known.at):
        return _still(known, receipt, world)
    seen = _latest({holder.id: _on(holder, remains, world, leaked_profile) for holder in left})
    keep(receipt, seen, world)
    return seen


def ask_canaries(receipt: Receipt, world: World, times: int) -> Enforcement:
    """E as the canaries of every role show it; at None where one of them cannot, or is not refused in time."""
    found: dict[str, Enforcement] = {}
    for holder in holders(receipt):
        if not holder.has_canaries:
            return Enforcement(at=None, by=_NO_CANARY)
        found[holder.id] = ask(holder, world, times)
        if found[holder.id].at is None:
            break
    return _latest(found)


_NO_CANARY = "there is no canary that could be asked"


def keep(receipt: Receipt, seen: Enforcement, world: World) -> None:
    """Journal E; a receipt that is kept elsewhere is not written to, and E holds for this look alone."""
    if seen.at is None:
        return
    try:
        world.journal.append(receipt.id, _observed(seen, seen.at, world))
    except (AccessError, InputError) as error:
        world.progress.tell("verify", f"the receipt could not be told when the deny held: {error.message}")


def _observed(seen: Enforcement, enforced_from: datetime, world: World) -> Observed:
    return Observed(at=world.accounts.now(), enforced_from=enforced_from, by=seen.by, roles=seen.roles)


def _on(holder: Holder, remains: Remains, world: World, leaked_profile: str | None) -> Enforcement:
    """E on one role; none while a session of it was allowed a call since."""
    last_allowed, asked = remains.last_allowed_at(holder.id), None
    if leaked_profile is not None:
        asked = ask_leaked(holder, remains, world, leaked_profile, _PROBES)
    if asked is None and holder.has_canaries:
        asked = ask(holder, world, _PROBES)
    seen = asked if asked is not None and asked.at is not None else by_trail(holder, remains, last_allowed, world)
    if seen.at is None or (last_allowed is not None and last_allowed >= seen.at):
        return Enforcement(at=None, by=holder.on(asked.by if asked is not None else seen.by))
    return seen


def _latest(found: Mapping[str, Enforcement]) -> Enforcement:
    """All roles' E by role id, the latest of them first of all; or the first that is missing."""
    missing = [seen for seen in found.values() if seen.at is None]
    if missing or not found:
        return missing[0] if missing else Enforcement(at=None, by=_NO_CANARY)
    roles = {role_id: seen.at for role_id, seen in found.items() if seen.at is not None}
    by = ", and ".join(dict.fromkeys(seen.by for seen in found.values()))
    return Enforcement(at=max(roles.values()), by=by, roles=roles)


def _still(known: Enforcement, receipt: Receipt, world: World) -> Enforcement:
    """E as known, unless a canary, where there are any, is let in again: a policy may have gone since.

    A canary that cannot be asked any more, because the role's trust was shut since, says nothing against it.
    """
    for canary in (canary for holder in holders(receipt) if holder.has_canaries for canary in holder.canaries):
        probed = world.accounts.probe(asking(canary))
        if probed.outcome not in USELESS:
            why = f"the canary is no longer refused with an explicit deny, it is {probed.outcome}"
            return Enforcement(at=None, by=why)
    return known
