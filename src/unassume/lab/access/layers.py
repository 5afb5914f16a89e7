"""The policies that bear on a call in the lab, layer by layer, as they stood when they propagated."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

from unassume.iam.documents import DocumentKind, parse
from unassume.iam.layers import Layers, Level, NamedPolicy
from unassume.iam.principals import AssumedRole, Federated, FederatedUser, Root, Service, User
from unassume.iam.rcps import is_under_rcps
from unassume.iam.statements import Policy
from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import RoleSession, UserSession
from unassume.lab.accounts.key_policies import is_managed_key
from unassume.lab.accounts.state import AccountView, RoleView, Texts, UserView
from unassume.lab.operations.needed import Needed

_ROOT_MAY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
"""What stands behind a federated user that root made: all that its session policies allow."""


@lru_cache(maxsize=4096)
def parsed(text: str, kind: DocumentKind) -> Policy:
    """A document, parsed once; InputError when it cannot be judged."""
    return parse(text, kind)


def layers_of(
    caller: Caller, view: AccountView, resource: Policy | None = None, *, rcps: tuple[Level, ...] | None = None
) -> Layers:
    """All layers that bind the caller; `resource` is the policy of what is asked for, where it has one.

    `rcps` are those over the resource's owner (`rcps_over`); the SCPs are those over the caller's account.

    Raises InputError when one of them cannot be judged.
    """
    return Layers(
        identity=_identity(caller, view),
        resource=resource,
        session=_session_policies(caller),
        boundary=_boundary(caller, view),
        scps=_levels(view.scps, DocumentKind.SCP),
        rcps=rcps,
    )


def rcps_over(needed: Needed, owner: AccountView) -> tuple[Level, ...] | None:
    """The RCPs over what is asked for, by its owner's view; None where none bind. InputError as in `layers_of`."""
    is_bound = is_under_rcps(needed.action, needed.resource) and not is_managed_key(needed.resource)
    return _levels(owner.rcps, DocumentKind.RCP) if is_bound else None


@lru_cache(maxsize=1024)
def _levels(levels: tuple[Texts, ...] | None, kind: DocumentKind) -> tuple[Level, ...] | None:
    return None if levels is None else tuple(_named(texts, kind) for texts in levels)


def _identity(caller: Caller, view: AccountView) -> tuple[NamedPolicy, ...]:
    """The identity-based policies of the caller in that view; a federated user's are those of the user behind it."""
    match caller.principal:
        case AssumedRole(role_id=role_id):
            role = view.roles.get(role_id)
            return _named(role.inline + role.managed) if role else ()
        case FederatedUser(account=account, user_id=user_id) if user_id == account:
            return _named((("root", _ROOT_MAY),))
        case User(id=user_id) | FederatedUser(user_id=user_id):
            user = view.users.get(user_id)
            return _named(user.inline + user.managed) if user else ()
        case Root() | Federated() | Service():
            return ()
        case _:
            assert_never(caller.principal)


def _boundary(caller: Caller, view: AccountView) -> tuple[NamedPolicy, ...] | None:
    """The permissions boundary of the role or user, of the user behind a federated one too; None where there is none.

    ASSUMPTION: a session of GetFederationToken stands under its user's boundary, as it stands under its policies.
    """
    match caller.principal:
        case AssumedRole(role_id=role_id):
            bound: RoleView | UserView | None = view.roles.get(role_id)
        case User(id=user_id) | FederatedUser(user_id=user_id):
            bound = view.users.get(user_id)
        case Root() | Federated() | Service():
            return None
        case _:
            assert_never(caller.principal)
    return _named((bound.boundary,), DocumentKind.BOUNDARY) if bound and bound.boundary else None


def _session_policies(caller: Caller) -> tuple[Policy, ...] | None:
    """The session policies the caller's session was made with, or None where none bound it.

    A federated user without any may do nothing by its own identity.
    AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    match caller.session:
        case None | UserSession() | RoleSession(policies=()):
            return None
        case _:
            return tuple(parsed(text, DocumentKind.SESSION) for _, text in caller.session.policies)


def _named(texts: Texts, kind: DocumentKind = DocumentKind.IDENTITY) -> tuple[NamedPolicy, ...]:
    return tuple(NamedPolicy(name, parsed(text, kind)) for name, text in texts)
