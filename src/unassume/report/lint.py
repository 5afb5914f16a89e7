"""Lint findings in words, and the document put right."""

from __future__ import annotations

from collections.abc import Sequence

from unassume.iam.lint import Finding
from unassume.report.escape import escape
from unassume.report.table import paragraph


def finding_lines(found: Sequence[Finding], right: str | None, width: int = 80) -> list[str]:
    """Each mistake with its place and rule, then the corrected document."""
    if not found:
        return ["no mistake found"]
    lines: list[str] = []
    for finding in found:
        sid = f" ({finding.sid})" if finding.sid else ""
        lines += paragraph(f"{finding.path}{sid}: {finding.message} [{finding.rule}]", width, f"{finding.severity}: ")
    if right is None:
        return [*lines, "not corrected: what was meant is not plain"]
    return [*lines, "", "corrected:", *(escape(line, 10_000) for line in right.splitlines())]
