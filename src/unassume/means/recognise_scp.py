"""What an SCP found in the organization is: ours and in which state, for whom by the ids its statements name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from unassume.means import recognise
from unassume.means.scp import holder_of
from unassume.model.inventories import HeldPolicy, Ours
from unassume.model.slots import Scp, UserScp

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def ours(policy: HeldPolicy, names: Mapping[str, str], now: datetime) -> Ours | None:
    """What we know of an SCP that bears our name, None for another's.

    `names` are those of roles and users by unique id; one that it does not hold, because it is gone or of another
    account, is called by its unique id.
    """
    found, target = recognise.ours(policy, now), policy.holder_name
    if found is None:
        return None
    holder_id = holder_of(policy.text)
    if found.state == "edited" or holder_id is None or (target and not _ACCOUNT.fullmatch(target)):
        return msgspec.structs.replace(found, state="edited", slot=None)
    place = {"account": policy.account, "policy": policy.name}
    name = names.get(holder_id, holder_id)
    slot = Scp(role=name, **place) if holder_id.startswith("AROA") else UserScp(user=name, **place)
    state = found.state if target or found.state == "over" else "unattached"
    return msgspec.structs.replace(found, state=state, slot=slot, holder_id=holder_id)
