"""Conditions that cannot do what they say, whatever their key is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unassume.iam.lint.findings import CHECKS, GUIDE, OPERATORS, SETS, VARIABLES, Rule, Told, on_lines
from unassume.iam.lint.keys import MULTIVALUED, is_single_valued, suits
from unassume.iam.lint.reading import Line, Spoken

_ESCAPED = re.compile(r"\$\{[^}]*\}")


def _variable(line: Line, _: Spoken) -> Iterator[str]:
    row = line.row
    takes_variables = row is not None and row.variables
    if takes_variables or not (row or line.operator == "Null"):
        return
    if any("${" in value for value in line.values):
        example = " such as `2026-01-31T23:59:59Z`" if line.operator.startswith("Date") else ""
        yield f"a policy variable does not work in `{line.operator}`: write a literal value{example}"


def _variable_is_text(statement: Spoken) -> Iterator[Told]:
    if statement.has_variables:
        return
    said = '`${...}` is plain text unless the policy says `"Version": "2012-10-17"`'
    for name in ("Resource", "NotResource"):
        if any("${" in text for text in statement.texts(name)):
            yield f"{statement.path}.{name}", said
    for line in statement.lines:
        if line.row is not None and line.row.variables and any("${" in value for value in line.values):
            yield line.path, said


def _wildcard(line: Line, _: Spoken) -> Iterator[str]:
    if not line.operator.startswith(("StringEquals", "StringNotEquals")):
        return
    for value in line.values:
        if re.search(r"[*?]", _ESCAPED.sub("", value)):
            like = "StringNotLike" if "Not" in line.operator else "StringLike"
            yield f"`{line.operator}` takes `{value}` letter by letter: wildcards work in `{like}`"
            return


def _type(line: Line, _: Spoken) -> Iterator[str]:
    if line.row is not None and not suits(line.name, line.operator):
        yield f"`{line.operator}` does not read values of `{line.key}`: use an operator of the key's type"


def _set_of_one(line: Line, _: Spoken) -> Iterator[str]:
    if line.over and is_single_valued(line.name):
        absent = ", and holds where the key is absent" if line.over == "ForAllValues" else ""
        yield f"`{line.key}` has one value: `{line.over}` is for keys with several{absent}"


def _several_without_set(line: Line, _: Spoken) -> Iterator[str]:
    if line.row is not None and not line.over and line.name in MULTIVALUED:
        yield f"`{line.key}` may have several values: say `ForAnyValue:` or `ForAllValues:`"


def _for_all_in_allow(line: Line, statement: Spoken) -> Iterator[str]:
    if statement.effect != "Allow" or line.over != "ForAllValues" or is_single_valued(line.name):
        return
    is_guarded = any(
        other.name == line.name and ((other.operator == "Null" and other.values == ("false",)) or other.is_positive)
        for other in statement.lines
    )
    if not is_guarded:
        yield f"`ForAllValues` holds where `{line.key}` is absent: add `Null` with `false` for that key"


def _absent_and_there(statement: Spoken) -> Iterator[Told]:
    absent = {line.name for line in statement.lines if line.operator == "Null" and line.values == ("true",)}
    for line in statement.lines:
        if line.is_positive and line.name in absent:
            yield line.path, f"it never holds: `Null` in this statement asks that `{line.key}` is absent"


def _both_truths(line: Line, _: Spoken) -> Iterator[str]:
    if line.operator in ("Bool", "Null") and {value.lower() for value in line.values} == {"true", "false"}:
        yield "true and false together ask for nothing but, with `Bool`, that the key is there"


def _empty(statement: Spoken) -> Iterator[Told]:
    block = statement.node.get("Condition")
    if not isinstance(block, dict):
        return
    said = "it asks for nothing, so the statement applies without it"
    if not block:
        yield f"{statement.path}.Condition", said
    for operator, keys in block.items():
        if keys == {}:
            yield f"{statement.path}.Condition.{operator}", said


RULES = (
    Rule("variable-in-operator", "error", CHECKS, on_lines(_variable)),
    Rule("variable-is-text", "warning", VARIABLES, _variable_is_text),
    Rule("wildcard-without-like", "warning", CHECKS, on_lines(_wildcard)),
    Rule("operator-of-another-type", "warning", OPERATORS, on_lines(_type)),
    Rule("set-operator-on-one-value", "warning", CHECKS, on_lines(_set_of_one)),
    Rule("several-values-without-set", "warning", SETS, on_lines(_several_without_set)),
    Rule("for-all-values-without-null", "warning", SETS, on_lines(_for_all_in_allow)),
    Rule("absent-and-there", "warning", OPERATORS, _absent_and_there),
    Rule("both-truths", "warning", CHECKS, on_lines(_both_truths)),
    Rule("empty-condition", "warning", f"{GUIDE}reference_policies_elements_condition.html", _empty),
)
