"""A plan as Terraform, for roles that a pipeline manages: what stands in its state it does not take away.

AWS provider: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import assert_never

from unassume.errors import InputError
from unassume.means.mark import bind_changes
from unassume.model.plans import Change, Plan
from unassume.model.slots import RoleInlinePolicy, RoleManagedPolicy

_NO_CUT_OFF = ("hold", "issuance")


def terraform_lines(plan: Plan, now: datetime) -> list[str]:
    """The resources that put the plan's policies on the role; InputError where only apply could bind the cut-off."""
    if plan.cut_off.at is None and plan.rung not in _NO_CUT_OFF:
        raise InputError(
            "a pipeline binds no cut-off: its time is not known now",
            hint="pin one by --cut-off, a little after the pipeline will have run, or use --rung hold",
        )
    bound = bind_changes(plan.changes, plan.cut_off.expected(now))
    return [line for change in bound if change.after is not None for line in _resources(change)]


def _resources(change: Change) -> list[str]:
    slot = change.slot
    label = re.sub(r"[^A-Za-z0-9_]", "_", slot.policy).lower()
    match slot:
        case RoleInlinePolicy():
            return _block("aws_iam_role_policy", label, name=slot.policy, role=slot.role, policy=change.after)
        case RoleManagedPolicy():
            made = _block("aws_iam_policy", label, name=slot.policy, policy=change.after)
            attached = _block("aws_iam_role_policy_attachment", label, role=slot.role)
            return [*made, *attached[:-2], f"  policy_arn = aws_iam_policy.{label}.arn", *attached[-2:]]
        case _:
            assert_never(slot)


def _block(kind: str, label: str, **values: str | None) -> list[str]:
    width = max(map(len, values))
    lines = [f"  {name:<{width}} = {_quoted(value or '')}" for name, value in values.items()]
    return [f'resource "{kind}" "{label}" {{', *lines, "}", ""]


def _quoted(text: str) -> str:
    """A text as a literal of HCL, in which `${` and `%{` would be read as templates."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'
