"""Mistakes in hand-written revocations are named, and put right where the meaning is plain."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given

from tests.means.made import CUT_OFFS, SELECTORS
from unassume.iam.lint import RULES
from unassume.means.lint import corrected, findings
from unassume.means.mark import bind, document
from unassume.model.selectors import Selector

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"
NOW = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)


def revocation(condition: object) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}],
        }
    )


def test_the_seed_s_variable_is_named_and_replaced() -> None:
    """`${aws:CurrentTime}` in a Date operator becomes a literal instant, now + 30 s."""
    text = revocation({"DateLessThan": {"aws:TokenIssueTime": "${aws:CurrentTime}"}})
    found = findings(text)
    assert found != ()
    right = corrected(text, found, NOW)
    assert right is not None
    assert json.loads(right) == json.loads(text.replace("${aws:CurrentTime}", "2026-11-23T18:00:30Z"))
    assert findings(right) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-23T19:00:00+01:00", "2026-11-23T18:00:00Z"),
        ("2026-11-23T18:00:00", "2026-11-23T18:00:00Z"),
    ],
)
def test_a_local_time_becomes_utc(written: str, meant: str) -> None:
    """A time with an offset is converted, and one without Z is read as UTC, as AWS reads it."""
    text = revocation({"DateLessThan": {"aws:TokenIssueTime": written}})
    right = corrected(text, findings(text), NOW)
    assert right is not None
    assert json.loads(right) == json.loads(text.replace(written, meant))


def test_a_name_without_a_time_gets_one() -> None:
    """A deny by name alone would hold for ever: it is found, and the cut-off is added."""
    text = revocation({"StringEquals": {"aws:userid": "AROAEXAMPLEANALYST000:keith"}})
    found = findings(text)
    assert [finding.rule for finding in found] == ["name-without-time"]
    right = json.loads(corrected(text, found, NOW) or "{}")
    assert right["Statement"][0]["Condition"]["DateLessThan"] == {"aws:TokenIssueTime": "2026-11-23T18:00:30Z"}


@given(selectors=SELECTORS, at=CUT_OFFS)
def test_our_own_policies_are_clean(selectors: tuple[Selector, ...], at: datetime) -> None:
    """What we write has no finding and no correction."""
    text = bind(document(selectors), at) or ""
    assert findings(text) == ()
    assert corrected(text, (), NOW) is None


CUT = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:00:30Z"}}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"Resource": "arn:aws:s3:::b"}, ["cut-of-some-resources"]),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::b"}, []),
        ({"Action": ["*"], "Resource": ["*"]}, []),
        ({"Resource": "arn:aws:s3:::b", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, []),
    ],
)
def test_a_cut_that_leaves_calls_open(changed: dict[str, object], expected: list[str]) -> None:
    """A cut by issue time holds for every resource, or calls that name none stay open."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": CUT, **changed}
    found = findings(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    assert [finding.rule for finding in found] == expected


def test_a_cut_with_not_action_leaves_those_open() -> None:
    """What NotAction names the leaked session may still call."""
    statement = {"Sid": "Cut", "Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": CUT}
    (finding,) = findings(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    assert (finding.rule, finding.sid) == ("cut-of-some-actions", "Cut")


def test_what_a_trust_policy_denies_is_no_cut() -> None:
    """A trust policy says who may assume the role, not what its sessions may call."""
    statement = {"Effect": "Deny", "Principal": "*", "NotAction": "sts:TagSession", "Condition": CUT}
    assert findings(json.dumps({"Version": "2012-10-17", "Statement": statement}), "trust") == ()


def test_a_deny_of_all_others_is_no_deny_of_a_name() -> None:
    """With a negated operator the name is the one who is spared."""
    assert findings(revocation({"StringNotLike": {"aws:userid": "AROAEXAMPLEANALYST000:*"}})) == ()


def test_the_holder_decides_the_kind_and_the_size() -> None:
    """A trust policy is read as one; a document too large for a user may stand on a role."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    assert findings(text, "trust") == ()
    assert [finding.rule for finding in findings(text)] == ["refused"]
    long = revocation({**CUT, "StringEquals": {"aws:userid": ["AROAEXAMPLEANALYST000:" + "x" * 50] * 40}})
    assert [finding.rule for finding in findings(long, "user")] == ["too-large"]
    assert findings(long, "role") == ()


def test_a_cut_off_to_come_is_named_when_the_time_is_known() -> None:
    """A cut-off of 2099 is no revocation: nobody could use the role until then."""
    text = revocation({"DateLessThan": {"aws:TokenIssueTime": "2099-01-01T00:00:00Z"}})
    assert [finding.rule for finding in findings(text, now=NOW)] == ["issue-time-to-come"]
    assert findings(text) == ()


def test_every_rule_is_on_the_page() -> None:
    """docs/lint.md names every rule there is, and no other; the errors are marked."""
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (error)?", PAGE.read_text(), re.MULTILINE)
    named = {(name, bool(error)) for names, error in rows for name in re.findall(r"[a-z-]+", names)}
    of_documents = {("too-large", True), ("letter-not-taken", True), ("no-statement", False), ("refused", True)}
    of_revocations = {
        (f"{name}", False) for name in ("name-without-time", "cut-of-some-resources", "cut-of-some-actions")
    }
    assert named == {(rule.name, rule.severity == "error") for rule in RULES} | of_documents | of_revocations
