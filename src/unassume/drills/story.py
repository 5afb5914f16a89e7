"""The parts a drill's story is told in: at most 60 lines of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping

from unassume.model.lineages import Lineage
from unassume.model.rehearsals import DrillResult
from unassume.report.lineage import session_lines
from unassume.report.table import paragraph, table

MOST_LINES, WIDTH = 60, 80
Answers = Mapping[str, Mapping[str, str]]


def chapter(title: str, *lines: str) -> list[str]:
    """A titled part."""
    return [f"== {title}", *lines]


def told(text: str) -> list[str]:
    """A sentence or two, wrapped."""
    return paragraph(text, WIDTH)


def holders(lineage: Lineage) -> list[str]:
    """Who holds what."""
    return session_lines(lineage, lineage.coverage.as_of, WIDTH)


def matrix(before: Answers, after: Answers) -> list[str]:
    """Call by person, before and after."""
    actions = list(next(iter(before.values())))
    rows = [(action, *(f"{before[one][action]} -> {after[one][action]}" for one in before)) for action in actions]
    return table(("", *before), rows, WIDTH)


def figures(result: DrillResult) -> str:
    """The result in one sentence."""
    allowed = result.thief_calls_after_verified_cut
    return (
        f"thief: {result.thief_calls_tried} calls tried, {allowed} allowed after the proof; "
        f"bystanders: {result.bystander_calls_made} calls, {result.bystander_calls_denied} denied; "
        f"proved in {result.lab_seconds_to_contain:.0f} lab seconds with {result.aws_writes} writes to AWS"
    )
