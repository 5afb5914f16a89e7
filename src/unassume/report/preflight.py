"""What a plan needs and may not do, in words: it stands above everything that would be tried."""

from __future__ import annotations

from collections.abc import Iterable

from unassume.model.plans import Plan
from unassume.model.preflights import Lack
from unassume.report.table import paragraph


def lacking_lines(plan: Plan, width: int = 80) -> list[str]:
    """The calls that would be refused to us, and those of which nobody could say; nothing when all are allowed."""
    refused = [one for one in plan.preflight.lacking if one.is_known]
    unknown = [one for one in plan.preflight.lacking if not one.is_known]
    lines = [f"NOT ALLOWED ({len(refused)}), by IAM's policy simulator or a read that was refused:"] if refused else []
    for one in refused:
        lines += paragraph(f"{one.action} on {one.resource}, for {one.needed_for}", width, "  ! ")
    if unknown:
        lines += paragraph(f"whether we may call {_calls(unknown)}", width, "not known: ")
    return lines


def _calls(lacking: Iterable[Lack]) -> str:
    return ", ".join(dict.fromkeys(one.action for one in lacking))
