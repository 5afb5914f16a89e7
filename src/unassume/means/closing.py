"""From leaked sessions to statements in their role's trust: one for each provider, for just those it vouched for."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from unassume.errors import InputError
from unassume.iam.limits import LIMITS, count
from unassume.means.splice import statements, with_statement
from unassume.means.trust import our_trust, statement_name, why_unwritable, written
from unassume.model.plans import Change
from unassume.model.sessions import Session
from unassume.model.sightings import FederatedSubject
from unassume.model.slots import RoleTrustStatement
from unassume.model.surveys import Role, Subject, Surveyed

_MORE = 4_096
"""What an account may have been granted; ASSUMPTION: it was, where a trust stands that is longer than the default.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (role trust policy length)
"""
_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,28}", re.ASCII)
_SHOWN = 3


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What shuts those out of one role who began its leaked sessions, or why nothing can."""

    what: str
    changes: tuple[Change, ...] = ()
    why_not: str | None = None


def closing(holder: Surveyed, leaked: Iterable[Session], incident: str, seed: str) -> Closing:
    """The statements for whoever began these sessions of the role; for all of them, or none at all.

    One that another of them issued is left out: nobody came in by it.
    """
    leaked, what = tuple(leaked), f"--close-trust on {holder.subject.label}"
    sessions, ids = [one for one in leaked if one.holder_id == holder.id], {one.id for one in leaked}
    if not isinstance(holder, Role):
        return Closing(what=what, why_not="a user has no trust: his keys are the way back (--deactivate-keys)")
    if not sessions:
        return Closing(what=what, why_not="no session of it is known to have leaked: nobody knows whom to shut out")
    sessions = [one for one in sessions if one.parent is None or one.parent.session_id not in ids]
    if whys := sorted({why for one in sessions if (why := _why_not(one)) is not None}):
        more = f"; and {len(whys) - _SHOWN} more" if len(whys) > _SHOWN else ""
        return Closing(what=what, why_not="; ".join(whys[:_SHOWN]) + more)
    changes = _changes(holder, {each for one in sessions for each in one.federated}, incident, seed)
    why_not = trust_misfit(holder, changes)
    return Closing(what=what, why_not=why_not) if why_not else Closing(what=what, changes=changes)


def trust_misfit(role: Role, changes: Iterable[Change]) -> str | None:
    """Why these statements cannot be written into the role's trust, or None."""
    added = [one.after for one in changes if isinstance(one.slot, RoleTrustStatement) and one.after is not None]
    if not added:
        return None
    if role.is_service_linked or role.is_reserved:
        return "its trust is not yours to edit: AWS or Identity Center owns the role"
    try:
        # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html: whoever was
        # deleted is shown by his unique id, and IAM takes no policy that names such a one.
        if any(_names_deleted(place.value) for place in statements(role.trust)):
            return "its trust names a principal that was deleted, and AWS takes no such policy: take that out first"
        text = role.trust
        for statement in added:
            text = with_statement(text, statement)
    except InputError as error:
        return error.message
    limit, needed = limit_of(role), count(text, "trust")
    return f"its trust would take {needed} of {limit} characters" if needed > limit else None


def limit_of(role: Role) -> int:
    """How long the role's trust may be."""
    default = LIMITS["trust"]
    return default if count(role.trust, "trust") <= default else _MORE


def shut_out(changes: Iterable[Change], role: Subject) -> frozenset[tuple[str, str]]:
    """Whom these changes shut out of the role: provider and name."""
    added = (one.after for one in changes if isinstance(one.slot, RoleTrustStatement) and one.slot.subject == role)
    found = (our_trust(text) for text in added if text is not None)
    return frozenset((ours.provider, subject) for ours in found if ours is not None for subject in ours.subjects)


def of_the_shut_out(sessions: Iterable[Session], changes: Iterable[Change]) -> list[Session]:
    """The sessions that may live and were begun by whom these changes shut out of their role."""
    changes, found = tuple(changes), list[Session]()
    subjects: dict[Subject, frozenset[tuple[str, str]]] = {}
    for one in sessions:
        if one.live is not False and one.federated:
            out = subjects.setdefault(one.holder, shut_out(changes, one.holder))
            found += [one] if any((each.provider, each.subject) in out for each in one.federated) else []
    return found


def _changes(role: Role, subjects: Iterable[FederatedSubject], incident: str, seed: str) -> tuple[Change, ...]:
    by_provider: dict[str, list[str]] = {}
    for one in sorted(subjects):
        by_provider.setdefault(one.provider, []).append(one.subject)
    return tuple(_change(role, provider, names, incident, seed) for provider, names in by_provider.items())


def _change(role: Role, provider: str, names: list[str], incident: str, seed: str) -> Change:
    name = statement_name(incident, "\n".join((seed, role.id, provider, *names)))
    slot = RoleTrustStatement(account=role.account, role=role.name, statement=name)
    return Change(slot=slot, holder_id=role.id, before=None, after=written(name, provider, names))


def _why_not(session: Session) -> str | None:
    if session.federated:
        return next((f"session `{session.session_name}`: {why}" for one in session.federated
                     if (why := why_unwritable(one)) is not None), None)  # fmt: skip
    if session.origin == "unknown":
        return f"how session `{session.session_name}` began is not in the trail"
    if session.origin == "AssumeRole":
        return f"session `{session.session_name}` was begun by AssumeRole: whoever issued it is the way back"
    return f"the event that began session `{session.session_name}` does not tell whom a provider vouched for"


def _names_deleted(statement: object) -> bool:
    named = statement.get("Principal") if isinstance(statement, dict) else None
    listed = named.get("AWS") if isinstance(named, dict) else None
    return any(_DELETED.fullmatch(str(one)) for one in (listed if isinstance(listed, list) else [listed]))
