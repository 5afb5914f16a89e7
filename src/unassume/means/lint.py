"""Mistakes people make in revocation policies, and the document put right.

The language's own mistakes are `iam.lint`'s; here stand those of revocations, and every correction.
A correction is made only where the meaning is plain; what it cannot put right stays in the findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from unassume.iam.lint import Finding, Holder
from unassume.iam.lint import lint as language_findings
from unassume.iam.lint.of_documents import KIND_OF
from unassume.iam.statements import DocumentKind
from unassume.means.mark import ours
from unassume.means.shapes import instant
from unassume.means.trust import is_our_trust

MARGIN = timedelta(seconds=30)
_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:[+-]\d{2}:\d{2})?", re.ASCII)
_TIME = "aws:tokenissuetime"
_NAME_KEYS = ("aws:userid", "aws:sourceidentity", "aws:username")


def findings(text: str, holder: Holder | None = None, now: datetime | None = None) -> tuple[Finding, ...]:
    """Everything wrong with a policy of such a holder (default: identity-based); InputError when it is no JSON at all.

    `now` is the time that issue times are held against.
    """
    kind = DocumentKind.IDENTITY if holder is None else KIND_OF.get(holder, DocumentKind.IDENTITY)
    found = list(language_findings(text, kind, holder=holder, now=now))
    for path, statement in _statements(json.loads(text)):
        if statement.get("Effect") != "Deny" or ours(statement) is not None or is_our_trust(statement):
            continue
        for rule, message in _told(statement, kind):
            sid = statement.get("Sid")
            named = sid if isinstance(sid, str) and sid else None
            found.append(Finding(rule=rule, path=path, message=message, severity="warning", sid=named))
    return tuple(found)


def _told(statement: dict[str, object], kind: DocumentKind) -> Iterator[tuple[str, str]]:
    """What a deny leaves open, or closes for longer than was meant."""
    has_time = any(key.lower() == _TIME for _, keys in _conditions(statement) for key in keys)
    if _is_by_name(statement) and not has_time:
        yield "name-without-time", "denies this name for ever, also in sessions issued tomorrow: add a time"
    if not has_time or kind in (DocumentKind.RESOURCE, DocumentKind.ENDPOINT, DocumentKind.TRUST):
        return
    if statement.get("Action") in ("*", ["*"]) and statement.get("Resource") not in ("*", ["*"]):
        yield "cut-of-some-resources", "leaves the session every call that names none of these resources: write `*`"
    if "NotAction" in statement:
        yield "cut-of-some-actions", "leaves the session the actions named here: they are a way on, or back"


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


def _is_by_name(statement: dict[str, object]) -> bool:
    """Whether it hits a person or session by name, and not all others."""
    lines = [(operator, key.lower()) for operator, keys in _conditions(statement) for key in keys]
    return any(key in _NAME_KEYS and "Not" not in operator and operator != "Null" for operator, key in lines)


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
