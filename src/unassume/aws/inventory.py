"""Every policy of the account's roles and users, in one paged call.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from unassume.aws.refusals import asking
from unassume.errors import InputError
from unassume.means.trust import all_standing
from unassume.model.inventories import IN_TRUST, HeldPolicy

CALL = "iam:GetAccountAuthorizationDetails"


def policies(iam: Any, account: str) -> Iterator[HeldPolicy]:
    """Inline policies and the default versions of customer managed ones, holder by holder; AccessError when refused."""
    roles: list[Any] = []
    users: list[Any] = []
    managed: dict[str, str] = {}
    with asking(CALL):
        pages = iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["Role", "User", "LocalManagedPolicy"]
        )
        for page in pages:
            roles += page.get("RoleDetailList", ())
            users += page.get("UserDetailList", ())
            managed |= {policy["Arn"]: _default(policy) for policy in page.get("Policies", ())}
    for holder in (*roles, *users):
        for name, text in _texts(holder, managed):
            yield _held(account, holder, name, text)


def marked(trust: str) -> dict[str, str]:
    """The statements of a trust policy that bear our mark, by their places `trust/NAME`; none of what is unreadable."""
    try:
        return {f"{IN_TRUST}{name}": text for name, text in all_standing(trust).items()}
    except InputError:
        return {}


def _texts(holder: Any, managed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for policy in (*holder.get("RolePolicyList", ()), *holder.get("UserPolicyList", ())):
        yield policy["PolicyName"], unquote(policy["PolicyDocument"])
    yield from marked(unquote(holder.get("AssumeRolePolicyDocument", ""))).items()
    for policy in holder.get("AttachedManagedPolicies", ()):
        if policy["PolicyArn"] in managed:
            yield policy["PolicyArn"], managed[policy["PolicyArn"]]


def _held(account: str, holder: Any, name: str, text: str) -> HeldPolicy:
    if "RoleName" in holder:
        return HeldPolicy(
            account=account, holder="role", holder_name=holder["RoleName"], holder_id=holder["RoleId"], name=name,
            text=text,
        )  # fmt: skip
    return HeldPolicy(
        account=account, holder="user", holder_name=holder["UserName"], holder_id=holder["UserId"], name=name, text=text
    )


def _default(policy: Any) -> str:
    versions = policy.get("PolicyVersionList", ())
    return next((unquote(one["Document"]) for one in versions if one.get("IsDefaultVersion")), "")
