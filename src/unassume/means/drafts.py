"""From selectors to changes on one role or user: one inline policy where it fits, else managed ones, with canaries.

Every policy gets a canary of its own: AWS may enforce one of them before another, and only its own canary shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from unassume.errors import InputError
from unassume.iam.limits import count
from unassume.means import inline_policy, managed_policy, scp
from unassume.means.closing import trust_misfit
from unassume.means.mark import canary_name, document, our_statements
from unassume.means.packing import packed, size
from unassume.model.plans import Canary, Change
from unassume.model.selectors import CanarySelector, Selector, whose
from unassume.model.slots import InlinePolicy, ManagedPolicy
from unassume.model.surveys import Role, RoleSubject, ScpRoom, Surveyed

_NO_NAME = "a leaked session bears a name that AWS gives to none: it cannot be written into a policy"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The changes for one role or user and their canaries, or why there can be none."""

    holder_id: str = ""
    changes: tuple[Change, ...] = ()
    canaries: tuple[Canary, ...] = ()
    why_not: str | None = None


def draft(holder: Surveyed, selectors: tuple[Selector, ...], incident: str, seed: str, *, with_canaries: bool) -> Draft:
    """The changes that put these selectors on the role or user, in as few policies as it has room for.

    A user has no canary: nobody but himself can take a token of his.
    """
    with_canaries = with_canaries and isinstance(holder, Role)
    if (why := _unmodifiable(holder)) is not None:
        return Draft(holder_id=holder.id, why_not=why)
    if our_statements(document(selectors)) is None:
        return Draft(
            holder_id=holder.id,
            why_not="a leaked session bears a name that AWS gives to none: it cannot be written into a policy",
        )
    one = _written(holder, (selectors,), incident, seed, with_canaries, inline_policy.change)
    if misfit(holder, one.changes) is None:
        return one
    spare = size(document((_selector(_canary(holder, incident, seed)),))) if with_canaries else 0
    try:
        parts = packed(selectors, managed_policy.LIMIT - spare)
    except InputError:
        parts = ()
    several = _written(holder, parts, incident, seed, with_canaries, managed_policy.change)
    if parts and misfit(holder, several.changes) is None:
        return several
    return Draft(holder_id=holder.id, why_not=_no_room(holder, selectors, one.changes[0]))


def draft_scp(
    holder: Surveyed, selectors: tuple[Selector, ...], incident: str, seed: str, room: ScpRoom, *, with_canaries: bool
) -> Draft:
    """The changes that put these selectors into SCPs on the account, which no session of its own can remove."""
    if why := _unbindable(holder, selectors) or room.why_not:
        return Draft(holder_id=holder.id, why_not=why)
    selectors, with_canaries = scp.bound_to(selectors, holder.id), with_canaries and isinstance(holder, Role)
    if our_statements(document(selectors)) is None:
        return Draft(holder_id=holder.id, why_not=_NO_NAME)
    spare = count(document((_selector(_canary(holder, incident, seed)),)), "scp") if with_canaries else 0
    try:
        parts = packed(selectors, scp.LIMIT - spare)
    except InputError as error:
        return Draft(holder_id=holder.id, why_not=error.message)
    if len(parts) > room.left:
        why = f"the account takes {room.left} more SCPs, the cut needs {len(parts)}"
        return Draft(holder_id=holder.id, why_not=why)
    return _written(holder, parts, incident, seed, with_canaries, scp.change)


def _unbindable(holder: Surveyed, selectors: tuple[Selector, ...]) -> str | None:
    """Why no SCP can cut whom these selectors cut, and nobody else of the account."""
    if isinstance(holder, Role):
        return "no SCP binds service-linked roles" if holder.is_service_linked else None
    if any(whose(one) is None for one in selectors):
        return "an SCP cannot name all that a user gives out: cut his tokens by name (--rung scp)"
    return None


def misfit(holder: Surveyed, changes: Iterable[Change]) -> str | None:
    """Why these changes cannot all be written on the role, or None when they fit."""
    added = [change for change in changes if change.after is not None]
    inline = [change.after or "" for change in added if isinstance(change.slot, InlinePolicy)]
    managed = [change.after or "" for change in added if isinstance(change.slot, ManagedPolicy)]
    if added and (why := _unmodifiable(holder)) is not None:
        return why
    if inline and sum(map(size, inline)) > inline_policy.room(holder):
        return _inline_is_full(holder, sum(map(size, inline)))
    if any(size(text) > managed_policy.LIMIT for text in managed):
        return f"a managed policy holds {managed_policy.LIMIT} characters, and the cut needs more in one"
    if len(managed) > managed_policy.room(holder):
        return f"it takes {managed_policy.room(holder)} more managed policies, the cut needs {len(managed)}"
    return trust_misfit(holder, added) if isinstance(holder, Role) else None


def _unmodifiable(holder: Surveyed) -> str | None:
    if not isinstance(holder, Role):
        return None
    # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    if holder.is_service_linked:
        return "AWS owns service-linked roles: their sessions cannot be revoked"
    # AWS: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    if holder.is_reserved:
        return "Identity Center owns reserved roles: cut by permission set or SCP instead"
    return None


def _written(
    holder: Surveyed, parts: tuple[tuple[Selector, ...], ...], incident: str, seed: str, with_canaries: bool,
    change: Callable[[Surveyed, str, str, str], Change],
) -> Draft:  # fmt: skip
    changes, canaries = [], []
    for number, part in enumerate(parts):
        canary = _canary(holder, incident, f"{seed} {number}")
        whole = (*part, _selector(canary)) if with_canaries else part
        changes.append(change(holder, document(whole), incident, f"{seed} {number}"))
        canaries += [canary] if with_canaries else []
    return Draft(holder_id=holder.id, changes=tuple(changes), canaries=tuple(canaries))


def _canary(holder: Surveyed, incident: str, seed: str) -> Canary:
    name = canary_name(incident, f"{holder.id} {seed}")
    return Canary(
        role=RoleSubject(account=holder.account, name=holder.name),
        role_arn=holder.arn,
        session_name=name,
        principal_id=f"{holder.id}:{name}",
    )


def _selector(canary: Canary) -> Selector:
    return CanarySelector(canary.principal_id)


def _inline_is_full(holder: Surveyed, needed: int) -> str:
    left = inline_policy.room(holder)
    return f"its inline policies leave {left} of {inline_policy.limit(holder)} characters, the cut needs {needed}"


def _no_room(holder: Surveyed, selectors: tuple[Selector, ...], change: Change) -> str:
    """Neither quota suffices: how many of several sessions there would be room for, and what needs least."""
    managed = managed_policy.room(holder)
    in_managed = _fitting(selectors, managed_policy.LIMIT) * managed
    fitting = max(_fitting(selectors, inline_policy.room(holder)), in_managed)
    told = f"; {fitting} of its {len(selectors)} sessions would fit" if len(selectors) > 1 else ""
    full = _inline_is_full(holder, size(change.after or ""))
    return f"{full}, and it takes {managed} more managed policies{told}; `--rung older-sessions` needs least"


def _fitting(selectors: tuple[Selector, ...], limit: int) -> int:
    try:
        return len(packed(selectors, limit)[0])
    except InputError:
        return 0
