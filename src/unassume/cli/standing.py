"""The policies of the account added to what `explain` is asked, and the layers that nobody could read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import msgspec

from unassume.errors import InputError
from unassume.iam.described import Question, is_assuming
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.layers import Layers, Level, NamedPolicy
from unassume.iam.principals import AssumedRole, Root, User, context_keys
from unassume.iam.unread import Unread
from unassume.iam.values import ABSENT, Context, Known, Unsaid, Value

if TYPE_CHECKING:
    from unassume.aws.held import Held
    from unassume.aws.layers import Holder, PolicyReader, Standing, Wanted

ABSENT_LAYERS = {
    "resource": DocumentKind.RESOURCE,
    "session": DocumentKind.SESSION,
    "scp": DocumentKind.SCP,
    "rcp": DocumentKind.RCP,
    "endpoint": DocumentKind.ENDPOINT,
}
"""The layers that `--without` can say are not there."""
_SESSION = "AWS shows the policies a session was made with to nobody"
_ENDPOINT = "the endpoint in `aws:SourceVpce` was not asked for its policy"
_WAYS = {
    DocumentKind.IDENTITY: "give --identity FILE",
    DocumentKind.BOUNDARY: "give --boundary FILE",
    DocumentKind.RESOURCE: "give --resource-policy FILE, or --without resource",
    DocumentKind.SESSION: "give --session-policy FILE, or --without session",
    DocumentKind.ENDPOINT: "give --endpoint-policy FILE, or --without endpoint",
    DocumentKind.SCP: "name a profile of the management account with --organization-profile, or give --scp FILE",
    DocumentKind.RCP: "name a profile of the management account with --organization-profile, or give --rcp FILE",
}
Missing = tuple[Unread, ...]


def with_account(asked: Question, reader: PolicyReader, without: Collection[str]) -> tuple[Question, Missing] | None:
    """The question with the account's policies, and what was not read; None where there is no such role or user."""
    from unassume.aws.layers import Wanted

    principal = _holder(asked, reader)
    owner = asked.resource_account or _account_in(asked.request.resource) or principal.account
    wanted = Wanted(
        principal=principal, action=asked.request.action, resource=str(asked.request.resource), owner=owner,
        is_assuming=is_assuming(asked.request), layers=_to_read(asked.layers, without),
    )  # fmt: skip
    standing = reader.read(wanted)
    if standing is None:
        return None
    request = asked.request
    if standing.holder is not None:
        known, keys = _known(principal, standing.holder, request.context)
        request = msgspec.structs.replace(request, principal=known, context=keys)
    found = msgspec.structs.replace(
        asked, request=request, layers=_layers(asked.layers, wanted, standing), resource_account=owner
    )
    missing = (*standing.unread, *_never_read(asked, principal, without))
    return found, _advised([each for each in missing if not _is_given(asked.layers, each.layer)])


def _is_given(layers: Layers, kind: DocumentKind) -> bool:
    """Whether a file gives the only policy that the layer has."""
    return kind is DocumentKind.BOUNDARY and layers.boundary is not None


def _advised(unread: list[Unread]) -> Missing:
    """The unread layers; the last reason of each says what to do."""
    last = {each.layer: number for number, each in enumerate(unread)}
    return tuple(
        msgspec.structs.replace(each, because=f"{each.because}; {_WAYS[each.layer]}")
        if last[each.layer] == number
        else each
        for number, each in enumerate(unread)
    )


def _holder(asked: Question, reader: PolicyReader) -> Holder:
    """The principal, whose policies can be read; InputError for any other, and for one of another account."""
    principal = asked.request.principal
    if not isinstance(principal, AssumedRole | User | Root):
        raise InputError(
            "--from-account reads the policies of roles, users and root only",
            hint="give the ARN of a role, a session or a user",
        )
    own = reader.account()
    if own != principal.account:
        hint = f"name a profile of the account {principal.account} with --profile"
        message = f"the principal is of the account `{principal.account}`, your credentials are of `{own}`"
        raise InputError(message, hint=hint)
    return principal


def _to_read(layers: Layers, without: Collection[str]) -> frozenset[DocumentKind]:
    """The layers that neither a file gives nor the asker says are not there."""
    given = {
        DocumentKind.RESOURCE: layers.resource, DocumentKind.SCP: layers.scps, DocumentKind.RCP: layers.rcps,
    }  # fmt: skip
    absent = {ABSENT_LAYERS[name] for name in without}
    return frozenset(kind for kind, policies in given.items() if policies is None) - absent


def _layers(given: Layers, wanted: Wanted, standing: Standing) -> Layers:
    identity, boundary = given.identity, given.boundary
    if standing.holder is not None:
        identity = (*identity, *_level(standing.holder.identity, DocumentKind.IDENTITY))
        if boundary is None and standing.holder.boundary is not None:
            boundary = _level([standing.holder.boundary], DocumentKind.BOUNDARY)
    kind = DocumentKind.TRUST if wanted.is_assuming else DocumentKind.RESOURCE
    resource = given.resource if standing.resource is None else _read("resource policy", standing.resource, kind)
    return msgspec.structs.replace(
        given, identity=identity, boundary=boundary, resource=resource,
        scps=_levels(standing.scps, DocumentKind.SCP) if given.scps is None else given.scps,
        rcps=_levels(standing.rcps, DocumentKind.RCP) if given.rcps is None else given.rcps,
    )  # fmt: skip


def _known(principal: Holder, held: Held, context: Context) -> tuple[Holder, Context]:
    """The principal as the account knows it, and the context with what it tells and the asker did not."""
    if held.arn is None or isinstance(principal, Root):
        return principal, context
    keys: dict[str, Value] = dict(context.values)
    told = f"{held.id}:{principal.session_name}" if isinstance(principal, AssumedRole) else held.id or ""
    bare = Known((principal.role_arn if isinstance(principal, AssumedRole) else principal.arn,))
    known: Holder
    if isinstance(principal, AssumedRole):
        known = msgspec.structs.replace(principal, role_arn=held.arn, role_id=held.id or "")
        brought: dict[str, Value] = {"aws:userid": Known((told,))} if principal.session_name else {}
    else:
        known = msgspec.structs.replace(principal, arn=held.arn, id=held.id or "", tags=held.tags or {})
        tags = {key: value for key, value in context_keys(known).items() if key.startswith("aws:principaltag/")}
        brought = {"aws:userid": Known((told,)), **tags}
    for key, value in brought.items():
        if isinstance(keys.get(key, ABSENT), Unsaid):
            keys[key] = value
    if keys.get("aws:principalarn") == bare:
        keys["aws:principalarn"] = Known((held.arn,))
    return known, Context(keys, context.unlisted)


def _never_read(asked: Question, principal: Holder, without: Collection[str]) -> Missing:
    """The layers that no call shows: session policies, and the endpoint's where the request names one."""
    missing: list[Unread] = []
    if isinstance(principal, AssumedRole) and asked.layers.session is None and "session" not in without:
        missing.append(Unread(DocumentKind.SESSION, _SESSION))
    endpoint = asked.request.context.values.get("aws:sourcevpce", ABSENT)
    if endpoint is not ABSENT and asked.layers.endpoint is None and "endpoint" not in without:
        missing.append(Unread(DocumentKind.ENDPOINT, _ENDPOINT))
    return tuple(missing)


def _account_in(resource: object) -> str | None:
    parts = str(resource).split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() and len(parts[4]) == 12 else None


def _level(texts: Iterable[tuple[str, str]], kind: DocumentKind) -> Level:
    return tuple(NamedPolicy(name, _read(name, text, kind)) for name, text in texts)


def _levels(levels: Iterable[Iterable[tuple[str, str]]] | None, kind: DocumentKind) -> tuple[Level, ...] | None:
    return None if levels is None else tuple(_level(level, kind) for level in levels)


def _read(name: str, text: str, kind: DocumentKind) -> Policy:
    try:
        return parse(text, kind)
    except InputError as problem:
        raise InputError(f"the {kind.wording} `{name}` of the account: {problem.message}", hint=problem.hint) from None
