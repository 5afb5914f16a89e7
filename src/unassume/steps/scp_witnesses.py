"""Whether an SCP's refusal of a leaked session was our SCP's: AWS says that an SCP denied, and not always which.

Rule: a refusal that names ours by its id counts; one that names none counts only where no other SCP over the account
denies anything, and one that names another never.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.iam.statements import DocumentKind
from unassume.model.plans import Change
from unassume.model.sessions import Session
from unassume.model.slots import AnyScp
from unassume.ports import World
from unassume.trail.refusals import UNTOLD


def others_deny(changes: Iterable[Change], world: World) -> str:
    """Which other SCP may have denied, or why nobody knows; nothing where none can have."""
    written = {(change.slot.policy, change.after): change.slot for change in changes if isinstance(change.slot, AnyScp)}
    for account in {slot.account for slot in written.values()}:
        found = world.accounts.scps_over(account)
        if found.why_not:
            return f"the SCPs over account {account} could not be read ({found.why_not})"
        for name, text in found.policies:
            if (name, text) not in written and _denies(text):
                return f"SCP `{name}` may have done that"
    return ""


def refused_by_ours(
    changes: tuple[Change, ...], sessions: Iterable[Session], since: datetime, world: World
) -> tuple[datetime | None, str]:
    """When one of the sessions was first refused by our SCP, or why a refusal that was seen does not show it."""
    seen = [(id_, at) for one in sessions for id_, at in one.scp_denies if at >= since]
    if not seen:
        return None, ""
    ours = _ids(changes, world)
    by_id = [at for id_, at in seen if id_ in ours]
    untold = [at for id_, at in seen if id_ == UNTOLD]
    why = others_deny(changes, world) if untold else "" if by_id else "AWS names another SCP"
    counted = by_id if why else [*by_id, *untold]
    if counted:
        return min(counted), ""
    return None, f"a leaked session was refused by an SCP, but {why}: a canary would tell"


def _ids(changes: tuple[Change, ...], world: World) -> set[str]:
    """The ids of our SCPs of these changes, as they stand now with our text."""
    written = {(change.slot.policy, change.after) for change in changes if isinstance(change.slot, AnyScp)}
    held = world.accounts.held_scps().policies
    return {one.id for one in held if one.id and (one.name, one.text) in written}


def _denies(text: str) -> bool:
    try:
        return any(statement.effect == "Deny" for statement in parse(text, DocumentKind.SCP).statements)
    except InputError:
        return True
