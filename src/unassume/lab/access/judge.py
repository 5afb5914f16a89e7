"""May this caller do this? Our own `iam` over the policies as they stood when they propagated."""

from __future__ import annotations

import msgspec

from unassume.errors import InputError
from unassume.iam.authorize import authorize
from unassume.iam.documents import DocumentKind
from unassume.iam.evaluate import Request
from unassume.iam.layers import Decision
from unassume.iam.principals import Root, is_everyone
from unassume.iam.statements import Policy
from unassume.iam.values import Context, Known, Unsaid
from unassume.lab.access.callers import Caller
from unassume.lab.access.layers import layers_of, parsed, rcps_over
from unassume.lab.accounts.history import History
from unassume.lab.accounts.resource_policies import resource_policy
from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.across_accounts import crosses
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.standing import organization_of

# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
_ROOTS_OWN = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})
"""What no bucket policy can take from the root user of the bucket's account, so that nobody is locked out."""


# Seen 2021-09-21: https://github.com/external-secrets/kubernetes-external-secrets/issues/838
_KMS = "Access to KMS is not allowed"


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
        text = resource_policy(needed.resource) if _has_say(needed, caller) else None
        resource = parsed(text, DocumentKind.RESOURCE) if text else None
        if resource is not None and _is_blocked(resource, needed, caller):
            return unjudged(needed, "the bucket's policy is for everybody, and the lab has no Block Public Access")
        rcps = rcps_over(needed, history.enforced(needed.owner or caller.account))
        layers = layers_of(caller, view, resource, rcps=rcps)
    except InputError as problem:
        return unjudged(needed, f"a policy of the caller or the resource: {problem.message}")
    is_known = is_mapped or needed.resource != "*"
    request = Request(needed.action, needed.resource if is_known else Unsaid.UNKNOWN, context, caller.principal)
    decision = authorize(request, layers, resource_account=needed.owner)
    return concluded(caller, needed, decision)


def _has_say(needed: Needed, caller: Caller) -> bool:
    """Whether the resource's policy counts; what has no owner is yet to be made, whatever else bears its name."""
    if needed.owner != caller.account:
        return needed.owner is not None and crosses(needed.action)
    return not (isinstance(caller.principal, Root) and needed.action in _ROOTS_OWN)


def _is_blocked(policy: Policy, needed: Needed, caller: Caller) -> bool:
    """Whether AWS, by default, would not have let a bucket have this policy, which lets every account in.

    AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    ASSUMPTION: any condition makes a policy for everybody one for few; within the account it counts as it stands.
    """
    if needed.owner == caller.account or not needed.action.startswith("s3:"):
        return False
    opening = (each for each in policy.statements if each.effect == "Allow" and not each.conditions)
    return any(is_everyone(entry) for each in opening for entry in each.principals or ())


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
    if _is_told_little(caller, needed):
        return Judgement(False, f"{decision.outcome} {why}".strip(), _KMS if needed.action.startswith("kms:") else "")
    if decision.outcome == "explicit-deny":
        return Judgement(False, f"explicit-deny {why}", f"{start}with an explicit deny in {article} {kind}")
    end = f"because no {kind} allows the {needed.action} action"
    return Judgement(False, f"implicit-deny {why}".strip(), start + end)


def _is_told_little(caller: Caller, needed: Needed) -> bool:
    """Whether the reasons are kept back: S3 tells them within an account and an organization only, and a service that
    uses a key for its caller never does.

    AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
    """
    if needed.action.startswith("kms:"):
        return isinstance(needed.keys.get("kms:viaservice"), Known)
    if not needed.action.startswith("s3:") or needed.owner in (None, caller.account):
        return False
    theirs, ours = organization_of(str(needed.owner)), organization_of(caller.account)
    return theirs is None or ours is None or theirs[0] != ours[0]


def _quoted(needed: Needed) -> str:
    return f'"{needed.resource}"' if needed.action.startswith("s3:") and needed.resource != "*" else needed.resource
