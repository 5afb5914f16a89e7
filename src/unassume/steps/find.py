"""find: from a lead to the sessions it names, the sessions beside them, and those they issued.

Rule 1: nothing found is a value: the lineage is empty and says how far the trail was read.
Rule 2: a lead that names a session stands even when no event shows it; its issue time is then unknown.
Rule 3: who shares the leaked session's name but not its issuer and source identity is somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime, timedelta

import msgspec

from unassume.errors import InputError, TrailError
from unassume.model.leads import KeyLead, Lead, PrincipalLead, RoleLead, SessionLead
from unassume.model.lineages import Lineage
from unassume.model.sessions import Session
from unassume.model.sightings import Ask, Coverage, Issuance, RoleName, Sighting, Use
from unassume.model.surveys import Role, RoleSubject
from unassume.ports import World
from unassume.trail.groups import session_id
from unassume.trail.lineage import sessions_of

LOOK_BACK = timedelta(hours=36)
"""The longest any session lives, so that a window of it holds the issuance of all that can be live."""
FARTHEST_BACK = timedelta(days=90)
"""How far back a lead is looked for that the usual window does not show."""
_NAMES_ASKED = 25
_MOST_SESSIONS = 500
_UNSEEN = (
    "chains kept alive from sessions issued before the window are seen only where a session below them is",
    "what a session made that outlives it (keys, users, trust edits, passed roles) is not looked for in this release",
)
_NOBODY: frozenset[str] = frozenset()


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    """The role a lead leads to, and the session name or key it names; `role` is None when it is gone."""

    role: Role | None = None
    session_name: str | None = None
    key_id: str | None = None
    why_not: str = ""


class _Inquiry:
    """What was asked and seen so far; each question is put to the trail once."""

    def __init__(self, world: World, since: datetime, until: datetime) -> None:
        self._world, self._since, self._until = world, since, until
        self._asked: set[str] = set()
        self.sightings: list[Sighting] = []
        self.gaps: list[str] = []
        self.unseen = list(_UNSEEN)
        self.was_read = False

    def ask(self, *, roles: Set[str] = _NOBODY, keys: Set[str] = _NOBODY, names: Set[str] = _NOBODY) -> None:
        """Put what has not been asked yet to the trail; an unreadable trail is a gap, not an error."""
        fresh = [tuple(sorted(group - self._asked)) for group in (roles, keys, names)]
        if not any(fresh):
            return
        for group in fresh:
            self._asked.update(group)
        ask = Ask(since=self._since, until=self._until, role_arns=fresh[0], key_ids=fresh[1], session_names=fresh[2])
        try:
            self.sightings.extend(self._world.trail.sightings(ask))
            self.was_read = True
        except TrailError as error:
            self.note(f"the trail could not be read: {error.message}")

    def note(self, gap: str) -> None:
        """Keep one gap, once."""
        if gap not in self.gaps:
            self.gaps.append(gap)

    def sessions(self) -> tuple[Session, ...]:
        """The sessions all sightings so far amount to."""
        return sessions_of(self.sightings, self._until)

    def coverage(self) -> Coverage:
        """What was read, with our own gaps added."""
        if not self.was_read:
            gaps, unseen = tuple(self.gaps), tuple(self.unseen)
            return Coverage(source="none", as_of=self._until, since=self._since, gaps=gaps, unseen=unseen)
        seen = self._world.trail.coverage()
        return msgspec.structs.replace(seen, gaps=(*seen.gaps, *self.gaps), unseen=(*seen.unseen, *self.unseen))


def find(lead: Lead, world: World, *, since: datetime | None = None, as_of: datetime | None = None) -> Lineage:
    """Follow a lead to its sessions and theirs; InputError when it is out of reach, AccessError when AWS refuses.

    Without `since` the window is 36 hours; a key or principal id it does not show is looked for in 90 days.
    """
    until = as_of or world.accounts.now()
    world.progress.tell("find", "reading the role and the trail")
    found = _look(lead, world, since or until - LOOK_BACK, until)
    if since is None and found.role is None and found.coverage.readable:
        world.progress.tell("find", "nothing of it in 36 hours: looking for it in 90 days")
        if (first := _first_seen(lead, world, until)) is not None:
            return _look(lead, world, first - timedelta(minutes=1), until)
    return found


def _first_seen(lead: Lead, world: World, until: datetime) -> datetime | None:
    """When a key or principal id was first issued or seen in all the trail holds."""
    inquiry = _Inquiry(world, until - FARTHEST_BACK, until)
    match lead:
        case KeyLead(key_id=key_id):
            inquiry.ask(keys={key_id})
        case PrincipalLead(session_name=name):
            inquiry.ask(names={name})
        case SessionLead() | RoleLead():
            return None
    seen = [one.issued_at or one.first_seen if isinstance(one, Use) else one.issued_at for one in inquiry.sightings]
    return min(seen, default=None)


def _look(lead: Lead, world: World, since: datetime, until: datetime) -> Lineage:
    """One inquiry over one window."""
    inquiry = _Inquiry(world, since, until)
    target = _target(lead, inquiry, world, world.accounts.caller().account)
    if target.role is None:
        return _nothing(lead, inquiry, target.why_not)
    inquiry.ask(roles={target.role.arn}, names={target.session_name} if target.session_name else _NOBODY)
    _look_at_use(inquiry, target)
    descendants = _descend(inquiry, _suspects(inquiry.sessions(), target))
    return _lineage(lead, inquiry, target, descendants)


def _target(lead: Lead, inquiry: _Inquiry, world: World, account: str) -> _Target:
    match lead:
        case SessionLead():
            role = _role(world, lead.account, lead.role_name)
            return _Target(role=role, session_name=lead.session_name, why_not=_no_role(lead.role_name, lead.account))
        case RoleLead():
            owner = lead.account or account
            return _Target(role=_role(world, owner, lead.name), why_not=_no_role(lead.name, owner))
        case PrincipalLead():
            inquiry.ask(names={lead.session_name})
            return _by_sighting(inquiry, world, principal_id=f"{lead.role_id}:{lead.session_name}")
        case KeyLead():
            inquiry.ask(keys={lead.key_id})
            return _by_sighting(inquiry, world, key_id=lead.key_id)


def _no_role(name: str, account: str) -> str:
    return f"there is no role `{name}` in account {account}"


def _role(world: World, account: str, name: str) -> Role | None:
    return world.accounts.survey(RoleSubject(account=account, name=name))


def _by_sighting(
    inquiry: _Inquiry, world: World, *, principal_id: str | None = None, key_id: str | None = None
) -> _Target:
    """The role of the first sighting that shows this principal or key."""
    for sighting in inquiry.sightings:
        if sighting.principal_id != principal_id and (key_id is None or key_id not in sighting.key_ids):
            continue
        if not sighting.principal_id.startswith("AROA"):
            raise InputError(
                f"`{key_id or principal_id}` belongs to `{sighting.principal_id}`, not to a session of a role",
                hint="this release cuts role sessions; deactivate the user's own key and deny the user by hand",
            )
        name = _role_name(sighting)
        role = _role(world, name.account, name.name)
        if role is not None and role.id != sighting.principal_id.partition(":")[0]:
            return _Target(why_not=f"role `{name.name}` was re-created since: sessions of the old one are dead")
        return _Target(
            role=role, session_name=sighting.session_name, key_id=key_id, why_not=_no_role(name.name, name.account)
        )
    return _Target(why_not=f"no event shows `{key_id or principal_id}`")


def _role_name(sighting: Sighting) -> RoleName:
    match sighting:
        case Issuance(role_arn=arn):
            return RoleName(account=arn.split(":")[4], name=arn.rpartition("/")[2])
        case Use(principal_arn=arn):
            return RoleName(account=arn.split(":")[4], name=arn.split("/")[1])


def _look_at_use(inquiry: _Inquiry, target: _Target) -> None:
    """Ask for the use of everybody on the role, or of the leaked name alone where there are too many names."""
    assert target.role is not None
    names = {session.session_name for session in inquiry.sessions() if session.role_id == target.role.id}
    if target.session_name is None or len(names) <= _NAMES_ASKED:
        asked = sorted(names)[:_NAMES_ASKED]
        inquiry.ask(names=frozenset(asked))
    if len(names) > _NAMES_ASKED:
        missing = f"{len(names)} session names on the role: how each was used was not looked up for all"
        inquiry.note(missing) if target.session_name is None else inquiry.unseen.append(missing)


def _leaked(sessions: Iterable[Session], target: _Target) -> tuple[Session, ...]:
    """The sessions the lead names: by key the one that held it and those alike, by name all of that name."""
    assert target.role is not None
    named = [s for s in sessions if s.principal_id == f"{target.role.id}:{target.session_name}"]
    if target.key_id is None:
        return tuple(named)
    holders = [session for session in named if target.key_id in session.key_ids]
    alike = {_person(session) for session in holders} - {(None, None)}
    return tuple(session for session in named if session in holders or _person(session) in alike)


def _suspects(sessions: Iterable[Session], target: _Target) -> tuple[Session, ...]:
    """Whose issuing is followed: the leaked sessions, or everybody on the role when nobody knows which leaked."""
    assert target.role is not None
    if target.session_name is not None:
        return _leaked(sessions, target)
    return tuple(session for session in sessions if session.role_id == target.role.id)


def _person(session: Session) -> tuple[str | None, str | None]:
    issuer = session.parent
    return ((issuer.principal_id or issuer.arn) if issuer else None, session.source_identity)


def _descend(inquiry: _Inquiry, leaked: tuple[Session, ...]) -> tuple[str, ...]:
    """The ids of all sessions the leaked ones issued, and theirs; what is too many to follow is a gap."""
    first = {session.id for session in leaked}
    family, parents = set(first), list(leaked)
    while parents and len(family) <= _MOST_SESSIONS:
        inquiry.ask(
            keys={key for session in parents for key in session.key_ids},
            names={session.session_name for session in parents},
        )
        parents = [s for s in inquiry.sessions() if s.id not in family and s.parent and s.parent.session_id in family]
        family.update(session.id for session in parents)
    if parents:
        inquiry.note(f"more than {_MOST_SESSIONS} sessions came of the leaked ones: what lies below was not followed")
    return tuple(sorted(family - first))


def _lineage(lead: Lead, inquiry: _Inquiry, target: _Target, descendants: tuple[str, ...]) -> Lineage:
    role = target.role
    assert role is not None
    found = inquiry.sessions()
    leaked = _leaked(found, target)
    seen = bool(leaked) or target.session_name is None
    if not seen and target.session_name is not None:
        leaked = (_unseen(role, target.session_name),)
        found = (*found, *leaked)
    shown = tuple(_with_role_tags(s, role) for s in found if s.role_id == role.id or s.id in descendants)
    events = {s.raw.event_id: s.raw for s in inquiry.sightings if isinstance(s, Issuance)}
    return Lineage(
        lead=lead,
        role=RoleName(account=role.account, name=role.name),
        role_id=role.id,
        sessions=shown,
        leaked=tuple(session.id for session in leaked),
        descendants=descendants,
        made=(),
        coverage=inquiry.coverage(),
        raw_events=tuple(events.values()),
        seen_in_trail=seen,
    )


def _with_role_tags(session: Session, role: Role) -> Session:
    """The session with the tags of its role too, where its own do not stand over them; of another role none are known.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html ("override")
    """
    if not session.are_tags_known or session.role_id != role.id:
        return msgspec.structs.replace(session, are_tags_known=False)
    own = {key.lower() for key, _ in session.tags}
    inherited = tuple((key, value) for key, value in sorted(role.tags.items()) if key.lower() not in own)
    return msgspec.structs.replace(session, tags=session.tags + inherited)


def _unseen(role: Role, name: str) -> Session:
    """The session a lead names that no event shows: cut by name, its issue time and expiry unknown."""
    partition = role.arn.split(":")[1]
    return Session(
        id=session_id(role.id, name, None),
        account=role.account,
        principal_arn=f"arn:{partition}:sts::{role.account}:assumed-role/{role.name}/{name}",
        principal_id=f"{role.id}:{name}",
        session_name=name,
        issued_at=None,
        expires_at=None,
        expiry_is="bounded",
        origin="unknown",
    )


def _nothing(lead: Lead, inquiry: _Inquiry, why: str) -> Lineage:
    return Lineage(
        lead=lead,
        role=None,
        role_id=None,
        sessions=(),
        leaked=(),
        descendants=(),
        made=(),
        coverage=inquiry.coverage(),
        seen_in_trail=False,
        why_nothing=why,
    )
