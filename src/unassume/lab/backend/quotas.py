"""IAM's quotas at their defaults: how long documents may be, and how many of a kind there may be.

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (the numbers)
The code LimitExceeded with 409 is documented. ASSUMPTION: the sentences, which AWS's documents do not give.
moto itself holds two of them: five versions of a managed policy, two access keys of a user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from unassume.iam.limits import LIMITS, measure
from unassume.lab.accounts.state import AccountView, Texts
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal


class Quota(msgspec.Struct, frozen=True):
    """How many there may be; `standing` counts what is there, None where the call adds nothing."""

    name: str
    most: int
    standing: Callable[[Operation, AccountView], int | None]


def check_count(operation: Operation, view: AccountView) -> None:
    """A Refusal when the call would make one too many."""
    quota = QUOTAS.get(operation.name)
    standing = quota.standing(operation, view) if quota else None
    if quota is not None and standing is not None and standing >= quota.most:
        raise _exceeded(f"Cannot exceed quota for {quota.name}: {quota.most}")


def check_inline(kind: str, text: str, operation: Operation, view: AccountView) -> None:
    """A Refusal when all inline policies of the role, user or group together would be too long."""
    name = str(operation.parameters.get(f"{kind.capitalize()}Name"))
    others = (held for policy, held in _inline(kind, name, view) if policy != operation.parameters.get("PolicyName"))
    if sum(map(measure, others)) + measure(text) > LIMITS[kind]:
        raise _exceeded(f"Maximum policy size of {LIMITS[kind]} bytes exceeded for {kind} {name}")


def check_size(kind: str, text: str) -> None:
    """A Refusal when a managed policy or a trust policy is too long."""
    if measure(text) > LIMITS[kind]:
        raise _exceeded(f"Cannot exceed quota for {_SIZES[kind]}: {LIMITS[kind]}")


_SIZES = {"trust": "ACLSizePerRole", "managed": "PolicySize"}


def _inline(kind: str, name: str, view: AccountView) -> Texts:
    match kind:
        case "role":
            role = view.role_named(name)
            return role.inline if role else ()
        case "user":
            user = view.user_named(name)
            return user.own_inline if user else ()
        case _:
            group = view.group_named(name)
            return group.inline if group else ()


def _counted(kind: str) -> Callable[[Operation, AccountView], int | None]:
    return lambda operation, view: view.counts.get(kind, 0)


def _customer_policies(operation: Operation, view: AccountView) -> int | None:
    return sum(":iam::aws:" not in arn for arn in view.managed)


def _on_role(operation: Operation, view: AccountView) -> int | None:
    role = view.role_named(str(operation.parameters.get("RoleName")))
    return _added(operation, [arn for arn, _ in role.managed] if role else [])


def _on_user(operation: Operation, view: AccountView) -> int | None:
    user = view.user_named(str(operation.parameters.get("UserName")))
    return _added(operation, list(user.attached) if user else [])


def _on_group(operation: Operation, view: AccountView) -> int | None:
    group = view.group_named(str(operation.parameters.get("GroupName")))
    return _added(operation, [arn for arn, _ in group.managed] if group else [])


def _added(operation: Operation, arns: list[str]) -> int | None:
    """To attach what is attached already adds nothing."""
    return None if operation.parameters.get("PolicyArn") in arns else len(arns)


def _groups_of(operation: Operation, view: AccountView) -> int | None:
    user = view.user_named(str(operation.parameters.get("UserName")))
    groups = user.groups if user else ()
    return None if operation.parameters.get("GroupName") in groups else len(groups)


QUOTAS: Mapping[str, Quota] = {
    "CreateRole": Quota("RolesPerAccount", 1000, lambda operation, view: len(view.roles)),
    "CreateUser": Quota("UsersPerAccount", 5000, lambda operation, view: len(view.users)),
    "CreateGroup": Quota("GroupsPerAccount", 300, lambda operation, view: len(view.groups)),
    "CreatePolicy": Quota("PoliciesPerAccount", 1500, _customer_policies),
    "CreateInstanceProfile": Quota("InstanceProfilesPerAccount", 1000, _counted("instance_profiles")),
    "CreateSAMLProvider": Quota("SAMLProvidersPerAccount", 100, _counted("saml_providers")),
    "CreateOpenIDConnectProvider": Quota("OpenIdConnectProvidersPerAccount", 100, _counted("open_id_providers")),
    "UploadServerCertificate": Quota("ServerCertificatesPerAccount", 20, _counted("certificates")),
    "AttachRolePolicy": Quota("PoliciesPerRole", 10, _on_role),
    "AttachUserPolicy": Quota("PoliciesPerUser", 10, _on_user),
    "AttachGroupPolicy": Quota("PoliciesPerGroup", 10, _on_group),
    "AddUserToGroup": Quota("GroupsPerUser", 10, _groups_of),
}
"""Each operation that makes or attaches one more, and its quota."""


def _exceeded(message: str) -> Refusal:
    return Refusal(code="LimitExceeded", status=409, message=message)
