"""Where leads lead: to one role, and to the session names and keys that leaked of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from unassume.errors import InputError
from unassume.model.leads import KeyLead, Lead, OneLead, PrincipalLead, RoleLead, SessionLead, each_lead, lead_text
from unassume.model.sessions import Session
from unassume.model.sightings import Issuance, Sighting, Use
from unassume.model.surveys import Role, RoleSubject
from unassume.ports import World
from unassume.steps.inquiry import Inquiry


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A session name of the role, and the key by which a lead named it, if one did."""

    session_name: str
    key_id: str | None = None


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """The role that leads lead to, and whom they name on it (nobody: the role alone); no role when it is gone."""

    role: Role | None = None
    named: tuple[Named, ...] = ()
    why_not: str = ""

    def leaked(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """The sessions that are named: by key the one that held it and those alike, by name all of that name."""
        if self.role is None or not self.named:
            return ()
        by_name: dict[str, list[Session]] = {}
        for session in sessions:
            if session.holder_id == self.role.id:
                by_name.setdefault(session.session_name, []).append(session)
        found = (one for named in self.named for one in _named(by_name.get(named.session_name, []), named.key_id))
        return tuple({session.id: session for session in found}.values())


def aim_of(lead: Lead, inquiry: Inquiry, world: World) -> Aim:
    """Where the lead leads; of several the one that leads nowhere is a gap, and two roles are an InputError."""
    leads = each_lead(lead)
    inquiry.ask(
        keys={one.key_id for one in leads if isinstance(one, KeyLead)},
        names={one.session_name for one in leads if isinstance(one, PrincipalLead)},
    )
    surveyed: dict[RoleSubject, Role | None] = {}
    aims = [_aim(one, inquiry, world, surveyed) for one in leads]
    found = [aim for aim in aims if aim.role is not None]
    if not found:
        return aims[0]
    if len(roles := {aim.role.id: aim.role.name for aim in found if aim.role is not None}) > 1:
        first, second, *_ = roles.values()
        hint = "plan the leads of each role by themselves"
        raise InputError(f"the leads lead to several roles, among them `{first}` and `{second}`", hint=hint)
    for one, aim in zip(leads, aims, strict=True):
        if aim.role is None:
            inquiry.note(f"`{lead_text(one)}` leads nowhere: {aim.why_not}")
    return Aim(role=found[0].role, named=tuple(named for aim in found for named in aim.named))


Surveyed = dict[RoleSubject, Role | None]


def _aim(lead: OneLead, inquiry: Inquiry, world: World, surveyed: Surveyed) -> Aim:
    match lead:
        case SessionLead():
            aim = _of_role(RoleSubject(account=lead.account, name=lead.role_name), world, surveyed)
            return msgspec.structs.replace(aim, named=(Named(session_name=lead.session_name),))
        case RoleLead():
            owner = lead.account or world.accounts.caller().account
            return _of_role(RoleSubject(account=owner, name=lead.name), world, surveyed)
        case PrincipalLead():
            principal = f"{lead.role_id}:{lead.session_name}"
            seen = (one for one in inquiry.sightings if one.principal_id == principal)
            return _by_sighting(next(seen, None), principal, None, world, surveyed)
        case KeyLead(key_id=key_id):
            seen = (one for one in inquiry.sightings if key_id in one.key_ids)
            return _by_sighting(next(seen, None), key_id, key_id, world, surveyed)


def _of_role(name: RoleSubject, world: World, surveyed: Surveyed) -> Aim:
    if name not in surveyed:
        surveyed[name] = world.accounts.survey(RoleSubject(account=name.account, name=name.name))
    return Aim(role=surveyed[name], why_not=f"there is no role `{name.name}` in account {name.account}")


def _by_sighting(sighting: Sighting | None, shown: str, key_id: str | None, world: World, surveyed: Surveyed) -> Aim:
    """The role of the first sighting that shows this principal or key."""
    if sighting is None:
        return Aim(why_not=f"no event shows `{shown}`")
    if not sighting.principal_id.startswith("AROA"):
        raise InputError(
            f"`{shown}` belongs to `{sighting.principal_id}`, not to a session of a role",
            hint="this release cuts role sessions; deactivate the user's own key and deny the user by hand",
        )
    name = _role_name(sighting)
    aim = _of_role(name, world, surveyed)
    if aim.role is not None and aim.role.id != sighting.principal_id.partition(":")[0]:
        return Aim(why_not=f"role `{name.name}` was re-created since: sessions of the old one are dead")
    return msgspec.structs.replace(aim, named=(Named(session_name=sighting.session_name, key_id=key_id),))


def _role_name(sighting: Sighting) -> RoleSubject:
    match sighting:
        case Issuance(role_arn=arn):
            return RoleSubject(account=arn.split(":")[4], name=arn.rpartition("/")[2])
        case Use(principal_arn=arn):
            return RoleSubject(account=arn.split(":")[4], name=arn.split("/")[1])


def _named(sessions: list[Session], key_id: str | None) -> list[Session]:
    if key_id is None:
        return sessions
    holders = [session for session in sessions if key_id in session.key_ids]
    alike = {_person(session) for session in holders} - {(None, None)}
    return [session for session in sessions if session in holders or _person(session) in alike]


def _person(session: Session) -> tuple[str | None, str | None]:
    issuer = session.parent
    return ((issuer.principal_id or issuer.arn) if issuer else None, session.source_identity)
