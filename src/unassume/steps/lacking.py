"""Which calls of exactly this plan would be refused to us: its writes, their read-back, its undo and its canaries.

What the survey read already is allowed, and not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from unassume.means import access_key, inline_policy, managed_policy, trust
from unassume.model.plans import Change, Plan
from unassume.model.preflights import Answer, AskAllowed, Lack, Question
from unassume.model.slots import (
    AccessKeyStatus,
    AnyScp,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Scp,
    UserInlinePolicy,
    UserManagedPolicy,
    UserScp,
)
from unassume.model.surveys import Survey, Surveyed

_PROVED = frozenset({
    "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:GetUser", "iam:ListAttachedUserPolicies", "iam:ListAccessKeys",
})  # fmt: skip
_SCP = "what the organization's credentials may do was not asked"
Needed = tuple[str, str]
"""A call, and the ARN of what it is made on."""


def questions(made: Plan, survey: Survey) -> Iterator[AskAllowed]:
    """One question for each resource."""
    grouped: dict[str, list[str]] = {}
    for action, resource in dict.fromkeys(_needed(made, survey)):
        grouped.setdefault(resource, []).append(action)
    for resource, actions in grouped.items():
        yield AskAllowed(actions=tuple(actions), resource=resource)


def lacking(answers: Mapping[Question, Answer]) -> tuple[Lack, ...]:
    """What would be refused, then what nobody could say; nothing of what is allowed."""
    found = [
        Lack(
            action=action,
            resource=question.resource,
            needed_for=_needed_for(action),
            is_known=action in answer.allowed,
        )
        for question, answer in answers.items()
        if isinstance(question, AskAllowed)
        for action in question.actions
        if not answer.allowed.get(action, False)
    ]
    return tuple(sorted(found, key=lambda one: not one.is_known))


def missing(made: Plan, survey: Survey, answers: Mapping[Question, Answer]) -> Iterator[str]:
    """Why some of it is not known, each reason once."""
    reasons = (
        why for question, answer in answers.items() if isinstance(question, AskAllowed) for why in answer.missing
    )
    yield from dict.fromkeys(f"what we may do: {why}" for why in reasons)
    if any(isinstance(change.slot, AnyScp) for change in made.changes):
        yield _SCP
    for account in sorted({change.slot.account for change in made.changes} - {survey.caller.account}):
        yield f"what we may do in account {account} was not asked"


def _needed(made: Plan, survey: Survey) -> Iterator[Needed]:
    holders = {one.id: one for one in survey.holders if one.account == survey.caller.account}
    for change in made.changes:
        if holder := holders.get(change.holder_id):
            yield from _of_change(change, holder)
    ours = f":{survey.caller.account}:"
    yield from (("sts:AssumeRole", canary.role_arn) for canary in made.canaries if ours in canary.role_arn)


def _of_change(change: Change, holder: Surveyed) -> Iterable[Needed]:
    slot = change.slot
    match slot:
        case RoleInlinePolicy():
            return _on(inline_policy.ON_ROLES, holder.arn)
        case UserInlinePolicy():
            return _on(inline_policy.ON_USERS, holder.arn)
        case RoleManagedPolicy():
            return _on(managed_policy.ON_ROLES, holder.arn, slot.arn)
        case UserManagedPolicy():
            return _on(managed_policy.ON_USERS, holder.arn, slot.arn)
        case AccessKeyStatus():
            return _on(access_key.PERMISSIONS, holder.arn)
        case RoleTrustStatement():
            return _on(trust.PERMISSIONS, holder.arn)
        case Scp() | UserScp():
            return ()
        case _:
            assert_never(slot)


def _on(actions: Iterable[str], holder: str, policy: str = "") -> Iterator[Needed]:
    """Each call on the role or user, or on the managed policy where it names that alone."""
    for action in actions:
        if action not in _PROVED:
            is_on_holder = any(word in action for word in ("Role", "User", "AccessKey"))
            yield action, holder if is_on_holder else policy


def _needed_for(action: str) -> str:
    call = action.partition(":")[2]
    if call == "AssumeRole":
        return "canary"
    if call.startswith(("Delete", "Detach")):
        return "undo"
    return "read-back" if call.startswith(("Get", "List")) else "apply"
