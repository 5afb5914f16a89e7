"""A plan for others to write: as Terraform where a pipeline manages the role, as an SCP where the thief could undo it.

AWS provider: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from unassume.errors import InputError
from unassume.means.mark import bind_changes
from unassume.means.scp import scp_document
from unassume.model.plans import Change, Plan
from unassume.model.slots import (
    AccessKeyStatus,
    ManagedPolicy,
    PolicySlot,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Scp,
    UserInlinePolicy,
    UserManagedPolicy,
    UserScp,
)


def emitted(plan: Plan, form: str, role_arns: Mapping[str, str]) -> list[str]:
    """The plan as `terraform` or as an `scp`; InputError where only apply could bind the cut-off.

    `role_arns` are the ARNs of the roles it cuts, by their unique ids.
    """
    cut_off = _cut_off(plan)
    if form == "scp":
        return [json.dumps(json.loads(scp_document(plan.changes, role_arns, cut_off)), indent=2)]
    bound = bind_changes(plan.changes, cut_off)
    return [line for change in bound if change.after is not None for line in _resources(change)]


def _cut_off(plan: Plan) -> datetime:
    """The cut-off as pinned; where the rung has none, any will do."""
    if plan.cut_off.at is None and plan.has_cut_off:
        raise InputError(
            "only apply binds a cut-off to now: when somebody else writes this is not known",
            hint="pin one by --cut-off, a little after it will have been written, or use --rung hold",
        )
    return plan.cut_off.expected(plan.created_at)


def _resources(change: Change) -> list[str]:
    slot = change.slot
    match slot:
        case RoleInlinePolicy(role=role):
            return _block("aws_iam_role_policy", _label(slot), name=slot.policy, role=role, policy=change.after)
        case UserInlinePolicy(user=user):
            return _block("aws_iam_user_policy", _label(slot), name=slot.policy, user=user, policy=change.after)
        case RoleManagedPolicy(role=role):
            return _attached(slot, change.after, "aws_iam_role_policy_attachment", role=role)
        case UserManagedPolicy(user=user):
            return _attached(slot, change.after, "aws_iam_user_policy_attachment", user=user)
        case Scp() | UserScp():
            made = _block(
                "aws_organizations_policy", _label(slot), name=slot.policy, type="SERVICE_CONTROL_POLICY",
                content=change.after,
            )  # fmt: skip
            attached = _block("aws_organizations_policy_attachment", _label(slot), target_id=slot.account)
            by = f"  policy_id = aws_organizations_policy.{_label(slot)}.id"
            return [*made, *attached[:-2], by, *attached[-2:]]
        case AccessKeyStatus():
            return [f"# not for a pipeline: set the {slot.label} to {change.after}", ""]
        case RoleTrustStatement():
            # The resource of the trust is the whole role's, which somebody else's configuration owns.
            return [f"# add to the assume_role_policy of role {slot.role}:", f"# {change.after}", ""]
        case _:
            assert_never(slot)


def _attached(slot: ManagedPolicy, text: str | None, kind: str, **holder: str) -> list[str]:
    made = _block("aws_iam_policy", _label(slot), name=slot.policy, policy=text)
    attached = _block(kind, _label(slot), **holder)
    return [*made, *attached[:-2], f"  policy_arn = aws_iam_policy.{_label(slot)}.arn", *attached[-2:]]


def _label(slot: PolicySlot) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", slot.policy).lower()


def _block(kind: str, name_: str, /, **values: str | None) -> list[str]:
    width = max(map(len, values))
    lines = [f"  {name:<{width}} = {_quoted(value or '')}" for name, value in values.items()]
    return [f'resource "{kind}" "{name_}" {{', *lines, "}", ""]


def _quoted(text: str) -> str:
    """A text as a literal of HCL, in which `${` and `%{` would be read as templates."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'
