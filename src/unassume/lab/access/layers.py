"""The policies that bear on a call in the lab, layer by layer, as they stood when they propagated."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

from unassume.iam.documents import DocumentKind, parse
from unassume.iam.layers import Layers, NamedPolicy
from unassume.iam.principals import AssumedRole, Federated, FederatedUser, Root, Service, User
from unassume.iam.statements import Policy
from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import RoleSession, UserSession
from unassume.lab.accounts.state import AccountView, Texts

_ROOT_MAY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
"""What stands behind a federated user that root made: all that its session policies allow."""


@lru_cache(maxsize=4096)
def parsed(text: str, kind: DocumentKind) -> Policy:
    """A document, parsed once; InputError when it cannot be judged."""
    return parse(text, kind)


def layers_of(caller: Caller, view: AccountView, resource: Policy | None = None) -> Layers:
    """All layers that bind the caller; `resource` is the policy of what is asked for, where it has one.

    Raises InputError when one of them cannot be judged.
    """
    return Layers(identity=_identity(caller, view), resource=resource, session=_session_policies(caller))


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


def _named(texts: Texts) -> tuple[NamedPolicy, ...]:
    return tuple(NamedPolicy(name, parsed(text, DocumentKind.IDENTITY)) for name, text in texts)
