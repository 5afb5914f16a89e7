"""A customer managed policy of our own, attached to the role: for a cut that its inline quota has no room for.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from unassume.iam.limits import LIMITS
from unassume.means.mark import policy_name
from unassume.model.plans import Change
from unassume.model.slots import RoleManagedPolicy
from unassume.model.surveys import Role

PERMISSIONS = (
    "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:CreatePolicy",
    "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeletePolicy",
)  # fmt: skip
REMOVED_BY = ("iam:DetachRolePolicy",)
"""The call on the role that takes it away."""
REWRITTEN_BY = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
"""The calls on the policy that put something else in its place."""
MOST = 10
"""How many managed policies a role may have; ASSUMPTION: the default, though an account may have been granted more."""
LIMIT = LIMITS["managed"]


def change(role: Role, text: str, incident: str, seed: str) -> Change:
    """The change that makes this document a policy and attaches it, under a name nothing else uses."""
    name, partition = policy_name(incident, seed + role.id + text), role.arn.split(":")[1]
    slot = RoleManagedPolicy(account=role.account, role=role.name, policy=name, partition=partition)
    return Change(slot=slot, holder_id=role.id, before=role.attached.get(slot.arn), after=text)


def room(role: Role) -> int:
    """How many more policies can be attached to the role."""
    return max(0, MOST - len(role.attached))
