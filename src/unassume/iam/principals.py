"""Who asks: the principals of requests, the condition keys they bring, and how a policy names them.

The one place that turns a session into condition keys, for whoever enforces and whoever predicts.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (principal table)
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import assert_never

import msgspec

from unassume.iam.statements import PrincipalEntry
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Between, Known, Unsaid, Value

Instant = datetime | Between | Unsaid | None
Tags = Mapping[str, str] | Unsaid


class AssumedRole(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a role; UNKNOWN in a field means that we do not know it, and so does None in `issued_at`.

    `tags` are the role's and the session's together; `role_arn` has the role's path, as `aws:PrincipalArn` does.
    `has_mfa` PRESENT means that the key is there, as it is for all temporary credentials, with a value we do not know.
    """

    partition: str
    account: str
    role_arn: str
    role_id: str
    session_name: str
    issued_at: Instant
    source_identity: str | Unsaid | None = None
    tags: Tags = {}
    federated_provider: str | Unsaid | None = None
    has_mfa: bool | Unsaid = PRESENT


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An IAM user: with long-term keys, or with a token of GetSessionToken when `token_issued_at` is given."""

    partition: str
    account: str
    arn: str
    id: str
    name: str
    token_issued_at: Instant = None
    tags: Tags = {}
    has_mfa: bool | Unsaid = PRESENT


class FederatedUser(msgspec.Struct, frozen=True, kw_only=True):
    """A session of GetFederationToken, made by an IAM user whose policies bound it; `name` is the one it was given.

    `tags` are the user's and the session's together.
    """

    partition: str
    account: str
    name: str
    user_arn: str
    user_id: str
    issued_at: Instant
    tags: Tags = {}


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """The root user of an account: with long-term keys, or with a token of GetSessionToken."""

    partition: str
    account: str
    token_issued_at: Instant = None
    has_mfa: bool | Unsaid = PRESENT


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """An AWS service acting for itself, such as `ec2.amazonaws.com` assuming a role."""

    name: str


class Federated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody an identity provider vouches for; `provider` is its ARN or its name, as trust policies write it."""

    provider: str


class Anonymous(msgspec.Struct, frozen=True):
    """A request without credentials."""


PRINCIPAL_KEYS = (
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:username",
    "aws:tokenissuetime", "aws:sourceidentity", "aws:federatedprovider", "aws:multifactorauthpresent",
    "aws:multifactorauthage", "aws:principaltag/*", "aws:principalservicename", "aws:principalisawsservice",
)  # fmt: skip

Principal = AssumedRole | User | FederatedUser | Root | Service | Federated | Anonymous


class Naming(Enum):
    """How closely a Principal element names somebody; the consequences differ and stand in `authorize`.

    ROLE: the role behind a session, or the user behind a federated one: session policies still bound what it gives.
    """

    ACCOUNT = "account"
    ROLE = "role"
    CALLER = "caller"
    EVERYONE = "everyone"


def context_keys(principal: Principal) -> dict[str, Value]:
    """The condition keys a principal brings, in lower case; ABSENT where AWS never sets the key for such a principal.

    An issue time in whole seconds may stand for any instant of that second: AWS shows no more of it.
    """
    keys: dict[str, Value] = dict.fromkeys(PRINCIPAL_KEYS, ABSENT)
    match principal:
        case AssumedRole():
            keys |= _session_keys(principal)
        case User():
            keys |= _user_keys(principal)
        case FederatedUser(account=account, name=name):
            keys |= _account_keys(account, "FederatedUser", f"{account}:{name}", session_arn(principal))
            keys |= {**_token_keys(principal.issued_at, False), **_tag_keys(principal.tags)}
        case Root():
            keys |= _account_keys(principal.account, "Account", principal.account, session_arn(principal))
            keys |= _token_keys(principal.token_issued_at, principal.has_mfa)
        case Service(name=name):
            keys |= {"aws:principalisawsservice": Known(("true",)), "aws:principalservicename": Known((name,))}
        case Federated(provider=provider):
            keys |= {"aws:federatedprovider": Known((provider,))}
        case Anonymous():
            keys |= {"aws:userid": Known(("anonymous",)), "aws:principaltype": Known(("Anonymous",))}
        case _:
            assert_never(principal)
    return keys


def session_arn(principal: Principal) -> str:
    """The ARN the principal acts under, as GetCallerIdentity shows it; a session's has no path."""
    match principal:
        case AssumedRole(partition=partition, account=account, role_arn=role_arn, session_name=session_name):
            return f"arn:{partition}:sts::{account}:assumed-role/{role_arn.rsplit('/', 1)[-1]}/{session_name}"
        case User(arn=arn):
            return arn
        case FederatedUser(partition=partition, account=account, name=name):
            return f"arn:{partition}:sts::{account}:federated-user/{name}"
        case Root(partition=partition, account=account):
            return f"arn:{partition}:iam::{account}:root"
        case Service(name=name):
            return name
        case Federated(provider=provider):
            return provider
        case Anonymous():
            return "anonymous"
        case _:
            assert_never(principal)


def account_of(principal: Principal) -> str | None:
    """The account the principal belongs to; None for services, federated and anonymous callers."""
    match principal:
        case AssumedRole() | User() | FederatedUser() | Root():
            return principal.account
        case Service() | Federated() | Anonymous():
            return None
        case _:
            assert_never(principal)


def namings(entries: tuple[PrincipalEntry, ...], principal: Principal) -> frozenset[Naming]:
    """All the ways the entries of a Principal or NotPrincipal element name this principal.

    Role and user ARNs are compared as text. AWS keeps them as unique ids and shows the id (`AROA...`) in place of the
    ARN once the principal is gone; so whoever keeps policies must write ids, and ids are matched here too.
    """
    return frozenset(found for entry in entries if (found := _naming(entry, principal)) is not None)


def is_everyone(entry: PrincipalEntry) -> bool:
    """Whether the entry names all principals, anonymous ones too."""
    return entry.text == "*" and entry.kind in ("*", "AWS")


def _session_keys(principal: AssumedRole) -> dict[str, Value]:
    userid = f"{principal.role_id}:{principal.session_name}"
    issued_at = _instant(principal.issued_at)
    return {
        **_account_keys(principal.account, "AssumedRole", userid, principal.role_arn),
        **_tag_keys(principal.tags),
        **_mfa_keys(principal.has_mfa),
        "aws:tokenissuetime": PRESENT if isinstance(issued_at, Unsaid) else issued_at,
        "aws:sourceidentity": _text(principal.source_identity),
        "aws:federatedprovider": _text(principal.federated_provider),
    }


def _user_keys(principal: User) -> dict[str, Value]:
    return {
        **_account_keys(principal.account, "User", principal.id, principal.arn),
        **_tag_keys(principal.tags),
        **_token_keys(principal.token_issued_at, principal.has_mfa),
        "aws:username": Known((principal.name,)),
    }


def _token_keys(instant: Instant, has_mfa: bool | Unsaid) -> dict[str, Value]:
    """Long-term keys bring neither an issue time nor a word on MFA."""
    issued_at = _instant(instant)
    if issued_at is ABSENT:
        return {"aws:tokenissuetime": ABSENT}
    return {**_mfa_keys(has_mfa), "aws:tokenissuetime": issued_at}


def _account_keys(account: str, kind: str, userid: str, arn: str) -> dict[str, Value]:
    return {
        "aws:principalaccount": Known((account,)),
        "aws:principaltype": Known((kind,)),
        "aws:userid": Known((userid,)),
        "aws:principalarn": Known((arn,)),
        "aws:principalisawsservice": Known(("false",)),
    }


def _tag_keys(tags: Tags) -> dict[str, Value]:
    """A tag key is part of a condition key and so case-insensitive; the entry `/*` stands for all tags not listed."""
    if isinstance(tags, Unsaid):
        return {"aws:principaltag/*": ABSENT if tags is ABSENT else UNKNOWN}
    return {f"aws:principaltag/{key.lower()}": Known((text,)) for key, text in tags.items()}


def _mfa_keys(has_mfa: bool | Unsaid) -> dict[str, Value]:
    """Temporary credentials always carry `aws:MultiFactorAuthPresent`; the age is there only when MFA was used."""
    if isinstance(has_mfa, Unsaid):
        return {"aws:multifactorauthpresent": has_mfa, "aws:multifactorauthage": UNKNOWN}
    return {
        "aws:multifactorauthpresent": Known(("true" if has_mfa else "false",)),
        "aws:multifactorauthage": PRESENT if has_mfa else ABSENT,
    }


def _instant(instant: Instant) -> Between | Unsaid:
    if instant is None:
        return ABSENT
    if not isinstance(instant, datetime):
        return instant
    start = instant.astimezone(UTC)
    return Between(start, start if start.microsecond else start + timedelta(seconds=1))


def _text(text: str | Unsaid | None) -> Value:
    if text is None:
        return ABSENT
    return Known((text,)) if isinstance(text, str) else text


def _naming(entry: PrincipalEntry, principal: Principal) -> Naming | None:
    if is_everyone(entry):
        return Naming.EVERYONE
    match principal:
        case AssumedRole() | User() | FederatedUser() | Root():
            return _naming_in_aws(entry.text, principal) if entry.kind == "AWS" else None
        case Service(name=name):
            return Naming.CALLER if entry == PrincipalEntry("Service", name) else None
        case Federated(provider=provider):
            return Naming.CALLER if entry == PrincipalEntry("Federated", provider) else None
        case Anonymous():
            return None
        case _:
            assert_never(principal)


def _naming_in_aws(text: str, principal: AssumedRole | User | FederatedUser | Root) -> Naming | None:
    if text in (principal.account, f"arn:{principal.partition}:iam::{principal.account}:root"):
        return Naming.ACCOUNT
    if text == session_arn(principal) or (isinstance(principal, User) and text == principal.id):
        return Naming.CALLER
    if isinstance(principal, AssumedRole) and text in (principal.role_arn, principal.role_id):
        return Naming.ROLE
    if isinstance(principal, FederatedUser) and text in (principal.user_arn, principal.user_id):
        return Naming.ROLE
    return None
