"""May this caller have a session of that role? The role's trust, and the caller's own side where it has one."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unassume.errors import InputError
from unassume.iam.authorize import authorize
from unassume.iam.documents import DocumentKind
from unassume.iam.evaluate import Request
from unassume.iam.principals import Federated, Root, Service
from unassume.iam.values import Value
from unassume.lab.access.context import context
from unassume.lab.access.judge import Judgement, concluded, is_role_gone, unjudged
from unassume.lab.access.layers import layers_of, parsed, rcps_over
from unassume.lab.accounts.state import RoleView
from unassume.lab.operations.needed import Needed
from unassume.lab.sts.granted import Asked, Realm
from unassume.lab.wire.refusals import Refusal, Why


class Entry(msgspec.Struct, frozen=True):
    """A wish to enter a role: what must be allowed, on which role of which account, with which condition keys."""

    actions: tuple[str, ...]
    role_arn: str
    account: str
    keys: Mapping[str, Value]


def trusted_role(asked: Asked, entry: Entry, realm: Realm) -> RoleView:
    """The role, when every action is allowed; a Refusal otherwise, which does not tell whether the role exists."""
    role = realm.history.enforced(entry.account).role_at(entry.role_arn)
    for action in entry.actions:
        judgement = _judge(asked, Needed(action, entry.role_arn, entry.keys), role, entry.account, realm)
        if not judgement.allowed:
            raise Refusal(Why.DENIED, _worded(asked, action, judgement), reason=judgement.reason)
    assert role is not None  # a role that is not there was denied just above
    return role


def _judge(asked: Asked, needed: Needed, role: RoleView | None, account: str, realm: Realm) -> Judgement:
    caller = asked.caller
    if isinstance(caller.principal, Root):
        return Judgement(False, "root cannot assume roles", "Roles may not be assumed by root accounts.")
    view = realm.history.enforced(caller.account)
    caller_is_gone = is_role_gone(caller, view)
    if role is None or caller_is_gone:
        message = f"User: {caller.arn} is not authorized to perform: {needed.action} on resource: {needed.resource}"
        return Judgement(False, "the role is gone" if caller_is_gone else "no such role", message)
    keys = context(caller, asked.incoming, asked.region, realm.clock.now(), needed.keys)
    try:
        trust = parsed(role.trust, DocumentKind.TRUST)
        layers = layers_of(caller, view, trust, rcps=rcps_over(needed, realm.history.enforced(account)))
    except InputError as problem:
        return unjudged(needed, problem.message)
    request = Request(needed.action, needed.resource, keys, caller.principal)
    return concluded(caller, needed, authorize(request, layers, resource_account=account))


def _worded(asked: Asked, action: str, judgement: Judgement) -> str:
    """Callers without an account are told no ARN and no reason, only what they may not."""
    is_unjudged = judgement.reason.startswith("lab:")
    if isinstance(asked.caller.principal, Federated | Service) and not is_unjudged:
        return f"Not authorized to perform {action}"
    return judgement.message
