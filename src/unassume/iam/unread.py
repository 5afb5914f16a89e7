"""What a decision is worth where some of the policies were not read.

INVARIANT: a decision that `is_certain` says holds stays an allow or a deny whatever the unread policies hold.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import msgspec

from unassume.iam.authorize import Decision, authorize
from unassume.iam.described import is_assuming
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.layers import Layers, NamedPolicy
from unassume.iam.statements import DocumentKind, Policy

GRANTING = frozenset({DocumentKind.IDENTITY, DocumentKind.RESOURCE, DocumentKind.TRUST})
"""The layers that can allow what no other layer does; all can deny."""


class Unread(msgspec.Struct, frozen=True):
    """A layer that was not read, or not whole, and why."""

    layer: DocumentKind
    because: str


def is_certain(
    decision: Decision,
    request: Request,
    layers: Layers,
    unread: Collection[DocumentKind],
    *,
    resource_account: str | None = None,
) -> bool:
    """Whether the decision on the policies that were read is the answer, whatever the unread ones say.

    An explicit deny always is. An allow is when nothing is unread that could deny it. An implicit deny is when it
    stays one with everything allowed in the unread layers; the unread ones may make it explicit.
    """
    match decision.outcome:
        case "allow":
            return not unread or (decision.layer is None and not decision.grounds)
        case "implicit-deny":
            generous = _generous(layers, unread, request)
            return authorize(request, generous, resource_account=resource_account).outcome.endswith("deny")
        case _:
            return True


def _generous(layers: Layers, unread: Collection[DocumentKind], request: Request) -> Layers:
    """The layers with all allowed by what was not read; unread bounds, which only narrow, are left out."""
    if DocumentKind.IDENTITY in unread:
        layers = msgspec.structs.replace(layers, identity=(*layers.identity, _everything(DocumentKind.IDENTITY)))
    if DocumentKind.RESOURCE in unread:
        kind = DocumentKind.TRUST if is_assuming(request) else DocumentKind.RESOURCE
        layers = msgspec.structs.replace(layers, resource=_everything(kind).policy)
    return layers


@lru_cache
def _everything(kind: DocumentKind) -> NamedPolicy:
    on = '"Action": "*", "Resource": "*"' if kind is not DocumentKind.TRUST else '"Action": "sts:*"'
    who = "" if kind is DocumentKind.IDENTITY else ', "Principal": "*"'
    text = f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {on}{who}}}}}'
    policy: Policy = parse(text, kind)
    return NamedPolicy("unread", policy)
