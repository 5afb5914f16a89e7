"""Requests and policies as people write them down: JSON with a principal, an action, a resource and a context.

Keys outside `context` and `unknown_keys` are absent, save those the principal itself tells. A principal is an ARN, the
name of a service, or an object with a `type` that is one of this package's principals and with its fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.evaluate import Request
from unassume.iam.layers import Layers, Level, NamedPolicy
from unassume.iam.principals import (
    Anonymous,
    AssumedRole,
    Federated,
    FederatedUser,
    Principal,
    Root,
    Service,
    User,
    context_keys,
)
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Context, Known, Unsaid, Value

Scalar = str | int | float | bool
_ARN = re.compile(r"arn:(aws[a-z-]*):(iam|sts)::([0-9]{12}):(root|[a-z-]+/[^\s*?]+)")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_.-]+")
_KINDS: Mapping[str, type[Principal]] = {
    kind.__name__: kind for kind in (AssumedRole, User, FederatedUser, Root, Service, Federated, Anonymous)
}
_PROVIDERS = ("accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com")
_INSTANTS = frozenset({"issued_at", "token_issued_at"})
_MAY_BE_UNKNOWN = _INSTANTS | {"source_identity", "tags", "federated_provider", "has_mfa"}
_TOLD = frozenset({"aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username"})


class DescribedRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as written; a list in `context` is a multivalued key."""

    principal: str | dict[str, Any]
    action: str
    resource: str
    resource_account: str | None = None
    context: dict[str, Scalar | list[Scalar]] = {}
    unknown_keys: list[str] = []


class DescribedPolicies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The layers as written, each document as raw JSON; null means that the layer is not there."""

    identity: list[msgspec.Raw] = []
    resource: msgspec.Raw = msgspec.Raw(b"null")
    boundary: list[msgspec.Raw] | None = None
    session: list[msgspec.Raw] | None = None
    scp: list[list[msgspec.Raw]] | None = None
    rcp: list[list[msgspec.Raw]] | None = None
    endpoint: list[msgspec.Raw] | None = None


class Question(msgspec.Struct, frozen=True):
    """All that `authorize` takes."""

    request: Request
    layers: Layers
    resource_account: str | None = None


def question(request: DescribedRequest, policies: DescribedPolicies, untold: Unsaid = ABSENT) -> Question:
    """The question that a request and its policies, as written, amount to.

    `untold` is what the keys count as that AWS sets for such a principal and its ARN does not tell, as `aws:userid`.
    """
    read = request_of(request, untold)
    return Question(read, layers_of(policies, read), request.resource_account)


def request_of(described: DescribedRequest, untold: Unsaid = ABSENT) -> Request:
    """The request; InputError for an action, a principal, a resource or a key that cannot be read."""
    if not _ACTION.fullmatch(described.action):
        raise InputError(f"`{described.action}` is no action", hint="write it as `s3:GetObject`, without wildcards")
    if described.resource != "*" and not re.fullmatch(r"arn(?::[^:]*){4}:.+", described.resource):
        raise InputError(f"`{described.resource}` is no resource", hint="give an ARN, or `*` for an action without one")
    if described.resource_account is not None and not re.fullmatch(r"[0-9]{12}", described.resource_account):
        raise InputError(f"`{described.resource_account}` is no account", hint="an account id has 12 digits")
    principal, keys = principal_of(described.principal, untold)
    _check_keys([*described.context, *described.unknown_keys])
    keys |= {key.lower(): _value(value) for key, value in described.context.items()}
    keys |= dict.fromkeys((key.lower() for key in described.unknown_keys), Unsaid.UNKNOWN)
    return Request(described.action, described.resource, Context(keys), principal)


def layers_of(described: DescribedPolicies, request: Request) -> Layers:
    """The layers; InputError, with place and rule, for a document that cannot be judged."""
    resource = bytes(described.resource)
    session = _maybe("session", described.session, DocumentKind.SESSION)
    resource_kind = DocumentKind.TRUST if is_assuming(request) else DocumentKind.RESOURCE
    return Layers(
        identity=_level("identity", described.identity, DocumentKind.IDENTITY),
        resource=None if resource == b"null" else _parsed(resource, resource_kind, "resource"),
        session=None if session is None else tuple(each.policy for each in session),
        boundary=_maybe("boundary", described.boundary, DocumentKind.BOUNDARY),
        scps=_levels("scp", described.scp, DocumentKind.SCP),
        rcps=_levels("rcp", described.rcp, DocumentKind.RCP),
        endpoint=_maybe("endpoint", described.endpoint, DocumentKind.ENDPOINT),
    )


def is_assuming(request: Request) -> bool:
    """Whether the request is judged by a role's trust policy."""
    action = request.action.lower()
    is_trusted = action.startswith("sts:assumerole") or action in ("sts:setsourceidentity", "sts:tagsession")
    return is_trusted and ":role/" in str(request.resource)


def principal_of(described: str | Mapping[str, Any], untold: Unsaid = ABSENT) -> tuple[Principal, dict[str, Value]]:
    """A principal and the keys it brings; an ARN brings only what it tells, and a role's ARN a session without name."""
    if isinstance(described, str):
        return _by_name(described, untold)
    kind = _KINDS.get(str(described.get("type")))
    if kind is None:
        raise InputError(
            f"there is no principal of the type `{described.get('type')}`", hint=f"known: {', '.join(_KINDS)}"
        )
    fields = {name: _field(name, value) for name, value in described.items() if name != "type"}
    if "partition" in kind.__struct_fields__:
        fields.setdefault("partition", "aws")
    try:
        principal = kind(**fields)
    except TypeError as problem:
        raise InputError(f"the principal cannot be read: {problem}") from None
    return principal, context_keys(principal)


def _check_keys(keys: list[str]) -> None:
    """InputError for a key without a prefix, or one that is given twice."""
    for key in keys:
        if not re.fullmatch(r"[^\s:]+:\S(?:.*\S)?", key):
            raise InputError(f"`{key}` is no condition key", hint="write it as `aws:SourceIp`")
        if sum(other.lower() == key.lower() for other in keys) > 1:
            raise InputError(f"the condition key `{key}` is given twice")


def _by_name(text: str, untold: Unsaid) -> tuple[Principal, dict[str, Value]]:
    if text == "*":
        return Anonymous(), context_keys(Anonymous())
    match = _ARN.fullmatch(text)
    if match is None:
        named: Principal = Federated(provider=text) if text in _PROVIDERS else Service(name=text)
        if isinstance(named, Service) and not re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", text):
            raise InputError(
                f"`{text}` is no principal", hint="give an ARN, a service such as `ec2.amazonaws.com`, or `*`"
            )
        return named, context_keys(named)
    principal = _by_arn(text, match)
    keys = context_keys(principal)
    told = _TOLD if isinstance(principal, AssumedRole | User | FederatedUser) else frozenset(keys)
    return principal, {key: value if key in told else _untold(value, untold) for key, value in keys.items()}


def _untold(value: Value, untold: Unsaid) -> Value:
    """What a key that the ARN does not tell counts as: one that AWS always sets is there, its value is not known."""
    if value is ABSENT or untold is ABSENT:
        return ABSENT
    return UNKNOWN if value is UNKNOWN else PRESENT


def _by_arn(text: str, match: re.Match[str]) -> Principal:
    partition, account = match[1], match[3]
    kind, _, path = match[4].partition("/")
    name = path.rsplit("/", 1)[-1]
    match match[2], kind:
        case "iam", "root":
            return Root(partition=partition, account=account)
        case "iam", "user":
            return User(partition=partition, account=account, arn=text, id="", name=name)
        case "iam", "role":
            return _session(partition, account, text, "")
        case "iam", "saml-provider" | "oidc-provider":
            return Federated(provider=text)
        case "sts", "assumed-role":
            return _session(partition, account, f"arn:{partition}:iam::{account}:role/{path.partition('/')[0]}", name)
        case "sts", "federated-user":
            return FederatedUser(
                partition=partition, account=account, name=path, user_arn="", user_id="", issued_at=UNKNOWN
            )
        case _:
            raise InputError(f"`{text}` is no principal that asks for anything")


def _session(partition: str, account: str, role_arn: str, name: str) -> AssumedRole:
    return AssumedRole(
        partition=partition, account=account, role_arn=role_arn, role_id="", session_name=name, issued_at=UNKNOWN,
        source_identity=UNKNOWN, tags=UNKNOWN, federated_provider=UNKNOWN,
    )  # fmt: skip


def _field(name: str, value: Any) -> Any:
    """A field of a principal: `{"unknown": true}` is one we do not know, and times are instants."""
    if name in _MAY_BE_UNKNOWN and value == {"unknown": True}:
        return UNKNOWN
    if name in _INSTANTS and (value is None or isinstance(value, str)):
        return None if value is None else _instant(value)
    if name == "tags":
        is_right = isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    elif name == "has_mfa":
        is_right = isinstance(value, bool)
    else:
        is_right = isinstance(value, str) or (value is None and name in _MAY_BE_UNKNOWN)
    if not is_right:
        raise InputError(f"the principal's `{name}` cannot be read")
    return value


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InputError(f"`{text}` is no instant", hint="write it as `2026-11-23T10:00:00Z`")
    return found


def _value(value: Scalar | list[Scalar]) -> Value:
    if isinstance(value, list):
        return Known(tuple(_text(each) for each in value), several=True)
    return Known((_text(value),))


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _levels(name: str, written: list[list[msgspec.Raw]] | None, kind: DocumentKind) -> tuple[Level, ...] | None:
    if written is None:
        return None
    return tuple(_level(f"{name}[{index}]", level, kind) for index, level in enumerate(written))


def _maybe(name: str, written: list[msgspec.Raw] | None, kind: DocumentKind) -> Level | None:
    return None if written is None else _level(name, written, kind)


def _level(name: str, written: list[msgspec.Raw], kind: DocumentKind) -> Level:
    names = [f"{name}[{index}]" for index in range(len(written))]
    return tuple(NamedPolicy(each, _parsed(bytes(raw), kind, each)) for each, raw in zip(names, written, strict=True))


def _parsed(text: bytes, kind: DocumentKind, place: str) -> Policy:
    try:
        return _kept(text, kind)
    except InputError as problem:
        raise InputError(f"{place}: {problem.message}", hint=problem.hint) from None


@lru_cache(maxsize=4096)
def _kept(text: bytes, kind: DocumentKind) -> Policy:
    return parse(text, kind)
