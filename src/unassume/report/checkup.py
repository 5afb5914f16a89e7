"""What doctor found, a line each, and below it what to do."""

from __future__ import annotations

from collections.abc import Iterable

from unassume.model.checkups import CheckState, CheckUp
from unassume.report.table import paragraph

_MARKS: dict[CheckState, str] = {"ok": "✓ ok  ", "warn": "! warn", "fail": "✗ FAIL"}


def checkup_lines(found: Iterable[CheckUp], width: int = 80) -> list[str]:
    """Each check with its mark and word, never by colour."""
    lines: list[str] = []
    for each in found:
        lines += paragraph(f"{each.name}: {each.detail}", width, f"{_MARKS[each.state]}  ")
        if each.advice:
            lines += paragraph(each.advice, width, "        do: ")
    return lines
