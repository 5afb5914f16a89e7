"""Lead: whatever the responder holds about a leak, told apart by its shape.

Rule 1: a secret key or session token pasted by mistake is dropped here: it is neither kept nor echoed.
Rule 2: the kind is told back to the person in words, so that a misread lead is seen at once.
"""

from __future__ import annotations

import re

import msgspec

from unassume.errors import InputError

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_SESSION_NAME = r"[\w+=,.@-]{2,64}"
_ROLE_NAME = r"[\w+=,.@-]{1,64}"
_FEDERATED_NAME = r"[\w+=,.@-]{2,32}"
_PATTERNS = {
    "session": re.compile(rf"arn:(aws[\w-]*):sts::(\d{{12}}):assumed-role/({_ROLE_NAME})/({_SESSION_NAME})", re.ASCII),
    "principal": re.compile(rf"(AROA[A-Z0-9]{{12,28}}):({_SESSION_NAME})", re.ASCII),
    "role": re.compile(rf"arn:(aws[\w-]*):iam::(\d{{12}}):role/((?:[\x21-\x7e]+/)?)({_ROLE_NAME})", re.ASCII),
    "user": re.compile(rf"arn:(aws[\w-]*):iam::(\d{{12}}):user/((?:[\x21-\x7e]+/)?)({_ROLE_NAME})", re.ASCII),
    "federated": re.compile(rf"arn:(aws[\w-]*):sts::(\d{{12}}):federated-user/({_FEDERATED_NAME})", re.ASCII),
    "id": re.compile(r"s-[0-9a-f]{10,32}", re.ASCII),
    "key": re.compile(r"ASIA[A-Z0-9]{12,124}", re.ASCII),
    "name": re.compile(_ROLE_NAME, re.ASCII),
}
MOST_LEADS = 2_000
"""About as many sessions as ten managed policies, which one role may have, can name."""
_SECRET = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])", re.ASCII)
_KINDS = "a session ARN, AROA...:name, a role name or ARN, a user's ARN, an ASIA... key id, or our session id (s-...)"


class SessionLead(msgspec.Struct, frozen=True, kw_only=True, tag="session_arn", tag_field="kind"):
    """An assumed-role session ARN: one role, one session name, any issue time."""

    account: str
    role_name: str
    session_name: str
    partition: str = "aws"


class PrincipalLead(msgspec.Struct, frozen=True, kw_only=True, tag="principal_id", tag_field="kind"):
    """A principal id `AROA...:name`, as `aws:userid` and CloudTrail show it."""

    role_id: str
    session_name: str


class RoleLead(msgspec.Struct, frozen=True, kw_only=True, tag="role", tag_field="kind"):
    """A role, by name (in the caller's account) or by ARN."""

    name: str
    account: str | None = None
    partition: str = "aws"


class UserLead(msgspec.Struct, frozen=True, kw_only=True, tag="user", tag_field="kind"):
    """An IAM user, by ARN: all the tokens he took or gave out, for nobody says which leaked."""

    name: str
    account: str
    partition: str = "aws"


class FederatedLead(msgspec.Struct, frozen=True, kw_only=True, tag="federated_user", tag_field="kind"):
    """The ARN of a token that a user gave out by GetFederationToken; which user is looked up in the trail."""

    account: str
    name: str
    partition: str = "aws"


class KeyLead(msgspec.Struct, frozen=True, kw_only=True, tag="access_key_id", tag_field="kind"):
    """The id of a temporary access key; it is looked up in the trail."""

    key_id: str


class SessionIdLead(msgspec.Struct, frozen=True, kw_only=True, tag="session_id", tag_field="kind"):
    """Our own id of a session, whole or its first letters, as `sessions` and `find` show it."""

    id: str


OneLead = SessionLead | PrincipalLead | RoleLead | UserLead | FederatedLead | KeyLead | SessionIdLead


class SeveralLeads(msgspec.Struct, frozen=True, kw_only=True, tag="several", tag_field="kind"):
    """Several leaked sessions, or keys, of one role or user; none of them names a role or user alone."""

    leads: tuple[OneLead, ...]


Lead = OneLead | SeveralLeads


def parse_lead(text: str) -> Lead:
    """What kind of lead a text is, of several parted by blanks each; InputError for none, a secret, or too many."""
    parts = text.split()
    if len(parts) > MOST_LEADS:
        hint = "cut all older sessions of the role by its name alone, or plan the leads in parts"
        raise InputError(f"{len(parts):,} leads are more than the {MOST_LEADS:,} one plan takes", hint=hint)
    if len(parts) < 2:
        return _parse_one(text.strip())
    leads = tuple(dict.fromkeys(_parse_one(part) for part in parts))
    if whole := [lead for lead in leads if isinstance(lead, RoleLead | UserLead)]:
        kind = "role" if isinstance(whole[0], RoleLead) else "user"
        raise InputError(
            f"of several leads each names a session or a key, `{whole[0].name[:80]}` names a {kind}",
            hint=f"give a {kind} alone",
        )
    return leads[0] if len(leads) == 1 else SeveralLeads(leads=leads)


def each_lead(lead: Lead) -> tuple[OneLead, ...]:
    """The leads that a lead is: itself, or each of several."""
    return lead.leads if isinstance(lead, SeveralLeads) else (lead,)


def _parse_one(text: str) -> OneLead:
    if found := _PATTERNS["session"].fullmatch(text):
        return SessionLead(account=found[2], role_name=found[3], session_name=found[4], partition=found[1])
    if found := _PATTERNS["principal"].fullmatch(text):
        return PrincipalLead(role_id=found[1], session_name=found[2])
    if found := _PATTERNS["role"].fullmatch(text):
        return RoleLead(name=found[4], account=found[2], partition=found[1])
    if found := _PATTERNS["user"].fullmatch(text):
        return UserLead(name=found[4], account=found[2], partition=found[1])
    if found := _PATTERNS["federated"].fullmatch(text):
        return FederatedLead(account=found[2], name=found[3], partition=found[1])
    if _PATTERNS["key"].fullmatch(text):
        return KeyLead(key_id=text)
    if _PATTERNS["id"].fullmatch(text):
        return SessionIdLead(id=text)
    _refuse_what_is_no_lead(text)
    return RoleLead(name=text)


def describe_lead(lead: Lead) -> str:
    """What the lead was understood as, in words."""
    match lead:
        case SessionLead():
            return f"session `{lead.session_name}` of role `{lead.role_name}` in account {lead.account}"
        case PrincipalLead():
            return f"session `{lead.session_name}` of the role with id {lead.role_id}"
        case RoleLead(account=None):
            return f"role `{lead.name}` in your own account"
        case RoleLead():
            return f"role `{lead.name}` in account {lead.account}"
        case UserLead():
            return f"user `{lead.name}` in account {lead.account}"
        case FederatedLead():
            return f"token `{lead.name}` that a user of account {lead.account} gave out"
        case KeyLead():
            return f"temporary access key {lead.key_id}"
        case SessionIdLead():
            return f"session {lead.id}"
        case SeveralLeads():
            return f"{len(lead.leads)} leads, the first of them {describe_lead(lead.leads[0])}"


def lead_text(lead: Lead) -> str:
    """The lead as text that `parse_lead` reads back to the same lead."""
    match lead:
        case SessionLead():
            return f"arn:{lead.partition}:sts::{lead.account}:assumed-role/{lead.role_name}/{lead.session_name}"
        case PrincipalLead():
            return f"{lead.role_id}:{lead.session_name}"
        case RoleLead(account=None):
            return lead.name
        case RoleLead():
            return f"arn:{lead.partition}:iam::{lead.account}:role/{lead.name}"
        case UserLead():
            return f"arn:{lead.partition}:iam::{lead.account}:user/{lead.name}"
        case FederatedLead():
            return f"arn:{lead.partition}:sts::{lead.account}:federated-user/{lead.name}"
        case KeyLead():
            return lead.key_id
        case SessionIdLead():
            return lead.id
        case SeveralLeads():
            return " ".join(map(lead_text, lead.leads))


def _refuse_what_is_no_lead(text: str) -> None:
    """INVARIANT: nothing that may be a secret is repeated in an error."""
    if _may_be_secret(text):
        raise InputError(
            "the lead looks like a secret key or session token; it was not kept",
            hint="give the access key id (ASIA...) instead, and clear your shell history",
        )
    if re.fullmatch(r"AKIA[A-Z0-9]{12,124}", text, re.ASCII):
        raise InputError(
            "the lead is a long-term access key (AKIA...), not a session",
            hint="deactivate it (aws iam update-access-key --status Inactive), and give its user's ARN for his tokens",
        )
    if text.startswith(("arn:", "AROA", "ASIA")) or not _PATTERNS["name"].fullmatch(text):
        shown = text if len(text) <= 80 else text[:77] + "..."
        raise InputError(f"`{shown}` is no lead", hint=f"a lead is {_KINDS}")


def _may_be_secret(text: str) -> bool:
    """Whether a text has the length and letters of a secret access key or session token, or holds one among others.

    A role whose name holds such a run is named by its ARN.
    """
    return len(text) > 200 or _SECRET.search(text) is not None
