"""sessions: who holds sessions in a window, of every role or of one; nothing is asked of the accounts themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.model.leads import RoleLead
from unassume.model.rosters import Roster
from unassume.model.sessions import Session
from unassume.ports import World
from unassume.steps.inquiry import NAMES_ASKED, Inquiry
from unassume.trail.oddities import oddities_of

LOOK_BACK = timedelta(hours=36)
"""The longest any session lives: a window of it holds the issuance of all that can be live."""


def sessions(
    world: World, *, role: RoleLead | None = None, since: datetime | None = None, as_of: datetime | None = None,
    live_only: bool = False,
) -> Roster:  # fmt: skip
    """The sessions of a window of 36 hours, or since an instant, up to now or to `as_of`; none is a value.

    Now is what the trail's own clock says: AWS's where AWS is asked. A role given by name alone is that of any account.
    A trail that cannot be read is a gap of the coverage.
    """
    world.trail.open()
    until = as_of or world.trail.coverage().as_of
    inquiry = Inquiry(world, since or until - LOOK_BACK, until)
    world.progress.tell("sessions", "reading the trail")
    inquiry.ask_for_all()
    seen = [one for one in inquiry.sessions() if role is None or _is_of(one, role)]
    names = {one.session_name for one in seen}
    inquiry.ask_about(seen, most=NAMES_ASKED)
    if len(names) > NAMES_ASKED:
        inquiry.unseen.append(f"{len(names)} session names: where a trail is asked name by name, not each one's use is")
    found = [one for one in inquiry.sessions() if role is None or _is_of(one, role)]
    shown = [one for one in found if one.live is not False or not live_only]
    oddities = oddities_of(found)
    shown.sort(key=lambda one: (-len(oddities.get(one.id, ())), one.live is False, _order(one)))
    return Roster(
        sessions=tuple(shown), oddities={one.id: oddities[one.id] for one in shown if one.id in oddities},
        left_out=len(found) - len(shown), coverage=inquiry.coverage(),
    )  # fmt: skip


def _order(session: Session) -> tuple[float, str, str]:
    """Latest to end first; those of unknown end before all, for they may live longest."""
    end = session.expires_at
    return (-end.timestamp() if end else float("-inf"), session.session_name, session.id)


def _is_of(session: Session, role: RoleLead) -> bool:
    is_there = role.account in (None, session.account)
    return is_there and session.kind == "role" and session.holder_name == role.name
