"""One SCP of our own on one account: made and attached, detached and deleted, by the organization's credentials.

A slot's text stands only while the policy is attached: until then it denies nobody. No other policy is touched: the
one that allows everything stays attached.
AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_attach.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unassume.aws.holders import unique_id
from unassume.aws.refusals import asking, code_of
from unassume.errors import StaleError, UnassumeError
from unassume.model.slots import AnyScp, Standing
from unassume.model.surveys import ScpRoom

KIND = "SERVICE_CONTROL_POLICY"
MOST = 5
"""How many SCPs may be attached to one account directly.

AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""


def room(organizations: Any, account: str) -> ScpRoom:
    """How many more SCPs the account takes, or why none can: it is the management account, or SCPs are not enabled."""
    with asking("organizations:DescribeOrganization"):
        organization = organizations.describe_organization()["Organization"]
    if organization["MasterAccountId"] == account:
        return ScpRoom(why_not=f"account {account} is the management account, which no SCP binds")
    with asking("organizations:ListPoliciesForTarget"):
        attached = _attached(organizations, account)
    if not attached:
        return ScpRoom(why_not="SCPs are not enabled in the organization")
    return ScpRoom(left=max(0, MOST - len(attached)))


def read(organizations: Any, iam: Any, slot: AnyScp) -> Standing:
    """The text of our policy while it is attached to the account, and the unique id of the role or user it is for."""
    role_id = unique_id(iam, slot.subject)
    policy_id = _attached(organizations, slot.account).get(slot.policy)
    if policy_id is None:
        return Standing(text=None, holder_id=role_id)
    with asking("organizations:DescribePolicy"):
        text = organizations.describe_policy(PolicyId=policy_id)["Policy"]["Content"]
    return Standing(text=text, holder_id=role_id)


def write(organizations: Any, slot: AnyScp, after: str | None) -> None:
    """Make the policy and attach it, or detach and delete it for None; from any state between, and twice, the same.

    StaleError where another text stands under our policy's name.
    """
    made = _named(organizations, slot.policy)
    if after is None:
        if made is not None:
            _remove(organizations, made, slot.account)
        return
    if made is None:
        with asking("organizations:CreatePolicy"):
            created = organizations.create_policy(
                Name=slot.policy, Description="made by unassume; removed by its undo", Type=KIND, Content=after
            )
        made = str(created["Policy"]["PolicySummary"]["Id"])
    else:
        with asking("organizations:DescribePolicy"):
            if organizations.describe_policy(PolicyId=made)["Policy"]["Content"] != after:
                raise StaleError(f"another text stands in the {slot.label}", hint="somebody may be editing it")
    policy_id = made
    try:
        with asking("organizations:AttachPolicy"):
            _unless(
                "DuplicatePolicyAttachmentException",
                lambda: organizations.attach_policy(PolicyId=policy_id, TargetId=slot.account),
            )
    except UnassumeError as error:
        # AWS said no to this call, but the policy is made: nobody may conclude that nothing was done.
        error.facts.pop("refused", None)
        raise


def _remove(organizations: Any, policy_id: str, account: str) -> None:
    """Detached first: a policy that is attached cannot be deleted, and one that is not denies nobody any more."""
    with asking("organizations:DetachPolicy"):
        _unless(
            "PolicyNotAttachedException",
            lambda: organizations.detach_policy(PolicyId=policy_id, TargetId=account),
        )
    try:
        with asking("organizations:DeletePolicy"):
            _unless("PolicyNotFoundException", lambda: organizations.delete_policy(PolicyId=policy_id))
    except UnassumeError as error:
        error.facts.pop("refused", None)
        raise


def _attached(organizations: Any, account: str) -> dict[str, str]:
    """The ids of the SCPs attached to the account itself, by name."""
    with asking("organizations:ListPoliciesForTarget"):
        pages = organizations.get_paginator("list_policies_for_target").paginate(TargetId=account, Filter=KIND)
        return {policy["Name"]: policy["Id"] for page in pages for policy in page["Policies"]}


def _named(organizations: Any, name: str) -> str | None:
    with asking("organizations:ListPolicies"):
        pages = organizations.get_paginator("list_policies").paginate(Filter=KIND)
        return next((policy["Id"] for page in pages for policy in page["Policies"] if policy["Name"] == name), None)


def _unless(code: str, call: Callable[[], object]) -> None:
    """Make the call; AWS's word that it was done already is as good as doing it."""
    from botocore.exceptions import ClientError

    try:
        call()
    except ClientError as error:
        if code_of(error) != code:
            raise
