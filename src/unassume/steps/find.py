"""find: from a lead to the sessions it names, the sessions beside them, and those they issued.

Rule 1: nothing found is a value: the lineage is empty and says how far the trail was read.
Rule 2: a lead that names a session stands even when no event shows it; its issue time is then unknown.
Rule 3: who shares the leaked session's name but not its issuer and source identity is somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from unassume.model.leads import FederatedLead, KeyLead, Lead, PrincipalLead, each_lead
from unassume.model.lineages import Lineage
from unassume.model.sessions import Session
from unassume.model.sightings import Issuance, Use, holder_id
from unassume.model.surveys import Role, Surveyed, User
from unassume.ports import World
from unassume.steps.aims import Aim, Known, Named, aim_of
from unassume.steps.inquiry import NAMES_ASKED, NOBODY, Inquiry
from unassume.steps.session_ids import by_ids
from unassume.trail.groups import session_id
from unassume.trail.origins.user_tokens import GIVEN_OUT

LOOK_BACK = timedelta(hours=36)
"""The longest any session lives, so that a window of it holds the issuance of all that can be live."""
FARTHEST_BACK = timedelta(days=90)
"""How far back a lead is looked for that the usual window does not show."""
_MOST_SESSIONS = 500


def find(
    lead: Lead, world: World, *, since: datetime | None = None, as_of: datetime | None = None, in_haste: bool = False,
    known: Known | None = None,
) -> Lineage:  # fmt: skip
    """Follow a lead to its sessions and theirs; InputError when it is out of reach, AccessError when AWS refuses.

    Without `since` the window is 36 hours; a key or principal id it does not show is looked for in 90 days. `in_haste`,
    how others on the role used their sessions is not looked up, and what the leaked ones did by their names alone, not
    by their keys too: fewer calls wait for each other. The roles and users read go into `known`.
    """
    known = {} if known is None else known
    begin(world)
    until = as_of or world.accounts.now()
    world.progress.tell("find", "reading the role and the trail")
    lead = by_ids(lead, Inquiry(world, since or until - LOOK_BACK, until))
    found = _look(Search(lead, world, in_haste, known), since or until - LOOK_BACK, until)
    if since is None and not found.holders and found.coverage.readable:
        world.progress.tell("find", "nothing of it in 36 hours: looking for it in 90 days")
        if (first := _first_seen(lead, world, until)) is not None:
            return _look(Search(lead, world, in_haste, known), first - timedelta(minutes=1), until)
    return found


def begin(world: World) -> None:
    """Who we are, and which trails there are to be read: neither waits for the other."""

    def ask(call: Callable[[], object]) -> None:
        call()

    world.lanes.each(ask, [world.accounts.in_reach, world.trail.open])


def _first_seen(lead: Lead, world: World, until: datetime) -> datetime | None:
    """When a key or principal id was first issued or seen in all the trail holds."""
    inquiry, leads = Inquiry(world, until - FARTHEST_BACK, until), each_lead(lead)
    inquiry.ask(
        keys={one.key_id for one in leads if isinstance(one, KeyLead)},
        names={
            *(one.session_name for one in leads if isinstance(one, PrincipalLead)),
            *(one.name for one in leads if isinstance(one, FederatedLead)),
        },
        events={GIVEN_OUT} if any(isinstance(one, FederatedLead) for one in leads) else NOBODY,
    )
    seen = [one.issued_at or one.first_seen if isinstance(one, Use) else one.issued_at for one in inquiry.sightings]
    return min(seen, default=None)


@dataclass(frozen=True)
class Search:
    """What is looked for, where, in which haste, and what was read of roles and users on the way."""

    lead: Lead
    world: World
    in_haste: bool
    known: Known


def _look(search: Search, since: datetime, until: datetime) -> Lineage:
    """One inquiry over one window."""
    lead, world = search.lead, search.world
    inquiry = Inquiry(world, since, until, in_haste=search.in_haste)
    aim = aim_of(lead, inquiry, world, search.known)
    if not aim.holders:
        return _nothing(lead, inquiry, aim.why_not)
    named = {(aim.account(one.holder_id), one.session_name) for one in aim.named}
    named |= {(one.account, one.name) for one in aim.holders if isinstance(one, User)}
    inquiry.ask(
        roles={one.arn for one in aim.holders if isinstance(one, Role)},
        names={name for _, name in named},
        within={name: {account for account, other in named if other == name} for _, name in named},
    )
    if not search.in_haste:
        _look_at_use(inquiry, aim)
    descendants = _descend(inquiry, _suspects(inquiry.sessions(), aim))
    beside = _look_beside(inquiry, aim, descendants, world) if aim.named else set()
    return _lineage(lead, inquiry, aim, descendants, beside)


def _look_at_use(inquiry: Inquiry, aim: Aim) -> None:
    """Ask for the use of everybody on the role, or of the leaked name alone where there are too many names."""
    on_them = [one for one in inquiry.sessions() if one.holder_id in aim.ids]
    names = {one.session_name for one in on_them}
    if not aim.named or len(names) <= NAMES_ASKED:
        inquiry.ask_about(on_them, most=NAMES_ASKED)
    if len(names) > NAMES_ASKED:
        missing = f"{len(names)} session names on the role: how each was used was not looked up for all"
        inquiry.unseen.append(missing) if aim.named else inquiry.note(missing)


def _look_beside(inquiry: Inquiry, aim: Aim, descendants: tuple[str, ...], world: World) -> set[str]:
    """Ask who else is on the other roles of accounts in reach that live descendants are of: a cut there could hit them.

    The unique ids of those roles.
    """
    ours, below = world.accounts.in_reach(), set(descendants)
    live = [one for one in inquiry.sessions() if one.id in below and one.live is not False and one.account in ours]
    ids = {one.holder_id for one in live} - aim.ids
    issued = (one for one in inquiry.sightings if isinstance(one, Issuance))
    inquiry.ask(roles={one.holder_arn for one in issued if holder_id(one) in ids})
    on_them = [one for one in inquiry.sessions() if one.holder_id in ids]
    inquiry.ask_about(on_them, most=NAMES_ASKED)
    if len(names := {one.session_name for one in on_them}) > NAMES_ASKED:
        inquiry.unseen.append(f"{len(names)} session names on the roles below: not each one's use was looked up")
    return ids


def _suspects(sessions: Iterable[Session], aim: Aim) -> tuple[Session, ...]:
    """Whose issuing is followed: the leaked sessions, or everybody on the role when nobody knows which leaked."""
    if aim.named:
        return aim.leaked(sessions)
    return tuple(session for session in sessions if session.holder_id in aim.ids)


def _descend(inquiry: Inquiry, leaked: tuple[Session, ...]) -> tuple[str, ...]:
    """The ids of all sessions the leaked ones issued, and theirs; what is too many to follow is a gap."""
    first = {session.id for session in leaked}
    family, parents = set(first), list(leaked)
    while parents and len(family - first) <= _MOST_SESSIONS:
        inquiry.ask_about(parents, with_keys=not inquiry.in_haste)
        parents = [s for s in inquiry.sessions() if s.id not in family and s.parent and s.parent.session_id in family]
        family.update(session.id for session in parents)
    if parents:
        inquiry.note(f"more than {_MOST_SESSIONS} sessions came of the leaked ones: what lies below was not followed")
    return tuple(sorted(family - first))


def _lineage(lead: Lead, inquiry: Inquiry, aim: Aim, descendants: tuple[str, ...], beside: set[str]) -> Lineage:
    holders = {holder.id: holder for holder in aim.holders}
    found = inquiry.sessions()
    leaked = aim.leaked(found)
    missing = {named for named in aim.named if named.principal_id not in {one.principal_id for one in leaked}}
    by_id = {one.principal_id: one for one in sorted(missing, key=lambda one: one.principal_id)}
    unseen = tuple(_unseen(holders[one.holder_id], one) for one in by_id.values())
    leaked, found = (*leaked, *unseen), (*found, *unseen)
    whose, below = {*holders, *beside}, set(descendants)
    on_them = (s for s in found if s.holder_id in whose or s.id in below or _is_issued_by(s, holders))
    shown = tuple(_with_role_tags(session, holders.get(session.holder_id)) for session in on_them)
    events = {s.raw.event_id: s.raw for s in inquiry.sightings if isinstance(s, Issuance)}
    return Lineage(
        lead=lead,
        holders={holder.id: holder.subject for holder in aim.holders},
        sessions=shown,
        leaked=tuple(session.id for session in leaked),
        descendants=descendants,
        made=(),
        coverage=inquiry.coverage(),
        raw_events=tuple(events.values()),
        seen_in_trail=not unseen,
    )


def _is_issued_by(session: Session, holders: Mapping[str, Surveyed]) -> bool:
    """Whether one of the users himself issued it: whoever held his key then has it."""
    return session.parent is not None and isinstance(holders.get(session.parent.principal_id or ""), User)


def _with_role_tags(session: Session, role: Surveyed | None) -> Session:
    """The session with the tags of its role too, where its own do not stand over them; of another role none are known.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html ("override")
    """
    if not session.are_tags_known or role is None:
        return msgspec.structs.replace(session, are_tags_known=False)
    own = {key.lower() for key, _ in session.tags}
    inherited = tuple((key, value) for key, value in sorted(role.tags.items()) if key.lower() not in own)
    return msgspec.structs.replace(session, tags=session.tags + inherited)


def _unseen(role: Surveyed, named: Named) -> Session:
    """The session a lead names that no event shows: cut by name, its issue time and expiry unknown."""
    partition, name = role.arn.split(":")[1], named.session_name
    return Session(
        id=session_id(role.id, name, None),
        account=role.account,
        principal_arn=f"arn:{partition}:sts::{role.account}:assumed-role/{role.name}/{name}",
        principal_id=named.principal_id,
        session_name=name,
        issued_at=None,
        expires_at=None,
        expiry_is="bounded",
        origin="unknown",
    )


def _nothing(lead: Lead, inquiry: Inquiry, why: str) -> Lineage:
    return Lineage(
        lead=lead,
        holders={},
        sessions=(),
        leaked=(),
        descendants=(),
        made=(),
        coverage=inquiry.coverage(),
        seen_in_trail=False,
        why_nothing=why,
    )
