"""The SCPs and RCPs over an account, level by level, as Organizations shows them to those who may look.

AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
Rule 1: only the management account and delegated administrators may list policies; a member may name its organization.
Rule 2: SCPs do not bind users and roles of the management account, RCPs do not bind its resources.
Rule 3: while a type is enabled, every level has at least one policy of it; none anywhere means that it is not enabled.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from unassume.aws.attempts import Attempts
from unassume.aws.held import Text
from unassume.iam.statements import DocumentKind

_FILTERS = {DocumentKind.SCP: "SERVICE_CONTROL_POLICY", DocumentKind.RCP: "RESOURCE_CONTROL_POLICY"}
_WORKERS = 8
_MOST_LEVELS = 8  # AWS: a root, five levels of units and the account
Levels = tuple[tuple[Text, ...], ...]


def guardrails(attempts: Attempts, organizations: Any, account: str, kind: DocumentKind) -> Levels | None:
    """The policies of one kind at each level from the root down to the account; None where none bind it, or unread."""
    ask = attempts.ask
    standing = ask(kind, "organizations:DescribeOrganization", lambda: _organization(organizations))
    if not standing or standing["MasterAccountId"] == account:
        return None
    chain = ask(kind, "organizations:ListParents", lambda: _chain(organizations, account))
    if chain is None:
        return None
    with ThreadPoolExecutor(_WORKERS) as pool:
        listed = [
            pool.submit(ask, kind, "organizations:ListPoliciesForTarget", lambda at=at: _ids(organizations, at, kind))
            for at in chain
        ]
        ids = [each.result() for each in listed]
        texts = {
            id_: pool.submit(ask, kind, "organizations:DescribePolicy", lambda id_=id_: _text(organizations, id_))
            for id_ in {id_ for level in ids for id_ in level or ()}
        }
        levels = tuple(tuple(text for id_ in level or () if (text := texts[id_].result())) for level in ids)
    return None if attempts.has_left(kind) or not any(levels) else levels


def _organization(organizations: Any) -> dict[str, Any]:
    """The organization, or nothing where the account is in none."""
    try:
        return dict(organizations.describe_organization()["Organization"])
    except organizations.exceptions.AWSOrganizationsNotInUseException:
        return {}


def _chain(organizations: Any, account: str) -> list[str]:
    """The root, the units below it, and the account."""
    chain = [account]
    while not chain[0].startswith("r-") and len(chain) <= _MOST_LEVELS:
        chain.insert(0, organizations.list_parents(ChildId=chain[0])["Parents"][0]["Id"])
    return chain


def _ids(organizations: Any, target: str, kind: DocumentKind) -> list[str]:
    pages = organizations.get_paginator("list_policies_for_target")
    found = pages.paginate(TargetId=target, Filter=_FILTERS[kind])
    return [policy["Id"] for page in found for policy in page["Policies"]]


def _text(organizations: Any, policy_id: str) -> Text:
    policy = organizations.describe_policy(PolicyId=policy_id)["Policy"]
    return policy["PolicySummary"]["Name"], policy["Content"]
