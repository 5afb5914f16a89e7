"""A user as he stands: himself, his policies, those of his groups, and his long-term keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import unquote

from unassume.aws.holders import found
from unassume.aws.refusals import asking
from unassume.aws.roles import managed
from unassume.aws.slots.access_key import keys
from unassume.errors import AccessError
from unassume.model.surveys import AccessKey, User, UserSubject

_WORKERS = 6


def survey(iam: Any, subject: UserSubject) -> User | None:
    """The user, or None when there is no such one; AccessError when he, his policies or keys may not be read.

    A group or managed policy that may not be read, or goes away meanwhile, stands as None.
    """
    with asking("iam:GetUser"):
        answer = found(lambda: iam.get_user(UserName=subject.name))
    if answer is None:
        return None
    with ThreadPoolExecutor(_WORKERS) as pool:
        inline = pool.submit(_inline, iam, subject.name)
        attached = pool.submit(_attached, iam, subject.name)
        of_groups = pool.submit(_of_groups, iam, subject.name)
        statuses = pool.submit(keys, iam, subject.name)
        user = answer["User"]
        return User(
            account=subject.account, name=user["UserName"], id=user["UserId"], arn=user["Arn"], path=user["Path"],
            inline=inline.result(),
            attached=attached.result(), of_groups=of_groups.result(),
            boundary=user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            tags={tag["Key"]: tag["Value"] for tag in user.get("Tags", ())},
            keys=tuple(AccessKey(id=one, is_active=status == "Active") for one, status in statuses.result().items()),
        )  # fmt: skip


def _of_groups(iam: Any, user: str) -> dict[str, str | None]:
    """The policies of the user's groups, by group and name; what may not be read stands as None."""
    try:
        with asking("iam:ListGroupsForUser"):
            pages = iam.get_paginator("list_groups_for_user").paginate(UserName=user)
            groups = [group["GroupName"] for page in pages for group in page["Groups"]]
    except AccessError as error:
        return {f"groups ({error.message})": None}
    return {f"{group}/{name}": text for group in groups for name, text in _of_group(iam, group).items()}


def _of_group(iam: Any, group: str) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    try:
        with asking("iam:ListGroupPolicies"):
            pages = iam.get_paginator("list_group_policies").paginate(GroupName=group)
            names = [name for page in pages for name in page["PolicyNames"]]
        for name in names:
            with asking("iam:GetGroupPolicy"):
                answer = found(partial(iam.get_group_policy, GroupName=group, PolicyName=name))
            texts[name] = None if answer is None else unquote(answer["PolicyDocument"])
        with asking("iam:ListAttachedGroupPolicies"):
            pages = iam.get_paginator("list_attached_group_policies").paginate(GroupName=group)
            arns = [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]
    except AccessError as error:
        return {error.message: None}
    return texts | {arn: managed(iam, arn) for arn in arns}


def _inline(iam: Any, user: str) -> dict[str, str]:
    with asking("iam:ListUserPolicies"):
        pages = iam.get_paginator("list_user_policies").paginate(UserName=user)
        names = [name for page in pages for name in page["PolicyNames"]]
    texts = {}
    for name in names:
        with asking("iam:GetUserPolicy"):
            answer = found(partial(iam.get_user_policy, UserName=user, PolicyName=name))
        if answer is not None:
            texts[name] = unquote(answer["PolicyDocument"])
    return texts


def _attached(iam: Any, user: str) -> dict[str, str | None]:
    with asking("iam:ListAttachedUserPolicies"):
        pages = iam.get_paginator("list_attached_user_policies").paginate(UserName=user)
        arns = [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]
    return {arn: managed(iam, arn) for arn in arns}
