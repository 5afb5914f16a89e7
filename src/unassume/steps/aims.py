"""Where leads lead: to roles and users, and to the session names and keys that leaked of them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from unassume.errors import InputError
from unassume.model.leads import (
    FederatedLead,
    KeyLead,
    Lead,
    OneLead,
    PrincipalLead,
    RoleLead,
    SessionLead,
    UserLead,
    each_lead,
    lead_text,
)
from unassume.model.sessions import Session
from unassume.model.sightings import Sighting, Use, holder_id
from unassume.model.surveys import RoleSubject, Subject, Surveyed, UserSubject
from unassume.ports import World
from unassume.steps.inquiry import NOBODY, Inquiry
from unassume.trail.origins.user_tokens import GIVEN_OUT


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A user id of the role or user, the name in it, and the key by which a lead named it, if one did."""

    holder_id: str
    principal_id: str
    session_name: str
    key_id: str | None = None


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """The roles and users that leads lead to, and whom they name on them (nobody: them alone); none when gone."""

    holders: tuple[Surveyed, ...] = ()
    named: tuple[Named, ...] = ()
    why_not: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The unique ids of those roles and users."""
        return frozenset(one.id for one in self.holders)

    def account(self, unique_id: str) -> str:
        """The account of one of them."""
        return next(one.account for one in self.holders if one.id == unique_id)

    def leaked(self, sessions: Iterable[Session]) -> tuple[Session, ...]:
        """The sessions that are named: by key the one that held it and those alike, by name all of that name."""
        if not self.named:
            return ()
        ids, by_name = self.ids, dict[str, list[Session]]()
        for session in sessions:
            if session.holder_id in ids:
                by_name.setdefault(session.principal_id, []).append(session)
        found = (one for named in self.named for one in _named(by_name.get(named.principal_id, []), named.key_id))
        return tuple({session.id: session for session in found}.values())


def aim_of(lead: Lead, inquiry: Inquiry, world: World) -> Aim:
    """Where the lead leads; of several the one that leads nowhere is a gap."""
    leads = each_lead(lead)
    inquiry.ask(
        keys={one.key_id for one in leads if isinstance(one, KeyLead)},
        names={_name(one) for one in leads if isinstance(one, PrincipalLead | FederatedLead)},
        events={GIVEN_OUT} if any(isinstance(one, FederatedLead) for one in leads) else NOBODY,
    )
    surveyed: Known = {}
    aims = [_aim(one, inquiry, world, surveyed) for one in leads]
    holders = {holder.id: holder for aim in aims for holder in aim.holders}
    if not holders:
        return aims[0]
    for one, aim in zip(leads, aims, strict=True):
        if not aim.holders:
            inquiry.note(f"`{lead_text(one)}` leads nowhere: {aim.why_not}")
    return Aim(
        holders=tuple(holders.values()), named=tuple(named for aim in aims if aim.holders for named in aim.named)
    )


Known = dict[Subject, Surveyed | None]


def _aim(lead: OneLead, inquiry: Inquiry, world: World, surveyed: Known) -> Aim:
    match lead:
        case SessionLead(session_name=name):
            aim = _of(RoleSubject(account=lead.account, name=lead.role_name), world, surveyed)
            unique_id = aim.holders[0].id if aim.holders else ""
            named = Named(holder_id=unique_id, principal_id=f"{unique_id}:{name}", session_name=name)
            return msgspec.structs.replace(aim, named=(named,))
        case RoleLead():
            owner = lead.account or world.accounts.caller().account
            return _of(RoleSubject(account=owner, name=lead.name), world, surveyed)
        case UserLead():
            return _of(UserSubject(account=lead.account, name=lead.name), world, surveyed)
        case PrincipalLead():
            return _by_principal(f"{lead.role_id}:{lead.session_name}", inquiry, world, surveyed)
        case FederatedLead():
            return _by_principal(f"{lead.account}:{lead.name}", inquiry, world, surveyed)
        case KeyLead(key_id=key_id):
            seen = (one for one in inquiry.sightings if key_id in one.key_ids)
            return _by_sighting(next(seen, None), key_id, key_id, world, surveyed)


def _name(lead: PrincipalLead | FederatedLead) -> str:
    return lead.session_name if isinstance(lead, PrincipalLead) else lead.name


def _by_principal(principal: str, inquiry: Inquiry, world: World, surveyed: Known) -> Aim:
    seen = [one for one in inquiry.sightings if one.principal_id == principal]
    if len({holder_id(one) for one in seen}) > 1:
        hint = "give the key id (ASIA...), or the user's ARN"
        raise InputError(f"several users gave out tokens as `{principal}`", hint=hint)
    return _by_sighting(next(iter(seen), None), principal, None, world, surveyed)


def _of(subject: Subject, world: World, surveyed: Known) -> Aim:
    if subject not in surveyed:
        surveyed[subject] = world.accounts.survey(subject)
    held = surveyed[subject]
    if held is None:
        return Aim(why_not=f"there is no {subject.label} in account {subject.account}")
    return Aim(holders=(held,))


def _by_sighting(sighting: Sighting | None, shown: str, key_id: str | None, world: World, surveyed: Known) -> Aim:
    """The role or user of the first sighting that shows this principal or key."""
    if sighting is None:
        return Aim(why_not=f"no event shows `{shown}`")
    subject = _holder(sighting)
    aim = _of(subject, world, surveyed)
    if aim.holders and aim.holders[0].id != holder_id(sighting):
        return Aim(why_not=f"{subject.label} was re-created since: sessions of the old one are dead")
    named = Named(
        holder_id=holder_id(sighting), principal_id=sighting.principal_id, session_name=sighting.session_name,
        key_id=key_id,
    )  # fmt: skip
    return msgspec.structs.replace(aim, named=(named,))


def _holder(sighting: Sighting) -> Subject:
    arn = sighting.holder_arn or sighting.principal_arn if isinstance(sighting, Use) else sighting.holder_arn
    kind = RoleSubject if holder_id(sighting).startswith("AROA") else UserSubject
    name = arn.split("/")[1] if ":assumed-role/" in arn else arn.rpartition("/")[2]
    return kind(account=arn.split(":")[4], name=name)


def _named(sessions: list[Session], key_id: str | None) -> list[Session]:
    if key_id is None:
        return sessions
    holders = [session for session in sessions if key_id in session.key_ids]
    alike = {_person(session) for session in holders} - {(None, None)}
    return [session for session in sessions if session in holders or _person(session) in alike]


def _person(session: Session) -> tuple[str | None, str | None]:
    issuer = session.parent
    return ((issuer.principal_id or issuer.arn) if issuer else None, session.source_identity)
