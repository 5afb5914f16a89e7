"""Mistakes in the language itself, found even in documents `parse` refuses.

Rule 1: a finding of severity `error` is what AWS refuses, or what we could not judge; `warning` is what AWS takes and
people did not mean.
Rule 2: whatever `parse` refuses is a finding too, so that no document passes here and fails there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.iam.json_text import Node, child, read_json
from unassume.iam.operators import OPERATORS
from unassume.iam.statements import DocumentKind

Severity = Literal["error", "warning"]

_OPERATOR = re.compile(r"(?:ForAllValues:|ForAnyValue:)?([A-Za-z]+?)(IfExists)?")
_TIME_WITHOUT_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?", re.ASCII)
_TIME_WITH_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+[+-](\d{2}:\d{2})", re.ASCII)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake: the rule's name, the JSON path, a sentence, and how grave it is."""

    rule: str
    path: str
    message: str
    severity: Severity


class _Line(msgspec.Struct, frozen=True):
    """One key under one operator, read leniently."""

    operator: str
    if_exists: bool
    key: str
    values: tuple[str, ...]
    path: str
    effect: str


def lint(text: str | bytes, kind: DocumentKind = DocumentKind.IDENTITY) -> tuple[Finding, ...]:
    """The mistakes in a document, in its order; InputError only where the text is no JSON at all."""
    found = [finding for line in _lines(read_json(text)) for rule in _RULES for finding in rule(line)]
    try:
        parse(text, kind)
    except InputError as error:
        path, message = error.facts["path"], error.facts["rule"]
        if not any(finding.severity == "error" and finding.path == path for finding in found):
            found.append(Finding(rule="refused", path=path, message=message, severity="error"))
    return tuple(found)


def _variable(line: _Line) -> Iterator[Finding]:
    """AWS: Access Analyzer's "Invalid variable for operator"."""
    row = OPERATORS.get(line.operator)
    takes_variables = row is not None and row.variables
    if takes_variables or not (row or line.operator == "Null"):
        return
    if any("${" in value for value in line.values):
        yield Finding(
            rule="variable-in-operator",
            path=line.path,
            message=f"a policy variable does not work in `{line.operator}`: write a literal value"
            + (" such as `2026-01-31T23:59:59Z`" if line.operator.startswith("Date") else ""),
            severity="error",
        )


def _zone(line: _Line) -> Iterator[Finding]:
    if not line.operator.startswith("Date"):
        return
    for value in line.values:
        offset = _TIME_WITH_OFFSET.fullmatch(value)
        if _TIME_WITHOUT_ZONE.fullmatch(value):
            yield Finding(
                rule="date-without-zone",
                path=line.path,
                message=f"the time `{value}` has no zone: end it in `Z` if it is UTC",
                severity="error",
            )
        elif offset and offset[1] != "00:00":
            yield Finding(
                rule="date-not-utc",
                path=line.path,
                message=f"the time `{value}` is a local time: write it in UTC, with a `Z`",
                severity="warning",
            )


def _session_arn(line: _Line) -> Iterator[Finding]:
    """AWS: condition-keys page, aws:PrincipalArn: for a session it is the ARN of the role."""
    row = OPERATORS.get(line.operator)
    if line.key.lower() != "aws:principalarn" or row is None:
        return
    if any(re.match(r"arn:[^:]*:sts:[^:]*:[^:]*:assumed-role/", value) for value in line.values):
        outcome = "always holds" if row.negated else "never matches"
        yield Finding(
            rule="session-arn-in-principal-arn",
            path=line.path,
            message=f"`aws:PrincipalArn` is the ARN of the role, so a session ARN {outcome}: use `aws:userid`",
            severity="warning",
        )


def _long_term_keys(line: _Line) -> Iterator[Finding]:
    if line.key.lower() == "aws:tokenissuetime" and line.if_exists and line.effect == "Deny":
        yield Finding(
            rule="issue-time-if-exists",
            path=line.path,
            message="long-term keys have no issue time, so `IfExists` denies them too",
            severity="warning",
        )


_RULES = (_variable, _zone, _session_arn, _long_term_keys)


def _lines(tree: Node) -> Iterator[_Line]:
    if not isinstance(tree, dict):
        return
    nodes = tree.get("Statement")
    places = enumerate(nodes) if isinstance(nodes, list) else [(None, nodes)]
    for index, node in places:
        path = "$.Statement" if index is None else f"$.Statement[{index}]"
        if isinstance(node, dict):
            yield from _lines_of(node, path)


def _lines_of(statement: dict[str, Node], path: str) -> Iterator[_Line]:
    block = statement.get("Condition")
    for operator, keys in block.items() if isinstance(block, dict) else ():
        written = _OPERATOR.fullmatch(operator)
        if written is None or not isinstance(keys, dict):
            continue
        for key, node in keys.items():
            values = node if isinstance(node, list) else [node]
            yield _Line(
                operator=written[1],
                if_exists=written[2] is not None,
                key=key,
                values=tuple(str(value) for value in values if isinstance(value, str)),
                path=child(child(f"{path}.Condition", operator), key),
                effect=str(statement.get("Effect")),
            )
