"""From selectors to changes on one role: one inline policy where it fits, else managed policies, each with its canary.

Every policy gets a canary of its own: AWS may enforce one of them before another, and only its own canary shows it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from unassume.errors import InputError
from unassume.iam.limits import LIMITS
from unassume.means import role_inline_policy, role_managed_policy
from unassume.means.mark import canary_name, document, our_statements
from unassume.means.packing import packed, size
from unassume.model.plans import Canary, Change
from unassume.model.selectors import CanarySelector, Selector
from unassume.model.slots import RoleInlinePolicy, RoleManagedPolicy
from unassume.model.surveys import Role, RoleSubject


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The changes for one role and their canaries, or why there can be none."""

    holder_id: str = ""
    changes: tuple[Change, ...] = ()
    canaries: tuple[Canary, ...] = ()
    why_not: str | None = None


def draft(role: Role, selectors: tuple[Selector, ...], incident: str, seed: str, *, with_canaries: bool) -> Draft:
    """The changes that put these selectors on the role, in as few policies as it has room for."""
    if (why := _unmodifiable(role)) is not None:
        return Draft(holder_id=role.id, why_not=why)
    if our_statements(document(selectors)) is None:
        return Draft(
            holder_id=role.id,
            why_not="a leaked session bears a name that AWS gives to none: it cannot be written into a policy",
        )
    one = _written(role, (selectors,), incident, seed, with_canaries, is_inline=True)
    if misfit(role, one.changes) is None:
        return one
    no_room = Draft(holder_id=role.id, why_not=_no_room(role, selectors, one.changes[0]))
    spare = size(document((_selector(_canary(role, incident, seed)),))) if with_canaries else 0
    try:
        parts = packed(selectors, role_managed_policy.LIMIT - spare)
    except InputError:
        return no_room
    several = _written(role, parts, incident, seed, with_canaries, is_inline=False)
    return several if misfit(role, several.changes) is None else no_room


def misfit(role: Role, changes: Iterable[Change]) -> str | None:
    """Why these changes cannot all be written on the role, or None when they fit."""
    added = [change for change in changes if change.after is not None]
    inline = [change.after or "" for change in added if isinstance(change.slot, RoleInlinePolicy)]
    managed = [change.after or "" for change in added if isinstance(change.slot, RoleManagedPolicy)]
    if added and (why := _unmodifiable(role)) is not None:
        return why
    if inline and sum(map(size, inline)) > role_inline_policy.room(role):
        return _inline_is_full(role, sum(map(size, inline)))
    if any(size(text) > role_managed_policy.LIMIT for text in managed):
        return f"a managed policy holds {role_managed_policy.LIMIT} characters, and the cut needs more in one"
    if len(managed) > role_managed_policy.room(role):
        return f"the role takes {role_managed_policy.room(role)} more managed policies, the cut needs {len(managed)}"
    return None


def _unmodifiable(role: Role) -> str | None:
    # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    if role.is_service_linked:
        return "AWS owns service-linked roles: their sessions cannot be revoked"
    # AWS: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    if role.is_reserved:
        return "Identity Center owns reserved roles: cut by permission set or SCP instead"
    return None


def _written(
    role: Role, parts: tuple[tuple[Selector, ...], ...], incident: str, seed: str, with_canaries: bool, *,
    is_inline: bool,
) -> Draft:  # fmt: skip
    means = role_inline_policy if is_inline else role_managed_policy
    changes, canaries = [], []
    for number, part in enumerate(parts):
        canary = _canary(role, incident, f"{seed} {number}")
        whole = (*part, _selector(canary)) if with_canaries else part
        changes.append(means.change(role, document(whole), incident, f"{seed} {number}"))
        canaries += [canary] if with_canaries else []
    return Draft(holder_id=role.id, changes=tuple(changes), canaries=tuple(canaries))


def _canary(role: Role, incident: str, seed: str) -> Canary:
    name = canary_name(incident, f"{role.id} {seed}")
    return Canary(
        role=RoleSubject(account=role.account, name=role.name),
        role_arn=role.arn,
        session_name=name,
        principal_id=f"{role.id}:{name}",
    )


def _selector(canary: Canary) -> Selector:
    return CanarySelector(canary.principal_id)


def _inline_is_full(role: Role, needed: int) -> str:
    left = role_inline_policy.room(role)
    return f"the role's inline policies leave {left} of {LIMITS['role']} characters, the cut needs {needed}"


def _no_room(role: Role, selectors: tuple[Selector, ...], change: Change) -> str:
    """Neither quota suffices: how many of several sessions there would be room for, and what needs least."""
    managed = role_managed_policy.room(role)
    in_managed = _fitting(selectors, role_managed_policy.LIMIT) * managed
    fitting = max(_fitting(selectors, role_inline_policy.room(role)), in_managed)
    told = f"; {fitting} of its {len(selectors)} sessions would fit" if len(selectors) > 1 else ""
    full = _inline_is_full(role, size(change.after or ""))
    return f"{full}, and it takes {managed} more managed policies{told}; `--rung older-sessions` needs least"


def _fitting(selectors: tuple[Selector, ...], limit: int) -> int:
    try:
        return len(packed(selectors, limit)[0])
    except InputError:
        return 0
