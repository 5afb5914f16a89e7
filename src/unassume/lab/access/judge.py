"""May this caller do this? Our own `iam` over the policies as they stood when they propagated."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

import msgspec

from unassume.errors import InputError
from unassume.iam.authorize import Decision, Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, Federated, FederatedUser, Root, Service, User
from unassume.iam.statements import Policy
from unassume.iam.values import Context, Unsaid
from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import RoleSession, UserSession
from unassume.lab.accounts.history import History
from unassume.lab.accounts.state import AccountView, Texts
from unassume.lab.operations.needed import Needed

_ROOT_MAY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
"""What stands behind a federated user that root made: all that its session policies allow."""


class Judgement(msgspec.Struct, frozen=True):
    """Whether a call may pass, and AWS's sentence when it may not; `reason` is for the lab's own record."""

    allowed: bool
    reason: str
    message: str = ""


@lru_cache(maxsize=4096)
def parsed(text: str, kind: DocumentKind) -> Policy:
    """A document, parsed once; InputError when it cannot be judged."""
    return parse(text, kind)


def judge(caller: Caller, needed: Needed, context: Context, history: History, *, is_mapped: bool = True) -> Judgement:
    """The judgement of one action by the caller's identity-based and session policies.

    Of a call that no table maps, the resource is not known: what hangs on it is refused, never judged as `*`.
    """
    view = history.enforced(caller.account)
    if is_role_gone(caller, view):
        return _denied(caller, needed, Decision("implicit-deny", DocumentKind.IDENTITY), "the role is gone")
    try:
        layers = Layers(identity=identity(caller, view), session=session_policies(caller))
    except InputError as problem:
        return unjudged(needed, f"a policy of the caller: {problem.message}")
    is_known = is_mapped or needed.resource != "*"
    request = Request(needed.action, needed.resource if is_known else Unsaid.UNKNOWN, context, caller.principal)
    decision = authorize(request, layers, resource_account=needed.owner)
    return concluded(caller, needed, decision)


def concluded(caller: Caller, needed: Needed, decision: Decision) -> Judgement:
    """A decision in AWS's words; what is not decided is refused as the lab's own failure."""
    if decision.outcome == "allow":
        return Judgement(True, "allow")
    if decision.outcome == "unknown":
        keys = ", ".join(decision.unknown_keys)
        hangs = f"`{keys}`" if keys else "the resource, which the lab does not know for this call"
        return unjudged(needed, f"statements {', '.join(decision.statements)} hang on {hangs}")
    return _denied(caller, needed, decision, ", ".join(decision.statements))


def is_role_gone(caller: Caller, view: AccountView) -> bool:
    """Whether the caller is a session of a role that the view no longer holds."""
    return caller.role_session is not None and caller.role_session.role_id not in view.roles


def identity(caller: Caller, view: AccountView) -> tuple[NamedPolicy, ...]:
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


def session_policies(caller: Caller) -> tuple[Policy, ...] | None:
    """The session policies the caller's session was made with, or None where none bound it.

    A federated user without any may do nothing by its own identity.
    AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    match caller.session:
        case None | UserSession() | RoleSession(policies=()):
            return None
        case _:
            return tuple(parsed(text, DocumentKind.SESSION) for _, text in caller.session.policies)


def unjudged(needed: Needed, why: str) -> Judgement:
    """A refusal because the lab cannot tell: never a pass, and never worded as AWS's explicit deny."""
    return Judgement(False, f"lab:unjudged {why}", f"the lab cannot judge {needed.action}, so it is refused: {why}")


def _named(texts: Texts) -> tuple[NamedPolicy, ...]:
    return tuple(NamedPolicy(name, parsed(text, DocumentKind.IDENTITY)) for name, text in texts)


def _denied(caller: Caller, needed: Needed, decision: Decision, why: str) -> Judgement:
    kind = (decision.layer or DocumentKind.IDENTITY).wording
    start = f"User: {caller.arn} is not authorized to perform: {needed.action} on resource: {_quoted(needed)} "
    article = "an" if kind.startswith("identity") else "a"
    if decision.outcome == "explicit-deny":
        return Judgement(False, f"explicit-deny {why}", f"{start}with an explicit deny in {article} {kind}")
    end = f"because no {kind} allows the {needed.action} action"
    return Judgement(False, f"implicit-deny {why}".strip(), start + end)


def _quoted(needed: Needed) -> str:
    return f'"{needed.resource}"' if needed.action.startswith("s3:") and needed.resource != "*" else needed.resource
