"""Where leads lead: to roles and users, and to the session names and keys that leaked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from unassume.errors import AccessError, InputError
from unassume.model.leads import (
    FederatedLead,
    KeyLead,
    Lead,
    OneLead,
    PrincipalLead,
    RoleLead,
    SessionIdLead,
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


def aim_of(lead: Lead, inquiry: Inquiry, world: World, known: Known) -> Aim:
    """Where the lead leads; of several, one that leads nowhere or may not be read is a gap.

    Whoever is on the roles that the trail itself names is asked for while the roles are read, each into `known`.
    """
    leads = each_lead(lead)
    inquiry.ask(
        keys={one.key_id for one in leads if isinstance(one, KeyLead)},
        names={_name(one) for one in leads if isinstance(one, PrincipalLead | FederatedLead)},
        events={GIVEN_OUT} if any(isinstance(one, FederatedLead) for one in leads) else NOBODY,
    )
    seen = _Seen(inquiry.sightings)
    traces = [_trace(one, seen, world) for one in leads]
    subjects = list(dict.fromkeys(one.subject for one in traces if one.subject is not None))
    arns = {one.role_arn for one in traces if one.role_arn is not None}

    refused: dict[Subject, AccessError] = {}

    def read(subject: Subject | None) -> Surveyed | None:
        if subject is None:
            inquiry.ask(roles=arns)
            return None
        try:
            return world.accounts.survey(subject)
        except AccessError as error:
            if "credentials" in error.facts or len(subjects) == 1:
                raise
            refused[subject] = error
            return None

    found = zip(subjects, world.lanes.each(read, [*subjects, None]), strict=False)
    known |= {subject: held for subject, held in found if subject not in refused}
    if refused and len(refused) == len(subjects):
        raise next(iter(refused.values()))
    aims = [_aim(one, known, refused) for one in traces]
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
"""Roles and users as they stand, each read once; None is of one that is not there."""


class _Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one lead leads to, before anybody looked whether it stands.

    `holder_id` and `role_arn` are as the trail has them; `session_name` is None where the lead names no session.
    """

    subject: Subject | None = None
    holder_id: str | None = None
    role_arn: str | None = None
    principal_id: str | None = None
    session_name: str | None = None
    key_id: str | None = None
    why_not: str = ""


class _Seen:
    """The sightings, by key and by principal."""

    def __init__(self, sightings: Iterable[Sighting]) -> None:
        self.by_key: dict[str, Sighting] = {}
        self.by_principal: dict[str, list[Sighting]] = {}
        for one in sightings:
            self.by_principal.setdefault(one.principal_id, []).append(one)
            for key_id in one.key_ids:
                self.by_key.setdefault(key_id, one)


def _trace(lead: OneLead, seen: _Seen, world: World) -> _Trace:
    match lead:
        case SessionLead(session_name=name):
            return _Trace(subject=RoleSubject(account=lead.account, name=lead.role_name), session_name=name)
        case RoleLead():
            return _Trace(subject=RoleSubject(account=lead.account or world.accounts.caller().account, name=lead.name))
        case UserLead():
            return _Trace(subject=UserSubject(account=lead.account, name=lead.name))
        case PrincipalLead():
            return _by_principal(f"{lead.role_id}:{lead.session_name}", seen)
        case FederatedLead():
            return _by_principal(f"{lead.account}:{lead.name}", seen)
        case KeyLead(key_id=key_id):
            return _by_sighting(seen.by_key.get(key_id), key_id, key_id)
        case SessionIdLead(id=short):
            return _Trace(why_not=f"no session seen bears the id `{short}`")


def _name(lead: PrincipalLead | FederatedLead) -> str:
    return lead.session_name if isinstance(lead, PrincipalLead) else lead.name


def _by_principal(principal: str, seen: _Seen) -> _Trace:
    found = seen.by_principal.get(principal, [])
    if len({holder_id(one) for one in found}) > 1:
        hint = "give the key id (ASIA...), or the user's ARN"
        raise InputError(f"several users gave out tokens as `{principal}`", hint=hint)
    return _by_sighting(next(iter(found), None), principal, None)


def _by_sighting(sighting: Sighting | None, shown: str, key_id: str | None) -> _Trace:
    """The role or user of the first sighting that shows this principal or key."""
    if sighting is None:
        return _Trace(why_not=f"no event shows `{shown}`")
    return _Trace(
        subject=_holder(sighting), holder_id=holder_id(sighting), role_arn=_role_arn(sighting),
        principal_id=sighting.principal_id,
        session_name=sighting.session_name, key_id=key_id,
    )  # fmt: skip


def _aim(trace: _Trace, surveyed: Mapping[Subject, Surveyed | None], refused: Mapping[Subject, AccessError]) -> Aim:
    """Where one lead leads, as things stand."""
    if trace.subject is None:
        return Aim(why_not=trace.why_not)
    if trace.subject in refused:
        return Aim(why_not=refused[trace.subject].message)
    held = surveyed[trace.subject]
    if held is None:
        return Aim(why_not=f"there is no {trace.subject.label} in account {trace.subject.account}")
    if trace.holder_id not in (None, held.id):
        return Aim(why_not=f"{trace.subject.label} was re-created since: sessions of the old one are dead")
    if trace.session_name is None:
        return Aim(holders=(held,))
    named = Named(
        holder_id=held.id, principal_id=trace.principal_id or f"{held.id}:{trace.session_name}",
        session_name=trace.session_name, key_id=trace.key_id,
    )  # fmt: skip
    return Aim(holders=(held,), named=(named,))


def _role_arn(sighting: Sighting) -> str | None:
    """The role's ARN, path and all, which a use may not tell."""
    arn = sighting.holder_arn or ""
    return arn if ":role/" in arn else None


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
