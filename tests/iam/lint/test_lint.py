"""The mistakes lint names, in documents that parse and in documents that do not."""

from __future__ import annotations

import json

import pytest

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind
from unassume.iam.lint import Finding, lint

PATH = "$.Statement[0].Condition"


def found(operator: str, key: str, value: object, effect: str = "Deny") -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in findings(operator, key, value, effect)]


def findings(operator: str, key: str, value: object, effect: str = "Deny") -> tuple[Finding, ...]:
    statement = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": {operator: {key: value}}}
    return lint(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def test_the_current_time_variable_is_named() -> None:
    """A policy variable in a Date operator does not work; the finding has the place and says what to write."""
    (finding,) = findings("DateLessThan", "aws:TokenIssueTime", "${aws:CurrentTime}")
    assert finding.rule == "variable-in-operator"
    assert finding.severity == "error"
    assert finding.path == f'{PATH}.DateLessThan["aws:TokenIssueTime"]'
    assert "literal" in finding.message


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-23T12:00:00Z", []),
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-23T12:00:00+00:00", []),
        ("DateLessThan", "aws:TokenIssueTime", "1795435200", []),
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-23T12:00:00", [("date-without-zone", "error")]),
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-23 12:00", [("date-without-zone", "error")]),
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-23T12:00:00+02:00", [("date-not-utc", "warning")]),
        ("DateLessThan", "aws:TokenIssueTime", "yesterday", [("refused", "error")]),
        (
            "DateLessThan",
            "aws:TokenIssueTime",
            ["2026-11-23T12:00Z", "${aws:CurrentTime}"],
            [("variable-in-operator", "error")],
        ),
        ("DateLessThan", "aws:IssueTime", "yesterday", [("unknown-key", "warning"), ("refused", "error")]),
        ("DateLessThanIfExists", "aws:TokenIssueTime", "2026-11-23T12:00:00Z", [("issue-time-if-exists", "warning")]),
        ("NumericLessThan", "aws:MultiFactorAuthAge", "${aws:userid}", [("variable-in-operator", "error")]),
        ("IpAddress", "aws:SourceIp", "${aws:SourceIp}", [("variable-in-operator", "error")]),
        ("Null", "aws:SourceIp", "${aws:userid}", [("variable-in-operator", "error")]),
        ("StringEquals", "aws:userid", "${aws:PrincipalTag/id}", []),
        (
            "ArnEquals",
            "aws:PrincipalArn",
            "arn:aws:sts::123456789012:assumed-role/R/s",
            [("session-arn-in-principal-arn", "warning")],
        ),
        (
            "StringNotLike",
            "AWS:principalarn",
            "arn:aws:sts::*:assumed-role/R/*",
            [("session-arn-in-principal-arn", "warning")],
        ),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/R", []),
        ("StringEqual", "aws:userid", "x", [("refused", "error")]),
    ],
)
def test_one_condition(operator: str, key: str, value: object, expected: list[tuple[str, str]]) -> None:
    """Each condition gives exactly these findings."""
    assert found(operator, key, value) == expected


def test_if_exists_on_an_allow_is_fine() -> None:
    """Only a Deny with IfExists on the issue time hits long-term keys by mistake."""
    assert found("DateLessThanIfExists", "aws:TokenIssueTime", "2026-11-23T12:00:00Z", "Allow") == []


def test_a_document_parse_refuses_is_never_clean() -> None:
    """What cannot be judged is a finding with its place, even where no other rule speaks."""
    (finding,) = lint('{"Statement": {"Effect": "Deny", "Action": "*"}}')
    assert (finding.rule, finding.path, finding.severity) == ("refused", "$.Statement", "error")


def test_the_kind_matters() -> None:
    """A trust policy is judged as one."""
    trust = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
    assert lint(trust, DocumentKind.TRUST) == ()
    assert [finding.rule for finding in lint(trust)] == ["refused"]


@pytest.mark.parametrize(
    "text", ["[]", "1", '{"Statement": [1, {"Condition": [], "Effect": 1}, {"Condition": {"?": 1}}]}']
)
def test_odd_shapes_are_findings(text: str) -> None:
    """A document of any shape gives findings, not a traceback."""
    assert [finding.severity for finding in lint(text)] == ["error"]


def test_no_json_is_an_input_error() -> None:
    """A text that is no JSON holds nothing to lint."""
    with pytest.raises(InputError, match="not JSON"):
        lint("Version: 2012-10-17")
