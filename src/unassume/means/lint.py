"""Mistakes people make in revocation policies, and the document put right.

The language's own mistakes are `iam.lint`'s; here stand those of revocations, and every correction.
A correction is made only where the meaning is plain; what it cannot put right stays in the findings.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from unassume.iam.lint import Finding
from unassume.iam.lint import lint as language_findings
from unassume.means.mark import instant, ours

MARGIN = timedelta(seconds=30)
_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:[+-]\d{2}:\d{2})?", re.ASCII)
_NAME_KEYS = ("aws:userid", "aws:sourceidentity", "aws:username")


def findings(text: str) -> tuple[Finding, ...]:
    """Everything wrong with a revocation policy; InputError when the text is no JSON at all."""
    found = list(language_findings(text))
    for path, statement in _statements(json.loads(text)):
        if statement.get("Effect") == "Deny" and _is_name_only(statement) and ours(statement) is None:
            message = "denies this name for ever, also in sessions issued tomorrow: add a time"
            found.append(Finding(rule="name-without-time", path=path, message=message, severity="warning"))
    return tuple(found)


def corrected(text: str, found: tuple[Finding, ...], now: datetime) -> str | None:
    """The document with what is plain put right; `now` + 30 s stands for a missing instant, None for no change."""
    document = json.loads(text)
    literal = instant(now + MARGIN)
    for path, statement in _statements(document):
        _correct_dates(statement, literal)
        if any(finding.rule == "name-without-time" and finding.path == path for finding in found):
            conditions = statement.setdefault("Condition", {})
            if isinstance(conditions, dict):
                conditions.setdefault("DateLessThan", {})["aws:TokenIssueTime"] = literal
    return None if document == json.loads(text) else json.dumps(document, indent=2, ensure_ascii=False)


def _statements(document: object) -> list[tuple[str, dict[str, object]]]:
    listed = document.get("Statement") if isinstance(document, dict) else None
    if isinstance(listed, dict):
        return [("$.Statement", listed)]
    if not isinstance(listed, list):
        return []
    return [(f"$.Statement[{index}]", one) for index, one in enumerate(listed) if isinstance(one, dict)]


def _conditions(statement: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    block = statement.get("Condition")
    return [(name, keys) for name, keys in block.items() if isinstance(keys, dict)] if isinstance(block, dict) else []


def _is_name_only(statement: dict[str, object]) -> bool:
    """Whether it denies by the name of a person or session and by no time."""
    keys = {key.lower() for _, pairs in _conditions(statement) for key in pairs}
    return bool(keys.intersection(_NAME_KEYS)) and "aws:tokenissuetime" not in keys


def _correct_dates(statement: dict[str, object], literal: str) -> None:
    for operator, pairs in _conditions(statement):
        if not operator.rpartition(":")[2].startswith("Date"):
            continue
        for key, value in pairs.items():
            values = value if isinstance(value, list) else [value]
            right = [_correct(each, literal) if isinstance(each, str) else each for each in values]
            pairs[key] = right if isinstance(value, list) else right[0]


def _correct(value: str, literal: str) -> str:
    if "${" in value:
        return literal
    if not _OFFSET.fullmatch(value):
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return instant(at if at.tzinfo else at.replace(tzinfo=UTC))
