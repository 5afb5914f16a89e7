"""What Organizations checks when its policies and its tree are changed, and moto does not; and what a change entails.

# AWS: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html (codes; and its siblings)
# AWS: https://docs.aws.amazon.com/organizations/latest/userguide/disable-policy-type.html (all are detached)
ASSUMPTION: the sentences, and the code that keeps RCPFullAWSAccess where it is; its page says only that it cannot be
detached. Types that the lab does not enforce can be written, but neither enabled nor attached.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.limits import LIMITS, count
from unassume.iam.statements import Policy
from unassume.lab.accounts.guardrails import (
    DEFAULTS,
    RCP,
    SCP,
    OrganizationView,
    attach_default,
    detach_all,
    forget_gone,
    organization,
)
from unassume.lab.accounts.organization import management_of
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal, not_implemented

_MOST = 5
_KINDS: Mapping[str, tuple[DocumentKind, str]] = {SCP: (DocumentKind.SCP, "scp"), RCP: (DocumentKind.RCP, "rcp")}


def check_organization(operation: Operation, account: str) -> None:
    """A Refusal when Organizations would not take the write, or when the lab would not enforce it."""
    check = _CHECKS.get(operation.name)
    if check is None:
        return
    found = organization(account)
    if found is None:
        if management_of(account) is None:
            raise _refused("AWSOrganizationsNotInUse", "Your account is not a member of an organization.")
        raise _refused("AccessDenied", "You don't have permissions to access this resource.")
    check(operation, found)


def settle(operation: Operation, account: str) -> None:
    """What follows from a write that moto took, and moto leaves undone."""
    kind = str(operation.parameters.get("PolicyType"))
    match operation.name:
        case "EnablePolicyType":
            attach_default(account, kind)
        case "DisablePolicyType":
            detach_all(account, kind)
        case "DeleteOrganizationalUnit":
            forget_gone(account)
        case _:
            pass


def _create_policy(operation: Operation, found: OrganizationView) -> None:
    _check_content(operation, str(operation.parameters.get("Type")))


def _update_policy(operation: Operation, found: OrganizationView) -> None:
    _check_content(operation, _own_policy(operation, found))


def _delete_policy(operation: Operation, found: OrganizationView) -> None:
    _own_policy(operation, found)


def _attach(operation: Operation, found: OrganizationView) -> None:
    policy, target, kind = _attachment(operation, found)
    if policy in found.attached[target]:
        raise _refused("DuplicatePolicyAttachment", "The selected policy is already attached to the specified target.")
    if len(found.attached_of(target, kind)) >= _MOST:
        raise _refused("ConstraintViolation", f"You have attached the maximum of {_MOST} policies of this type.")


def _detach(operation: Operation, found: OrganizationView) -> None:
    policy, target, kind = _attachment(operation, found)
    if policy not in found.attached[target]:
        raise _refused("PolicyNotAttached", "The policy isn't attached to the specified target in the specified root.")
    if policy == DEFAULTS[RCP]:
        raise _refused("ConstraintViolation", "RCPFullAWSAccess cannot be detached.")
    if len(found.attached_of(target, kind)) == 1:
        raise _refused("ConstraintViolation", "You cannot detach the last policy of this type from the target.")


def _attachment(operation: Operation, found: OrganizationView) -> tuple[str, str, str]:
    """The policy, the target and the policy's type, each of which must be there, the type enabled."""
    policy, target = str(operation.parameters.get("PolicyId")), str(operation.parameters.get("TargetId"))
    if policy not in found.policies:
        raise _refused("PolicyNotFound", "We can't find a policy with the PolicyId that you specified.")
    kind = found.policies[policy].kind
    _check_enforced(kind, operation)
    if kind not in found.enabled:
        raise _refused("PolicyTypeNotEnabled", "This operation can be performed only for enabled policy types.")
    if target not in found.attached:
        raise _refused("TargetNotFound", "We can't find a root, OU, or account with the TargetId that you specified.")
    return policy, target, kind


def _switch_type(operation: Operation, found: OrganizationView) -> None:
    _check_enforced(str(operation.parameters.get("PolicyType")), operation)


def _move(operation: Operation, found: OrganizationView) -> None:
    account, source, to = (
        str(operation.parameters.get(name)) for name in ("AccountId", "SourceParentId", "DestinationParentId")
    )
    if account not in found.parents:
        raise _refused("AccountNotFound", "You specified an account that doesn't exist.")
    if found.parents[account] != source:
        raise _refused("SourceParentNotFound", "We can't find a source root or OU with the ParentId you specified.")
    if to not in found.parents or not to.startswith(("r-", "ou-")):
        raise _refused("DestinationParentNotFound", "We can't find the destination container you specified.")
    if to == source:
        raise _refused("DuplicateAccount", "That account is already present in the specified destination.")


def _create_unit(operation: Operation, found: OrganizationView) -> None:
    parent = str(operation.parameters.get("ParentId"))
    if parent not in found.parents or not parent.startswith(("r-", "ou-")):
        raise _refused("ParentNotFound", "We can't find a root or OU with the ParentId that you specified.")


def _delete_unit(operation: Operation, found: OrganizationView) -> None:
    if operation.parameters.get("OrganizationalUnitId") in found.parents.values():
        message = "The specified OU is not empty. Move all accounts and OUs out of it first."
        raise _refused("OrganizationalUnitNotEmpty", message)


def _own_policy(operation: Operation, found: OrganizationView) -> str:
    """The type of the customer's policy that is to change."""
    policy = found.policies.get(str(operation.parameters.get("PolicyId")))
    if policy is None:
        raise _refused("PolicyNotFound", "We can't find a policy with the PolicyId that you specified.")
    if policy.is_aws:
        raise _refused("InvalidInput", "You specified a policy that is managed by AWS and can't be modified.")
    return policy.kind


def _check_content(operation: Operation, kind: str) -> None:
    content = operation.parameters.get("Content")
    if content is None or kind not in _KINDS:
        return
    document, limit = _KINDS[kind]
    if count(str(content), limit) > LIMITS[limit]:
        raise _refused("ConstraintViolation", "You have exceeded the maximum policy size.")
    try:
        policy = parse(str(content), document)
    except InputError as problem:
        raise _refused("MalformedPolicyDocument", problem.message) from None
    if kind == RCP and not _may_be_customers(policy):
        message = "A resource control policy of your own only denies, and names the service of each action."
        raise _refused("MalformedPolicyDocument", message)


def _may_be_customers(policy: Policy) -> bool:
    """Whether the RCP may be another's than AWS's own.

    # AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    return all(each.effect == "Deny" and "*" not in each.actions for each in policy.statements)


def _check_enforced(kind: str, operation: Operation) -> None:
    if kind not in _KINDS:
        raise not_implemented(f"organizations:{operation.name} of {json.dumps(kind)} yet: it would not be enforced")


def _refused(name: str, message: str) -> Refusal:
    return Refusal(code=f"{name}Exception", status=400, message=message)


_CHECKS: Mapping[str, Callable[[Operation, OrganizationView], None]] = {
    "CreatePolicy": _create_policy,
    "UpdatePolicy": _update_policy,
    "DeletePolicy": _delete_policy,
    "AttachPolicy": _attach,
    "DetachPolicy": _detach,
    "EnablePolicyType": _switch_type,
    "DisablePolicyType": _switch_type,
    "MoveAccount": _move,
    "CreateOrganizationalUnit": _create_unit,
    "DeleteOrganizationalUnit": _delete_unit,
}
