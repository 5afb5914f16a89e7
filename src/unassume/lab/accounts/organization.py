"""An organization of the lab's accounts, as moto keeps one, with what moto forgets of it.

moto gives a new account a random id, and its role neither a policy nor a number for its longest session.
# AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from unassume.lab.accounts.aws_policies import ADMINISTRATOR, bring

ACCESS_ROLE = "OrganizationAccountAccessRole"
_HOME = "us-east-1"


def found(accounts: tuple[str, ...], now: datetime) -> None:
    """Make the first account the management account of an organization of all of them, each with its access role."""
    management, *members = accounts
    known = set(iam_backends)
    backend = organizations_backends[management]["aws"]
    backend.create_organization(_HOME, FeatureSet="ALL")
    _named(backend.accounts[0], "Management", now)
    for number, account in enumerate(members, 2):
        backend.create_account(AccountName=f"Account {number}", Email=f"account-{number}@example.com")
        _renumber(backend.accounts[-1], account)
        _named(backend.accounts[-1], f"Account {number}", now)
        open_to_management(account, ACCESS_ROLE, management)
    for stray in set(iam_backends) - known - set(accounts):
        del iam_backends[stray]


def open_to_management(account: str, role_name: str, management: str) -> None:
    """Let the management account administer the account through this role, as a new member's role does."""
    bring(account, ADMINISTRATOR)
    backend = iam_backends[account]["aws"]
    role = next((role for role in backend.roles.values() if role.name == role_name), None)
    if role is None:
        role = _role(backend, role_name, management)
    role.max_session_duration = int(role.max_session_duration or 3600)
    backend.attach_role_policy(ADMINISTRATOR, role_name)


def management_of(account: str) -> str | None:
    """The management account of the organization the account is a member of, or None."""
    master = organizations_backends.master_accounts.get(account)
    return None if master is None else str(master[0])


def forget() -> None:
    """Leave no account in an organization: moto's own reset keeps who is whose member."""
    organizations_backends.master_accounts.clear()


def _role(backend: Any, name: str, management: str) -> Any:
    principal = {"AWS": f"arn:aws:iam::{management}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return backend.create_role(
        role_name=name, assume_role_policy_document=trust, path="/", permissions_boundary=None,
        description="", tags=[], max_session_duration=3600,
    )  # fmt: skip


def _renumber(member: Any, wanted: str) -> None:
    masters = organizations_backends.master_accounts
    masters[wanted] = masters.pop(member.id)
    member.id = wanted


def _named(member: Any, name: str, now: datetime) -> None:
    member.name = name
    member.create_time = now.astimezone(UTC).replace(tzinfo=None)
