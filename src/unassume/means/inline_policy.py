"""An inline policy of our own on the role or user, one per plan."""

from __future__ import annotations

from unassume.iam.limits import LIMITS, measure
from unassume.means.mark import policy_name
from unassume.model.plans import Change
from unassume.model.slots import RoleInlinePolicy, UserInlinePolicy
from unassume.model.surveys import Role, Surveyed

ON_ROLES = ("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy")
"""The permissions it takes on a role."""
ON_USERS = ("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy")
"""The permissions it takes on a user."""


def removed_by(holder: Surveyed) -> tuple[str, ...]:
    """The calls on the role or user that take it away or replace it."""
    kind = "Role" if isinstance(holder, Role) else "User"
    return f"iam:Delete{kind}Policy", f"iam:Put{kind}Policy"


def change(holder: Surveyed, text: str, incident: str, seed: str) -> Change:
    """The change that puts this document on the role or user, under a name nothing else uses."""
    name = policy_name(incident, seed + holder.id + text)
    slot = (
        RoleInlinePolicy(account=holder.account, role=holder.name, policy=name)
        if isinstance(holder, Role)
        else UserInlinePolicy(account=holder.account, user=holder.name, policy=name)
    )
    return Change(slot=slot, holder_id=holder.id, before=holder.inline.get(name), after=text)


def limit(holder: Surveyed) -> int:
    """How many characters all inline policies of the role or user may have together."""
    return LIMITS["role" if isinstance(holder, Role) else "user"]


def room(holder: Surveyed) -> int:
    """How many characters of that are left."""
    return limit(holder) - sum(measure(text) for text in holder.inline.values())
