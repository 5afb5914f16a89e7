"""An inline policy of our own on the role, one per plan."""

from __future__ import annotations

from unassume.iam.limits import LIMITS, measure
from unassume.means.mark import policy_name
from unassume.model.plans import Change
from unassume.model.slots import RoleInlinePolicy
from unassume.model.surveys import Role

PERMISSIONS = ("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy")
REMOVED_BY = ("iam:DeleteRolePolicy", "iam:PutRolePolicy")
"""The calls on the role that take it away or replace it."""


def change(role: Role, text: str, incident: str, seed: str) -> Change:
    """The change that puts this document on the role, under a name nothing else uses."""
    name = policy_name(incident, seed + role.id + text)
    slot = RoleInlinePolicy(account=role.account, role=role.name, policy=name)
    return Change(slot=slot, holder_id=role.id, before=role.inline.get(name), after=text)


def room(role: Role) -> int:
    """How many characters of the role's inline quota are left."""
    return LIMITS["role"] - sum(measure(text) for text in role.inline.values())
