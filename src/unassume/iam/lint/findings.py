"""What lint says: findings, and the rules they come from, each with AWS's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from unassume.iam.lint.reading import Line, Spoken

Severity = Literal["error", "warning"]
Told = tuple[str, str]
"""A JSON path, and the sentence about it."""

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
CHECKS = f"{GUIDE}access-analyzer-reference-policy-checks.html"
VARIABLES = f"{GUIDE}reference_policies_variables.html"
KEYS = f"{GUIDE}reference_policies_condition-keys.html"
OPERATORS = f"{GUIDE}reference_policies_elements_condition_operators.html"
SETS = f"{GUIDE}reference_policies_condition-single-vs-multi-valued-context-keys.html"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake: the rule's name, the JSON path and Sid, a sentence, how grave it is, and AWS's page about it."""

    rule: str
    path: str
    message: str
    severity: Severity
    sid: str | None = None
    source: str | None = None


class Rule(msgspec.Struct, frozen=True):
    """One row: what it is called, how grave it is, AWS's page, and how a statement is searched for it."""

    name: str
    severity: Severity
    source: str
    find: Callable[[Spoken], Iterator[Told]]

    def findings(self, statement: Spoken) -> Iterator[Finding]:
        """Every place of the statement that breaks the rule."""
        for path, message in self.find(statement):
            yield Finding(
                rule=self.name,
                path=path,
                message=message,
                severity=self.severity,
                sid=statement.sid,
                source=self.source,
            )


def on_lines(check: Callable[[Line, Spoken], Iterator[str]]) -> Callable[[Spoken], Iterator[Told]]:
    """The search of a rule that looks at one condition at a time."""

    def find(statement: Spoken) -> Iterator[Told]:
        for line in statement.lines:
            for message in check(line, statement):
                yield line.path, message

    return find
