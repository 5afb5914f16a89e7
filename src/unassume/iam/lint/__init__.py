"""Mistakes in the language itself, found even in documents `parse` refuses.

Rule 1: a finding of severity `error` is what AWS refuses, or what we could not judge; `warning` is what AWS takes and
people did not mean.
Rule 2: whatever `parse` refuses is a finding too, so that no document passes here and fails there.
Rule 3: a rule is a row with AWS's page and one small function; what `parse` already refuses is not said again.
"""

from __future__ import annotations

from datetime import datetime

from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.iam.json_text import read_json
from unassume.iam.lint.findings import Finding, Severity
from unassume.iam.lint.of_conditions import RULES as OF_CONDITIONS
from unassume.iam.lint.of_dates import RULES as OF_DATES
from unassume.iam.lint.of_documents import Holder, of_document
from unassume.iam.lint.of_keys import RULES as OF_KEYS
from unassume.iam.lint.of_statements import RULES as OF_STATEMENTS
from unassume.iam.lint.reading import Spoken, spoken
from unassume.iam.statements import DocumentKind

__all__ = ["RULES", "Finding", "Holder", "Severity", "lint"]

RULES = (*OF_STATEMENTS, *OF_CONDITIONS, *OF_DATES, *OF_KEYS)


def lint(
    text: str | bytes,
    kind: DocumentKind = DocumentKind.IDENTITY,
    *,
    holder: Holder | None = None,
    now: datetime | None = None,
) -> tuple[Finding, ...]:
    """The mistakes in a document, in its order; InputError only where the text is no JSON at all.

    `holder` says what the document is put on, which sets its size; without one it is too large only where it fits
    nowhere. `now` is the time to hold its instants against; without it none is in the future.
    """
    tree = read_json(text)
    statements = spoken(tree, kind, now)
    found = [*of_document(text, tree, kind, holder)]
    found += [finding for each in statements for rule in RULES for finding in rule.findings(each)]
    refused = _refused(text, kind, statements)
    if refused and not any(finding.severity == "error" and finding.path == refused.path for finding in found):
        found.append(refused)
    return tuple(found)


def _refused(text: str | bytes, kind: DocumentKind, statements: tuple[Spoken, ...]) -> Finding | None:
    try:
        parse(text, kind)
    except InputError as error:
        path, message = error.facts["path"], error.facts["rule"]
        sid = next((each.sid for each in statements if f"{path}.".startswith(f"{each.path}.")), None)
        return Finding(rule="refused", path=path, message=message, severity="error", sid=sid)
    return None
