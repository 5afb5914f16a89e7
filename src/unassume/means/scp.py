"""The cut as a service control policy: what the role's own sessions cannot take away again.

It holds for all accounts below where it is attached, so every statement is bound to the role: by the user id, which
holds the role's unique id, or by the role's ARN.
AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html (never the management
account, never service-linked roles)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unassume.errors import InputError
from unassume.iam.limits import LIMITS, count
from unassume.means.mark import bind, document, our_statements, policy_name
from unassume.model.plans import Change
from unassume.model.selectors import CanarySelector, Selector, user_id
from unassume.model.slots import Scp
from unassume.model.surveys import Surveyed

LIMIT = LIMITS["scp"]
PERMISSIONS = (
    "organizations:DescribeOrganization", "organizations:ListPolicies", "organizations:ListPoliciesForTarget",
    "organizations:ListTargetsForPolicy", "organizations:DescribePolicy", "organizations:CreatePolicy",
    "organizations:AttachPolicy", "organizations:DetachPolicy", "organizations:DeletePolicy",
)  # fmt: skip
"""What it takes in the management account, or as a delegated administrator."""


def change(role: Surveyed, text: str, incident: str, seed: str) -> Change:
    """The change that makes this document an SCP and attaches it to the role's account."""
    slot = Scp(account=role.account, role=role.name, policy=policy_name(incident, seed + role.id + text))
    return Change(slot=slot, holder_id=role.id, before=None, after=text)


def holder_of(text: str) -> str | None:
    """The unique id of the one role that every statement of a document of ours goes by; None where there is none."""
    found = {(user_id(ours.selector) or "").partition(":")[0] for ours in our_statements(text) or ()}
    return (found.pop() or None) if len(found) == 1 else None


def names_its_role(text: str, holder_id: str) -> bool:
    """Whether every statement of a document of ours goes by a user id of that role: an SCP binds all of an account."""
    found = [user_id(ours.selector) for ours in our_statements(text) or ()]
    return bool(found) and all(one is not None and one.startswith(f"{holder_id}:") for one in found)


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
    named = tuple(selector for selector, _ in selectors if user_id(selector) is not None)
    if users := [arn for selector, arn in selectors if user_id(selector) is None and ":user/" in arn]:
        raise InputError(
            f"an SCP cannot name whose tokens those given out by `{users[0]}` are",
            hint="use --rung session-name, which names each",
        )
    others = [(selector, role_arn) for selector, role_arn in selectors if user_id(selector) is None]
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
