"""A role as it stands: itself, its inline policies and its managed ones, read side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

from unassume.aws.holders import found
from unassume.aws.refusals import DENIED, asking, code_of
from unassume.model.surveys import Role, RoleSubject

_WORKERS = 6


def survey(iam: Any, subject: RoleSubject) -> Role | None:
    """The role, or None when there is no such role; AccessError when it or its inline policies may not be read.

    A managed policy that may not be read, or goes away meanwhile, stands as None.
    """
    with ThreadPoolExecutor(_WORKERS) as pool:
        inline_names = pool.submit(_inline_names, iam, subject.name)
        attached_arns = pool.submit(_attached_arns, iam, subject.name)
        with asking("iam:GetRole"):
            answer = found(lambda: iam.get_role(RoleName=subject.name))
        if answer is None:
            return None
        inline = {name: pool.submit(_inline, iam, subject.name, name) for name in inline_names.result()}
        attached = {arn: pool.submit(managed, iam, arn) for arn in attached_arns.result()}
        inline_texts = {name: text for name, later in inline.items() if (text := later.result()) is not None}
        managed_texts = {arn: later.result() for arn, later in attached.items()}
    return _role(subject.account, answer["Role"], inline_texts, managed_texts)


def _role(account: str, role: dict[str, Any], inline: dict[str, str], attached: dict[str, str | None]) -> Role:
    return Role(
        account=account, name=role["RoleName"], id=role["RoleId"], arn=role["Arn"], path=role["Path"],
        max_session_seconds=role.get("MaxSessionDuration", 3_600),
        trust=unquote(role.get("AssumeRolePolicyDocument", "")), inline=inline, attached=attached,
        boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        tags={tag["Key"]: tag["Value"] for tag in role.get("Tags", ())},
    )  # fmt: skip


def _inline_names(iam: Any, role: str) -> list[str]:
    with asking("iam:ListRolePolicies"):
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
        return [name for page in pages for name in page["PolicyNames"]]


def _attached_arns(iam: Any, role: str) -> list[str]:
    with asking("iam:ListAttachedRolePolicies"):
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        return [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]


def _inline(iam: Any, role: str, name: str) -> str | None:
    """One inline policy; None when it was removed since it was listed."""
    with asking("iam:GetRolePolicy"):
        answer = found(lambda: iam.get_role_policy(RoleName=role, PolicyName=name))
    return None if answer is None else unquote(answer["PolicyDocument"])


def managed(iam: Any, arn: str) -> str | None:
    """The default version of a managed policy, or None where it may not be read."""
    from botocore.exceptions import ClientError

    with asking("iam:GetPolicyVersion"):
        try:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        except ClientError as error:
            if code_of(error) in DENIED or code_of(error) == "NoSuchEntity":
                return None
            raise
    return unquote(answer["PolicyVersion"]["Document"])
