"""Who counts as leaked: what the lead names, narrowed or widened by the responder's word on what leaked."""

from __future__ import annotations

from unassume.model.leads import KeyLead
from unassume.model.lineages import Lineage
from unassume.model.plans import Leaked
from unassume.model.selectors import PersonSelector
from unassume.model.sessions import Session


def targets_of(lineage: Lineage, leaked: Leaked, persons: tuple[PersonSelector, ...] = ()) -> tuple[Session, ...]:
    """The sessions of the role that leaked.

    Of one session known by its key, that session and what it issued; of a person, all of his; else all of the name
    that nobody else is known to hold.
    """
    named = [lineage.session(one) for one in lineage.on_the_role]
    match leaked, lineage.lead:
        case "session", KeyLead(key_id=key_id):
            return tuple(one for one in named if key_id in one.key_ids or one.id in lineage.descendants)
        case "person", _:
            known = {one.id for one in named}
            his = (one for one in lineage.sessions if one.id not in known and one.role_id == lineage.role_id)
            return (*named, *(one for one in his if any(person.is_of(one) for person in persons)))
        case _:
            return tuple(named)
