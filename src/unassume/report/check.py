"""The outcome of policy tests in words."""

from __future__ import annotations

from unassume.iam.check import Checked
from unassume.report.table import paragraph


def check_lines(checked: Checked, width: int = 80) -> list[str]:
    """One paragraph for each case that does not agree, then the count."""
    lines: list[str] = []
    for failure in checked.failed:
        told = f"{failure.id}: expected {failure.expected}, got {failure.got}: {failure.because}"
        lines += paragraph(told, width, "disagrees: ")
    total = checked.passed + len(checked.failed)
    return [*lines, f"{checked.passed} of {total} cases agree"]
