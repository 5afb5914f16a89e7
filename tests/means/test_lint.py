"""Mistakes in hand-written revocations are named, and put right where the meaning is plain."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given

from tests.means.made import CUT_OFFS, SELECTORS
from unassume.means.lint import corrected, findings
from unassume.means.mark import bind, document
from unassume.model.selectors import Selector

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
