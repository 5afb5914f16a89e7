"""Who counts as leaked: what the lead names, narrowed or widened by the responder's word on what leaked."""

from __future__ import annotations

from unassume.model.leads import KeyLead, Lead, PrincipalLead, SessionLead, each_lead
from unassume.model.lineages import Lineage
from unassume.model.plans import Leaked
from unassume.model.selectors import PersonSelector
from unassume.model.sessions import Session


def targets_of(lineage: Lineage, leaked: Leaked, persons: tuple[PersonSelector, ...] = ()) -> tuple[Session, ...]:
    """The sessions that leaked, and those they issued on other roles.

    Of one session known by its key, that session and what it issued; of a person, all of his; else all of the name
    that nobody else is known to hold.
    """
    return (*_on_the_holders(lineage, leaked, persons), *lineage.below)


def _on_the_holders(lineage: Lineage, leaked: Leaked, persons: tuple[PersonSelector, ...]) -> tuple[Session, ...]:
    named = [lineage.session(one) for one in lineage.on_the_holders]
    match leaked:
        case "session":
            return tuple(one for one in named if one.id in lineage.descendants or _is_held(one, lineage))
        case "person":
            known = {one.id for one in named}
            his = (one for one in lineage.sessions if one.id not in known and one.holder_id in lineage.holders)
            return (*named, *(one for one in his if any(person.is_of(one) for person in persons)))
        case _:
            return tuple(named)


def _is_held(session: Session, lineage: Lineage) -> bool:
    """Whether a lead names this very session: by a key it holds, or by its name, which tells no more."""
    leads = each_lead(lineage.lead)
    keys = {lead.key_id for lead in leads if isinstance(lead, KeyLead)}
    return not keys.isdisjoint(session.key_ids) or any(_is_named(session, lead) for lead in leads)


def _is_named(session: Session, lead: Lead) -> bool:
    match lead:
        case SessionLead(session_name=name) | PrincipalLead(session_name=name):
            return session.session_name == name
        case _:
            return False
