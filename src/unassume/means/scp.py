"""The cut as a service control policy: what the role's or user's own sessions cannot take away again.

It holds for all accounts below where it is attached, so every statement is bound to its role or user: by a user id,
which holds the unique id, or, where it is emitted for others to write, by the role's ARN. What a user gives out
(GetFederationToken) has a user id without him in it: the account, and a name that another user may give as well.
AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html (never the management
account, never service-linked roles)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from unassume.errors import InputError
from unassume.iam.limits import LIMITS, count
from unassume.means.mark import bind, document, our_statements, policy_name
from unassume.model.plans import Change
from unassume.model.selectors import (
    CanarySelector,
    HoldSelector,
    OlderSessionsSelector,
    Selector,
    user_id,
    whose,
)
from unassume.model.slots import AnyScp, Scp, UserScp
from unassume.model.surveys import Role, Surveyed

LIMIT = LIMITS["scp"]
PERMISSIONS = (
    "organizations:DescribeOrganization", "organizations:ListPolicies", "organizations:ListPoliciesForTarget",
    "organizations:ListTargetsForPolicy", "organizations:ListParents", "organizations:DescribePolicy",
    "organizations:CreatePolicy", "organizations:AttachPolicy", "organizations:DetachPolicy",
    "organizations:DeletePolicy",
)  # fmt: skip
"""What it takes in the management account, or as a delegated administrator."""


def change(holder: Surveyed, text: str, incident: str, seed: str) -> Change:
    """The change that makes this document an SCP and attaches it to the account of the role or user."""
    account, name = holder.account, policy_name(incident, seed + holder.id + text)
    slot = (
        Scp(account=account, role=holder.name, policy=name)
        if isinstance(holder, Role)
        else UserScp(account=account, user=holder.name, policy=name)
    )
    return Change(slot=slot, holder_id=holder.id, before=None, after=text)


def bound_to(selectors: tuple[Selector, ...], role_id: str) -> tuple[Selector, ...]:
    """The selectors as an SCP needs them: what is for everybody on the role says on which."""
    return tuple(_bound_to(one, role_id) for one in selectors)


def _bound_to(selector: Selector, role_id: str) -> Selector:
    match selector:
        case OlderSessionsSelector():
            return OlderSessionsSelector(role_id)
        case HoldSelector():
            return HoldSelector(role_id)
        case _:
            return selector


def holder_of(text: str) -> str | None:
    """The unique id of the one role or user that every statement of a document of ours goes by; None of several.

    Where only tokens that a user gave out are named, the first of them: whose they are an SCP does not tell.
    """
    selectors = [ours.selector for ours in our_statements(text) or ()]
    found = {whose(one) for one in selectors}
    accounts = {one for one in found if one is not None and one.isdigit()}
    named = found - accounts
    if not named and len(accounts) == 1:
        return user_id(selectors[0])
    return named.pop() if len(named) == 1 else None


def given_out(text: str) -> tuple[str, ...]:
    """The user ids of tokens given out (`account:name`) that a document of ours names."""
    named = (user_id(ours.selector) or "" for ours in our_statements(text) or ())
    return tuple(one for one in named if one.partition(":")[0].isdigit())


def names_its_holder(text: str, slot: AnyScp, holder_id: str) -> bool:
    """Whether every statement of a document of ours goes by an id of that role or user: an SCP binds all of an account.

    A token that a user gave out goes by the account and a name: whose it is the caller has to know.
    """
    found = [whose(ours.selector) for ours in our_statements(text) or ()]
    match slot:
        case Scp():
            return bool(found) and holder_id.startswith("AROA") and set(found) == {holder_id}
        case UserScp(account=account):
            is_user = holder_id.startswith("AIDA")
            return bool(found) and is_user and set(found) <= {holder_id, account}
        case _:
            assert_never(slot)


def scp_document(changes: tuple[Change, ...], role_arns: Mapping[str, str], cut_off: datetime) -> str:
    """One document that cuts whom these changes cut, with the cut-off bound; InputError where it is too long for one.

    `role_arns` are by unique id. Canaries are left out: nobody asks them about an SCP.
    """
    found = [(ours.selector, one.holder_id) for one in changes for ours in our_statements(one.after or "") or ()]
    selectors = tuple((one, role_arns[id_]) for one, id_ in found if not isinstance(one, CanarySelector))
    text = _written(selectors, cut_off)
    if (needed := count(text, "scp")) > LIMIT:
        raise InputError(
            f"the cut of {len(selectors)} sessions takes {needed} characters, an SCP holds {LIMIT}",
            hint="cut all older sessions of the role (--rung older-sessions), or split the leads",
        )
    return text


def _written(selectors: tuple[tuple[Selector, str], ...], cut_off: datetime) -> str:
    named = tuple(selector for selector, _ in selectors if whose(selector) is not None)
    if users := [arn for selector, arn in selectors if whose(selector) is None and ":user/" in arn]:
        raise InputError(
            f"an SCP cannot name whose tokens those given out by `{users[0]}` are",
            hint="use --rung session-name, which names each",
        )
    others = [(selector, role_arn) for selector, role_arn in selectors if whose(selector) is None]
    on_roles = [_on_role(one, role_arn) for other, role_arn in others for one in _statements((other,), cut_off)]
    statements = [*_statements(named, cut_off), *on_roles]
    for number, statement in enumerate(statements[1:], 2):
        statement["Sid"] = f"{statement['Sid'].partition('x')[0]}x{number}"
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _statements(selectors: tuple[Selector, ...], cut_off: datetime) -> list[dict[str, Any]]:
    if not selectors:
        return []
    written: list[dict[str, Any]] = json.loads(bind(document(selectors), cut_off) or "{}")["Statement"]
    return written


def _on_role(statement: dict[str, Any], role_arn: str) -> dict[str, Any]:
    bound = {"ArnEquals": {"aws:PrincipalArn": role_arn}, **statement.get("Condition", {})}
    return {**statement, "Condition": bound}
