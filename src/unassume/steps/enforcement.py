"""Measure E, the instant from which the deny is seen enforced on every role that was cut, and what showed it.

Rule 1: only a refusal with an explicit deny shows it, and only where nothing else could have refused (`witnesses.py`).
Rule 2: each role has to be shown by itself, and is journalled by itself; E of them all is the latest.
Rule 3: a leaked session that was allowed a call after E proves E wrong; it is measured anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.errors import AccessError, InputError
from unassume.model.evidence import Enforcement
from unassume.model.receipts import Observed, Receipt
from unassume.ports import World
from unassume.steps.remains import Remains
from unassume.steps.witnesses import (
    USELESS,
    Holder,
    ask_canaries,
    ask_leaked,
    asking,
    by_expiry,
    by_trail,
    holders,
)

_PROBES = 60


def measure(remains: Remains, world: World, leaked_profile: str | None = None) -> Enforcement:
    """E as the receipt has it, else as canaries, the leaked credentials or the trail show it now; it is journalled."""
    found = {}
    for holder in holders(remains.receipt):
        known, last_allowed = _known(remains.receipt, holder), remains.last_allowed_at(holder.id)
        if known.at is not None and (last_allowed is None or last_allowed < known.at):
            found[holder.id] = _still(known, holder, world)
        else:
            found[holder.id] = _on(holder, remains, world, leaked_profile)
            _keep(remains.receipt, holder, found[holder.id], world)
    return _together(found)


def measure_by_canaries(receipt: Receipt, world: World, times: int) -> None:
    """Journal E of every role whose canaries are refused within so many seconds."""
    asked = [holder for holder in holders(receipt) if holder.has_canaries]
    world.lanes.each(lambda holder: _keep(receipt, holder, ask_canaries(holder, world, times), world), asked)


def _known(receipt: Receipt, holder: Holder) -> Enforcement:
    """E of one role as the receipt has it; a receipt that tells none of roles was of one."""
    known = receipt.enforced
    return Enforcement(at=known.roles.get(holder.id) if known.roles else known.at, by=known.by)


def _keep(receipt: Receipt, holder: Holder, seen: Enforcement, world: World) -> None:
    """Journal E; a receipt that is kept elsewhere is not written to, and E holds for this look alone."""
    if seen.at is None:
        return
    entry = Observed(at=world.accounts.now(), enforced_from=seen.at, by=seen.by, roles={holder.id: seen.at})
    try:
        world.journal.append(receipt.id, entry)
    except (AccessError, InputError) as error:
        world.progress.tell("verify", f"the receipt could not be told when the deny held: {error.message}")


def _on(holder: Holder, remains: Remains, world: World, leaked_profile: str | None) -> Enforcement:
    """E on one role; none while a session of it was allowed a call since."""
    last_allowed, asked = remains.last_allowed_at(holder.id), None
    if leaked_profile is not None:
        asked = ask_leaked(holder, remains, world, leaked_profile, _PROBES)
    if asked is None and holder.has_canaries:
        asked = ask_canaries(holder, world, _PROBES)
    seen = asked if asked is not None and asked.at is not None else by_trail(holder, remains, last_allowed, world)
    if seen.at is None or (last_allowed is not None and last_allowed >= seen.at):
        why = holder.on(asked.by if asked is not None else seen.by)
        return by_expiry(holder, remains) or Enforcement(at=None, by=why)
    return seen


def _together(found: Mapping[str, Enforcement]) -> Enforcement:
    """All roles' E by role id, the latest of them first of all; or the first that is missing."""
    if missing := [seen for seen in found.values() if seen.at is None]:
        return missing[0]
    roles = {role_id: seen.at for role_id, seen in found.items() if seen.at is not None}
    by = ", and ".join(dict.fromkeys(seen.by for seen in found.values()))
    return Enforcement(at=max(roles.values(), default=None), by=by, roles=roles)


def _still(known: Enforcement, holder: Holder, world: World) -> Enforcement:
    """E as known, unless a canary, where there are any, is let in again: a policy may have gone since.

    A canary that cannot be asked any more, because the role's trust was shut since, says nothing against it.
    """
    for canary in holder.canaries if holder.has_canaries else ():
        probed = world.accounts.probe(asking(canary, by_scp=holder.is_by_scp))
        if probed.outcome not in USELESS:
            why = f"the canary is no longer refused with an explicit deny, it is {probed.outcome}"
            return Enforcement(at=None, by=holder.on(why))
    return known
