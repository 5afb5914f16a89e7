"""Leads by our own ids of sessions, told by what AWS itself calls them.

An id hangs on the issue second, which later events may tell more exactly: no plan or receipt names a session by it.
"""

from __future__ import annotations

from unassume.errors import InputError
from unassume.model.leads import KeyLead, Lead, OneLead, SessionIdLead, SessionLead, SeveralLeads, UserLead, each_lead
from unassume.model.sessions import Session
from unassume.steps.inquiry import NAMES_ASKED, Inquiry


def by_ids(lead: Lead, inquiry: Inquiry) -> Lead:
    """The lead with each id in it told by a key, else by the session's name; an id nobody bears stays as it is.

    InputError for an id that several sessions bear.
    """
    leads = each_lead(lead)
    if not any(isinstance(one, SessionIdLead) for one in leads):
        return lead
    inquiry.ask_for_all()
    ids = [one.id for one in leads if isinstance(one, SessionIdLead)]
    if not all(_bearing(one, inquiry) for one in ids):
        inquiry.ask_about(inquiry.sessions(), most=NAMES_ASKED)
    found = tuple(dict.fromkeys(_named(one, inquiry) if isinstance(one, SessionIdLead) else one for one in leads))
    return found[0] if len(found) == 1 else SeveralLeads(leads=found)


def _named(lead: SessionIdLead, inquiry: Inquiry) -> OneLead:
    bearing = _bearing(lead.id, inquiry)
    if len(bearing) > 1:
        raise InputError(f"{len(bearing)} sessions have ids that begin with `{lead.id}`", hint="give more of the id")
    return _as_aws_calls_it(bearing[0]) if bearing else lead


def _bearing(short: str, inquiry: Inquiry) -> list[Session]:
    return [one for one in inquiry.sessions() if one.id.startswith(short)]


def _as_aws_calls_it(session: Session) -> OneLead:
    if session.key_ids:
        return KeyLead(key_id=session.key_ids[0])
    partition = session.principal_arn.split(":")[1]
    if session.kind == "role":
        return SessionLead(
            account=session.account, role_name=session.holder_name, session_name=session.session_name,
            partition=partition,
        )  # fmt: skip
    return UserLead(name=session.holder_name, account=session.account, partition=partition)
