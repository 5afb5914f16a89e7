"""One customer managed policy of our own on one role or user: created and attached, detached and deleted.

A slot's text stands only while the policy is attached: until then it denies nobody.
"""

from __future__ import annotations

from typing import Any, assert_never
from urllib.parse import unquote

from unassume.aws.holders import beside, found
from unassume.aws.refusals import asking, code_of
from unassume.errors import StaleError, UnassumeError
from unassume.model.slots import ManagedPolicy, RoleManagedPolicy, Standing, UserManagedPolicy


def read(iam: Any, slot: ManagedPolicy) -> Standing:
    """The default version's text exactly as IAM keeps it while it is attached, and its holder's unique id."""
    holder_id, text = beside(iam, slot.subject, lambda: _text(iam, slot.arn) if _is_attached(iam, slot) else None)
    return Standing(text=text, holder_id=holder_id)


def write(iam: Any, slot: ManagedPolicy, after: str | None) -> None:
    """Make the policy and attach it, or detach and delete it for None; from any state between, and twice, the same.

    StaleError when the role or user is gone, or another text stands under our policy's name.
    """
    if after is None:
        _remove(iam, slot)
        return
    with asking("iam:CreatePolicy"):
        _create(iam, slot, after)
    try:
        attached = _attach(iam, slot)
    except UnassumeError as error:
        # AWS said no to this call, but the policy is made: nobody may conclude that nothing was done.
        error.facts.pop("refused", None)
        raise
    if attached is None:
        raise StaleError(f"{slot.subject.label} is gone", hint="plan again")


def _create(iam: Any, slot: ManagedPolicy, after: str) -> None:
    from botocore.exceptions import ClientError

    try:
        iam.create_policy(PolicyName=slot.policy, PolicyDocument=after)
    except ClientError as error:
        if code_of(error) != "EntityAlreadyExists":
            raise
        if _text(iam, slot.arn) != after:
            why = f"another text stands in the {slot.label}"
            raise StaleError(why, hint="somebody may be editing it") from None


def _remove(iam: Any, slot: ManagedPolicy) -> None:
    """Detached first: a policy that is attached cannot be deleted, and one that is not denies nobody any more."""
    _detach(iam, slot)
    try:
        with asking("iam:DeletePolicy"):
            found(lambda: iam.delete_policy(PolicyArn=slot.arn))
    except UnassumeError as error:
        error.facts.pop("refused", None)
        raise


def _attach(iam: Any, slot: ManagedPolicy) -> Any:
    match slot:
        case RoleManagedPolicy(role=role):
            with asking("iam:AttachRolePolicy"):
                return found(lambda: iam.attach_role_policy(RoleName=role, PolicyArn=slot.arn))
        case UserManagedPolicy(user=user):
            with asking("iam:AttachUserPolicy"):
                return found(lambda: iam.attach_user_policy(UserName=user, PolicyArn=slot.arn))
        case _:
            assert_never(slot)


def _detach(iam: Any, slot: ManagedPolicy) -> None:
    match slot:
        case RoleManagedPolicy(role=role):
            with asking("iam:DetachRolePolicy"):
                found(lambda: iam.detach_role_policy(RoleName=role, PolicyArn=slot.arn))
        case UserManagedPolicy(user=user):
            with asking("iam:DetachUserPolicy"):
                found(lambda: iam.detach_user_policy(UserName=user, PolicyArn=slot.arn))
        case _:
            assert_never(slot)


def _is_attached(iam: Any, slot: ManagedPolicy) -> bool:
    match slot:
        case RoleManagedPolicy(role=role):
            with asking("iam:ListAttachedRolePolicies"):
                pages = found(lambda: list(iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)))
        case UserManagedPolicy(user=user):
            with asking("iam:ListAttachedUserPolicies"):
                pages = found(lambda: list(iam.get_paginator("list_attached_user_policies").paginate(UserName=user)))
        case _:
            assert_never(slot)
    return any(policy["PolicyArn"] == slot.arn for page in pages or () for policy in page["AttachedPolicies"])


def _text(iam: Any, arn: str) -> str | None:
    with asking("iam:GetPolicy"):
        policy = found(lambda: iam.get_policy(PolicyArn=arn))
    if policy is None:
        return None
    with asking("iam:GetPolicyVersion"):
        version = policy["Policy"]["DefaultVersionId"]
        answer = found(lambda: iam.get_policy_version(PolicyArn=arn, VersionId=version))
    return None if answer is None else unquote(answer["PolicyVersion"]["Document"])
