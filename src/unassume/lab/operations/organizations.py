"""Organizations' operations; an id becomes the ARN of the root, unit, account or policy that has it.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.accounts.guardrails import policy_type
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import organization_arn

_KINDS = (("r-", "root"), ("ou-", "ou"), ("p-", "policy"))


def _any(text: str, scene: Scene) -> str:
    """The ARN; of an id that nobody has, the ARN in whatever organization it would stand."""
    found = organization_arn(scene.account, text)
    if found or text.startswith("arn:"):
        return found or text
    kind = next((kind for start, kind in _KINDS if text.startswith(start)), "account")
    middle = "*/" if kind == "policy" else ""
    return f"arn:aws:organizations::{scene.account}:{kind}/o-*/{middle}{text}"


_TYPED = frozenset({
    "AttachPolicy", "CreatePolicy", "DeletePolicy", "DescribePolicy", "DetachPolicy", "DisablePolicyType",
    "EnablePolicyType", "ListPolicies", "ListPoliciesForTarget", "ListTargetsForPolicy", "UpdatePolicy",
})  # fmt: skip


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    """The policy type a call is about, as it says or as its policy is."""
    if operation.name not in _TYPED:
        return {}
    given = operation.parameters
    kind = given.get("PolicyType") or given.get("Filter") or given.get("Type")
    kind = kind or policy_type(scene.account, str(given.get("PolicyId")))
    return {"organizations:policytype": Known((str(kind),)) if kind else ABSENT}


ORGANIZATIONS = Service(
    base="arn:aws:organizations::{account}:",
    rows={
        "*": "CreateAccount CreateOrganization DeleteOrganization DescribeCreateAccountStatus DescribeOrganization "
        "DisableAWSServiceAccess EnableAWSServiceAccess ListAWSServiceAccessForOrganization ListAccounts "
        "ListCreateAccountStatus ListDelegatedAdministrators ListPolicies ListRoots EnableAllFeatures "
        "ListHandshakesForAccount ListHandshakesForOrganization LeaveOrganization DescribeResourcePolicy",
        "policy/o-*/*/p-*": "CreatePolicy",
        "{AccountId:any}": "CloseAccount DeregisterDelegatedAdministrator DescribeAccount "
        "ListDelegatedServicesForAccount RegisterDelegatedAdministrator RemoveAccountFromOrganization MoveAccount",
        "{ParentId:any}": "CreateOrganizationalUnit ListAccountsForParent ListChildren "
        "ListOrganizationalUnitsForParent",
        "{OrganizationalUnitId:any}": "DeleteOrganizationalUnit DescribeOrganizationalUnit UpdateOrganizationalUnit",
        "{PolicyId:any}": "AttachPolicy DetachPolicy DeletePolicy DescribePolicy ListTargetsForPolicy UpdatePolicy",
        "{TargetId:any}": "AttachPolicy DetachPolicy ListPoliciesForTarget",
        "{RootId:any}": "DisablePolicyType EnablePolicyType",
        "{ChildId:any}": "ListParents",
        "{SourceParentId:any}": "MoveAccount",
        "{DestinationParentId:any}": "MoveAccount",
        "{ResourceId:any}": "ListTagsForResource TagResource UntagResource",
    },
    resolvers={"any": _any},
    keys=_keys,
)
