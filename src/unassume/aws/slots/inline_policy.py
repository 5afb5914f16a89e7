"""One inline policy of one role or user: Get, Put and Delete of RolePolicy or UserPolicy."""

from __future__ import annotations

from typing import Any, assert_never
from urllib.parse import unquote

from unassume.aws.holders import beside, found
from unassume.aws.refusals import asking
from unassume.errors import StaleError
from unassume.model.slots import InlinePolicy, RoleInlinePolicy, Standing, UserInlinePolicy


def read(iam: Any, slot: InlinePolicy) -> Standing:
    """The policy's text exactly as IAM keeps it, and its holder's unique id; None for what is not there."""
    holder_id, text = beside(iam, slot.subject, lambda: _text(iam, slot))
    return Standing(text=text, holder_id=holder_id)


def _text(iam: Any, slot: InlinePolicy) -> str | None:
    match slot:
        case RoleInlinePolicy(role=role, policy=name):
            with asking("iam:GetRolePolicy"):
                policy = found(lambda: iam.get_role_policy(RoleName=role, PolicyName=name))
        case UserInlinePolicy(user=user, policy=name):
            with asking("iam:GetUserPolicy"):
                policy = found(lambda: iam.get_user_policy(UserName=user, PolicyName=name))
        case _:
            assert_never(slot)
    return None if policy is None else unquote(policy["PolicyDocument"])


def write(iam: Any, slot: InlinePolicy, after: str | None) -> None:
    """Put the text, or remove the policy for None; twice is the same. StaleError when its holder is gone."""
    if after is None:
        _delete(iam, slot)
    elif _put(iam, slot, after) is None:
        raise StaleError(f"{slot.subject.label} is gone", hint="plan again")


def _put(iam: Any, slot: InlinePolicy, text: str) -> Any:
    match slot:
        case RoleInlinePolicy(role=role, policy=name):
            with asking("iam:PutRolePolicy"):
                return found(lambda: iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text))
        case UserInlinePolicy(user=user, policy=name):
            with asking("iam:PutUserPolicy"):
                return found(lambda: iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=text))
        case _:
            assert_never(slot)


def _delete(iam: Any, slot: InlinePolicy) -> None:
    match slot:
        case RoleInlinePolicy(role=role, policy=name):
            with asking("iam:DeleteRolePolicy"):
                found(lambda: iam.delete_role_policy(RoleName=role, PolicyName=name))
        case UserInlinePolicy(user=user, policy=name):
            with asking("iam:DeleteUserPolicy"):
                found(lambda: iam.delete_user_policy(UserName=user, PolicyName=name))
        case _:
            assert_never(slot)
