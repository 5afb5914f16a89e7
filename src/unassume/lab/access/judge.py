"""May this caller do this? Our own `iam` over the policies as they stood when they propagated."""

from __future__ import annotations

import msgspec

from unassume.errors import InputError
from unassume.iam.authorize import authorize
from unassume.iam.documents import DocumentKind
from unassume.iam.evaluate import Request
from unassume.iam.layers import Decision
from unassume.iam.values import Context, Unsaid
from unassume.lab.access.callers import Caller
from unassume.lab.access.layers import layers_of, parsed, rcps_over
from unassume.lab.accounts.history import History
from unassume.lab.accounts.resource_policies import resource_policy
from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.needed import Needed


class Judgement(msgspec.Struct, frozen=True):
    """Whether a call may pass, and AWS's sentence when it may not; `reason` is for the lab's own record."""

    allowed: bool
    reason: str
    message: str = ""


def judge(caller: Caller, needed: Needed, context: Context, history: History, *, is_mapped: bool = True) -> Judgement:
    """The judgement of one action by the caller's identity-based and session policies.

    Of a call that no table maps, the resource is not known: what hangs on it is refused, never judged as `*`.
    """
    view = history.enforced(caller.account)
    if is_role_gone(caller, view):
        return _denied(caller, needed, Decision("implicit-deny", DocumentKind.IDENTITY), "the role is gone")
    try:
        text = resource_policy(needed.resource)
        if text and needed.owner != caller.account:
            # moto would act in the caller's account: nothing passes by the policy of another account's resource.
            return unjudged(needed, "the resource has a policy and belongs to another account")
        resource = parsed(text, DocumentKind.RESOURCE) if text else None
        rcps = rcps_over(needed, history.enforced(needed.owner or caller.account))
        layers = layers_of(caller, view, resource, rcps=rcps)
    except InputError as problem:
        return unjudged(needed, f"a policy of the caller or the resource: {problem.message}")
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


def unjudged(needed: Needed, why: str) -> Judgement:
    """A refusal because the lab cannot tell: never a pass, and never worded as AWS's explicit deny."""
    return Judgement(False, f"lab:unjudged {why}", f"the lab cannot judge {needed.action}, so it is refused: {why}")


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
