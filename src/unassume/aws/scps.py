"""Every SCP of the organization that bears our name, with what it is attached to.

AWS: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTargetsForPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unassume.aws.attempts import Attempts
from unassume.aws.guardrails import guardrails
from unassume.aws.refusals import asking
from unassume.aws.slots.scp import KIND
from unassume.iam.statements import DocumentKind
from unassume.means.mark import POLICY_PREFIX
from unassume.model.inventories import BindingScps, HeldPolicy


def ours(organizations: Any, account: str) -> Iterator[HeldPolicy]:
    """Those of our name, also attached to other accounts or to nothing (then `account` is named); AccessError."""
    with asking("organizations:ListPolicies"):
        pages = organizations.get_paginator("list_policies").paginate(Filter=KIND)
        listed = [policy for page in pages for policy in page["Policies"] if policy["Name"].startswith(POLICY_PREFIX)]
    for policy in listed:
        targets = _targets(organizations, policy["Id"])
        with asking("organizations:DescribePolicy"):
            text = organizations.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"]
        # Several targets at once are what we never write: told with all of them, so that it is nobody's account.
        on = ", ".join(targets)
        yield HeldPolicy(
            account=on if len(targets) == 1 else account, holder="account", holder_name=on, holder_id="",
            name=policy["Name"], text=text, id=policy["Id"],
        )  # fmt: skip


def over(organizations: Any, account: str) -> BindingScps:
    """Every SCP from the root down to the account, or why not all of them could be read."""
    attempts = Attempts()
    levels = guardrails(attempts, organizations, account, DocumentKind.SCP)
    if levels is None:
        unread = [each.because for each in attempts.unread]
        return BindingScps(why_not=unread[0] if unread else "no SCP binds the account")
    return BindingScps(policies=tuple(each for level in levels for each in level))


def _targets(organizations: Any, policy_id: str) -> list[str]:
    with asking("organizations:ListTargetsForPolicy"):
        pages = organizations.get_paginator("list_targets_for_policy").paginate(PolicyId=policy_id)
        return [target["TargetId"] for page in pages for target in page["Targets"]]
