"""The first means: an inline policy of our own on the role, one per plan."""

from __future__ import annotations

from unassume.errors import InputError
from unassume.iam.limits import LIMITS, measure
from unassume.means.mark import document, our_statements, policy_name
from unassume.means.packing import packed, size
from unassume.model.plans import Change
from unassume.model.selectors import Selector
from unassume.model.slots import RoleInlinePolicy
from unassume.model.surveys import Role

PERMISSIONS = ("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy")


def change(role: Role, selectors: tuple[Selector, ...], incident: str, seed: str) -> Change:
    """The change that puts these selectors on the role, under a name nothing else uses."""
    text = document(selectors)
    name = policy_name(incident, seed + role.id + text)
    slot = RoleInlinePolicy(account=role.account, role=role.name, policy=name)
    return Change(slot=slot, holder_id=role.id, before=role.inline.get(name), after=text)


def misfit(role: Role, text: str | None) -> str | None:
    """Why the text cannot stand on this role, or None when it fits."""
    # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    if role.is_service_linked:
        return "AWS owns service-linked roles: their sessions cannot be revoked"
    # AWS: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    if role.is_reserved:
        return "Identity Center owns reserved roles: cut by permission set or SCP instead"
    if text is not None and room(role) < size(text):
        left = (
            f"the role's inline policies leave {room(role)} of {LIMITS['role']} characters, the cut needs {size(text)}"
            f"{_how_many_fit(text, room(role))}"
        )
        return f"{left}; `--rung older-sessions` needs least"
    return None


def _how_many_fit(text: str, left: int) -> str:
    """How many of several selectors there is room for: all inline policies of a role share one quota."""
    selectors = tuple(ours.selector for ours in our_statements(text) or ())
    if len(selectors) < 2:
        return ""
    try:
        fitting = len(packed(selectors, left)[0])
    except InputError:
        fitting = 0
    return f"; {fitting} of its {len(selectors)} sessions would fit"


def room(role: Role) -> int:
    """How many characters of the role's inline quota are left."""
    return LIMITS["role"] - sum(measure(text) for text in role.inline.values())
