"""The document as a whole: its size on each holder, its letters, its statements."""

from __future__ import annotations

import json

import pytest

from unassume.iam.documents import DocumentKind
from unassume.iam.limits import LIMITS, count
from unassume.iam.lint import Holder, lint
from unassume.iam.lint.of_documents import HOLDERS, KIND_OF, SOURCES

TRUST = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
STATEMENTS = {
    DocumentKind.TRUST: TRUST,
    DocumentKind.RESOURCE: {**DENY, "Principal": "*"},
    DocumentKind.RCP: {**DENY, "Principal": "*"},
    DocumentKind.ENDPOINT: {**DENY, "Principal": "*"},
}


def document(holder: Holder, size: int) -> tuple[str, DocumentKind]:
    """A sound document that counts so much on that holder."""
    kind = KIND_OF.get(holder, DocumentKind.IDENTITY)
    text = json.dumps({"Version": "2012-10-17", "Id": "", "Statement": [STATEMENTS.get(kind, DENY)]})
    return text.replace('"Id": ""', f'"Id": "{"x" * (size - count(text, holder))}"'), kind


@pytest.mark.parametrize("holder", HOLDERS)
def test_the_limit_of_a_holder_is_its_last_size(holder: Holder) -> None:
    """A document of exactly the limit passes, one character more is too large; the finding has AWS's page."""
    fitting, kind = document(holder, LIMITS[holder])
    assert lint(fitting, kind, holder=holder) == ()
    (finding,) = lint(document(holder, LIMITS[holder] + 1)[0], kind, holder=holder)
    assert (finding.rule, finding.path, finding.severity, finding.source) == (
        "too-large",
        "$",
        "error",
        SOURCES[holder],
    )


def test_every_limit_is_a_holder_s() -> None:
    """The table of limits and the holders one can ask for are the same."""
    assert set(LIMITS) == set(HOLDERS) == set(SOURCES)


def test_without_a_holder_only_what_fits_nowhere_is_too_large() -> None:
    """An identity-based policy may stand on a role; what resource-based ones may take differs by service."""
    fitting, kind = document("role", LIMITS["role"])
    assert lint(fitting, kind) == ()
    assert [each.rule for each in lint(document("role", LIMITS["role"] + 1)[0], kind)] == ["too-large"]
    assert lint(*document("key", LIMITS["key"] + 1)) == ()


def test_white_space_counts_where_aws_counts_it() -> None:
    """IAM leaves white space out; Organizations counts it in what an API saves, and lint says what is left without."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [DENY]}).replace(" ", " " * 1_000)
    assert lint(text, holder="user") == ()
    (finding,) = lint(text, DocumentKind.SCP, holder="scp")
    assert f"without white space it is {len(text.replace(' ', ''))}" in finding.message


@pytest.mark.parametrize(("letter", "is_taken"), [("é", True), ("“", False), ("\\u201c", True), ("\x7f", True)])
def test_iam_takes_latin_letters(letter: str, is_taken: bool) -> None:
    """IAM's documents hold letters up to U+00FF; others can be written as escapes."""
    text = f'{{"Version": "2012-10-17", "Id": "{letter}", "Statement": [{json.dumps(DENY)}]}}'
    assert [each.rule for each in lint(text)] == ([] if is_taken else ["letter-not-taken"])
    assert lint(text, DocumentKind.SCP) == ()
    of_key = text.replace('"Action"', '"Principal": "*", "Action"')
    assert (lint(of_key, DocumentKind.RESOURCE, holder="key") == ()) is is_taken


def test_a_document_without_statements_says_nothing() -> None:
    """An empty list of statements is named."""
    assert [each.rule for each in lint('{"Version": "2012-10-17", "Statement": []}')] == ["no-statement"]
