"""How single operators compare: instants known as intervals, folding of case, addresses, constants that are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from unassume.iam.conditions import compile_condition
from unassume.iam.values import Between, Context, Known, Value

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = Between(NOON, NOON + timedelta(seconds=1))
POINT = Between(NOON, NOON)


def judge(operator: str, text: str, value: Value) -> bool | None:
    return compile_condition(operator, "aws:x", (text,), True)(Context({"aws:x": value}))


@pytest.mark.parametrize(
    ("operator", "before", "start", "within", "end", "after"),
    [
        ("DateLessThan", False, False, None, True, True),
        ("DateLessThanEquals", False, None, None, True, True),
        ("DateGreaterThan", True, None, None, False, False),
        ("DateGreaterThanEquals", True, True, None, False, False),
        ("DateEquals", False, None, None, False, False),
        ("DateNotEquals", True, None, None, True, True),
    ],
)
def test_an_interval_against_an_instant(
    operator: str, before: bool, start: bool | None, within: bool | None, end: bool, after: bool
) -> None:
    """An issue time known to lie in [t, t+1s) is left open only where the policy's instant falls into that second."""
    answers = {
        "2026-11-23T11:59:59.999Z": before,
        "2026-11-23T12:00:00Z": start,
        "2026-11-23T12:00:00.5Z": within,
        "2026-11-23T12:00:01Z": end,
        "2026-11-23T12:00:02Z": after,
    }
    assert {text: judge(operator, text, SECOND) for text in answers} == answers


@pytest.mark.parametrize("operator", ["DateEquals", "DateLessThanEquals", "DateGreaterThanEquals"])
def test_an_interval_without_length_is_an_instant(operator: str) -> None:
    """An interval from an instant to itself is that instant."""
    assert judge(operator, "2026-11-23T12:00:00Z", POINT) is True
    assert judge("DateLessThan", "2026-11-23T12:00:00Z", POINT) is False


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "NumericLessThan"])
def test_an_interval_has_no_text(operator: str) -> None:
    """An operator of text cannot tell of an instant that is known only as an interval."""
    assert judge(operator, "1", SECOND) is None


def test_case_is_folded_by_lower_alone() -> None:
    """StringEqualsIgnoreCase knows no full case folding: a sharp s is not ss (measured on AWS)."""
    assert judge("StringEqualsIgnoreCase", "STRASSE", Known(("straße",))) is False
    assert judge("StringEqualsIgnoreCase", "STRASSE", Known(("strasse",))) is True


@pytest.mark.parametrize("text", ["x\ny", "*", "${*}"])
def test_wildcards_span_lines(text: str) -> None:
    """`*` in StringLike takes line ends; `${*}` is a star and nothing else."""
    assert judge("StringLike", text, Known(("x\ny",))) is (text != "${*}")


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        ("NumericEquals", "0x10"),
        ("NumericEquals", "inf"),
        ("NumericEquals", "nan"),
        ("NumericEquals", "5abc"),
        ("NumericEquals", "1e3"),
        ("NumericEquals", "\u0661"),
        ("NumericEquals", ""),
        ("DateLessThan", "2026"),
        ("DateLessThan", "2026-W03"),
        ("DateLessThan", "202"),
        ("DateLessThan", "2026-02-30T00:00:00Z"),
        ("DateLessThan", "2026-01-01T00:00:00"),
        ("DateLessThan", "2026-01-01 00:00:00Z"),
        ("DateLessThan", "9999-12-31T23:59:59-23:59"),
        ("DateLessThan", "tomorrow"),
        ("DateLessThan", "${aws:CurrentTime}"),
        ("DateGreaterThan", "${aws:TokenIssueTime}"),
        ("NumericEquals", "${aws:MultiFactorAuthAge}"),
        ("IpAddress", "${aws:SourceIp}"),
        ("Bool", "${aws:SecureTransport}"),
        ("Bool", "yes"),
        ("Null", "0"),
        ("BinaryEquals", "not base64"),
        ("IpAddress", "203.0.113.0/33"),
        ("IpAddress", "203.0.113.0/255.255.255.0"),
        ("IpAddress", "fe80::1%eth0"),
        ("IpAddress", "203.0.113"),
        ("ArnEquals", "role/x"),
        ("ArnLike", "arn:aws:iam::1"),
        ("StringEquals", "${aws:username"),
        ("StringEquals", "${}"),
        ("StringEquals", "${aws:username,'x'}"),
        ("StringEquals", "${username}"),
    ],
)
def test_a_value_the_operator_cannot_read_is_refused(operator: str, text: str) -> None:
    """A constant that could never be judged is an error when it is compiled, not a silent no-match."""
    with pytest.raises(ValueError, match=r"\w"):
        judge(operator, text, Known(("x",)))


@pytest.mark.parametrize(
    ("operator", "text"),
    [("NumericEquals", "5"), ("IpAddress", "203.0.113.1"), ("BinaryEquals", "YQ=="), ("DateLessThan", "2030-01-01")],
)
@pytest.mark.parametrize("value", ["", "5abc", "203.0.113.1/32", "2026-01-01T00:00:00", "?"])
def test_a_request_value_the_operator_cannot_read_does_not_match(operator: str, text: str, value: str) -> None:
    """Rubbish in a request matches nothing and raises nothing."""
    assert judge(operator, text, Known((value,))) is False


def test_host_bits_may_be_set() -> None:
    """A block written with bits of the host stands for the whole block."""
    assert judge("IpAddress", "203.0.113.77/24", Known(("203.0.113.1",))) is True
