"""A customer managed policy of our own, attached to the role or user: for a cut that the inline quota has no room for.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from unassume.iam.limits import LIMITS
from unassume.means.mark import policy_name
from unassume.model.plans import Change
from unassume.model.slots import RoleManagedPolicy, UserManagedPolicy
from unassume.model.surveys import Role, Surveyed

_ON_POLICIES = ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:CreatePolicy", "iam:DeletePolicy")
ON_ROLES = (
    "iam:GetRole", "iam:ListAttachedRolePolicies", *_ON_POLICIES, "iam:AttachRolePolicy", "iam:DetachRolePolicy",
)  # fmt: skip
"""The permissions it takes on a role."""
ON_USERS = (
    "iam:GetUser", "iam:ListAttachedUserPolicies", *_ON_POLICIES, "iam:AttachUserPolicy", "iam:DetachUserPolicy",
)  # fmt: skip
"""The permissions it takes on a user."""
REWRITTEN_BY = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
"""The calls on the policy that put something else in its place."""
MOST = 10
"""How many managed policies each may have; ASSUMPTION: the default, though an account may have been granted more."""
LIMIT = LIMITS["managed"]


def removed_by(holder: Surveyed) -> tuple[str, ...]:
    """The call on the role or user that takes it away."""
    return ("iam:DetachRolePolicy" if isinstance(holder, Role) else "iam:DetachUserPolicy",)


def change(holder: Surveyed, text: str, incident: str, seed: str) -> Change:
    """The change that makes this document a policy and attaches it, under a name nothing else uses."""
    name, partition = policy_name(incident, seed + holder.id + text), holder.arn.split(":")[1]
    slot = (
        RoleManagedPolicy(account=holder.account, role=holder.name, policy=name, partition=partition)
        if isinstance(holder, Role)
        else UserManagedPolicy(account=holder.account, user=holder.name, policy=name, partition=partition)
    )
    return Change(slot=slot, holder_id=holder.id, before=holder.attached.get(slot.arn), after=text)


def room(holder: Surveyed) -> int:
    """How many more policies can be attached."""
    return max(0, MOST - len(holder.attached))
