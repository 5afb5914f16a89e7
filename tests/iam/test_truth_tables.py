"""Operator x {hit, miss, several, absent, empty, present, unknown} x {plain, IfExists, ForAll, ForAny}."""

from __future__ import annotations

import pytest

from unassume.iam.conditions import compile_condition
from unassume.iam.operators import OPERATORS
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Context, Known, Value

ARN = "arn:aws:iam::123456789012:role/"
# Operator: the policy's value, a request value it holds for, one it does not hold for.
SAMPLES = {
    "StringEquals": ("a", "a", "A"),
    "StringNotEquals": ("a", "A", "a"),
    "StringEqualsIgnoreCase": ("a", "A", "b"),
    "StringNotEqualsIgnoreCase": ("a", "b", "A"),
    "StringLike": ("a*", "ab", "ba"),
    "StringNotLike": ("a*", "ba", "ab"),
    "NumericEquals": ("1", "1.0", "2"),
    "NumericNotEquals": ("1", "2", "1.0"),
    "NumericLessThan": ("1", "0.9", "1"),
    "NumericLessThanEquals": ("1", "1", "1.1"),
    "NumericGreaterThan": ("1", "1.1", "1"),
    "NumericGreaterThanEquals": ("1", "1", "0.9"),
    "DateEquals": ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:01Z"),
    "DateNotEquals": ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "1767225600"),
    "DateLessThan": ("2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00Z"),
    "DateLessThanEquals": ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z"),
    "DateGreaterThan": ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "2026-01-01"),
    "DateGreaterThanEquals": ("2026-01-01T00:00:00Z", "2026-01-01", "2025-12-31T23:59Z"),
    "Bool": ("true", "True", "false"),
    "BinaryEquals": ("YQ==", "YQ==", "Yg=="),
    "IpAddress": ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
    "NotIpAddress": ("203.0.113.0/24", "203.0.114.0", "203.0.113.255"),
    "ArnEquals": (ARN + "a*", ARN + "a/b", ARN + "b"),
    "ArnNotEquals": (ARN + "a*", ARN + "b", ARN + "a/b"),
    "ArnLike": (ARN + "?", ARN + "a", ARN + "ab"),
    "ArnNotLike": (ARN + "?", ARN + "ab", ARN + "a"),
}
NEGATED = {name for name in SAMPLES if "Not" in name}


def judge(operator: str, value: str, known: Value) -> bool | None:
    return compile_condition(operator, "aws:x", (value,), True)(Context({"aws:x": known}))


def test_every_operator_has_a_sample() -> None:
    """All 26 operators of AWS's page are in the table, and nothing else."""
    assert set(SAMPLES) == set(OPERATORS)
    assert len(SAMPLES) == 26


@pytest.mark.parametrize("name", SAMPLES)
def test_plain(name: str) -> None:
    """A plain operator compares; on an absent key it is false, negated true; what is not known it leaves open."""
    value, hit, miss = SAMPLES[name]
    is_negated = name in NEGATED
    assert judge(name, value, Known((hit,))) is True
    assert judge(name, value, Known((miss,))) is False
    assert judge(name, value, Known(("",))) is is_negated
    assert judge(name, value, ABSENT) is is_negated
    assert judge(name, value, Known(())) is is_negated
    assert judge(name, value, PRESENT) is None
    assert judge(name, value, UNKNOWN) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_plain_on_several_values(name: str) -> None:
    """AWS asks for a set operator where a key has several values; without one the answer is open."""
    value, hit, miss = SAMPLES[name]
    assert judge(name, value, Known((hit, miss), several=True)) is None
    assert judge(name, value, Known((hit,), several=True)) is True


@pytest.mark.parametrize("name", SAMPLES)
def test_if_exists(name: str) -> None:
    """IfExists holds where the key is absent or empty, negated or not, and compares where it is there."""
    value, hit, miss = SAMPLES[name]
    assert judge(name + "IfExists", value, Known((hit,))) is True
    assert judge(name + "IfExists", value, Known((miss,))) is False
    for nothing in (ABSENT, Known(()), Known(("",))):
        assert judge(name + "IfExists", value, nothing) is True
    assert judge(name + "IfExists", value, PRESENT) is None
    assert judge(name + "IfExists", value, UNKNOWN) is None


@pytest.mark.parametrize("suffix", ["", "IfExists"])
@pytest.mark.parametrize("name", SAMPLES)
def test_for_all_values(name: str, suffix: str) -> None:
    """ForAllValues asks every value of the request, so it holds where there is none."""
    value, hit, miss = SAMPLES[name]
    operator = f"ForAllValues:{name}{suffix}"
    assert judge(operator, value, Known((hit,), several=True)) is True
    assert judge(operator, value, Known((hit, hit), several=True)) is True
    assert judge(operator, value, Known((hit, miss), several=True)) is False
    for nothing in (ABSENT, Known((), several=True), Known(("",))):
        assert judge(operator, value, nothing) is True
    assert judge(operator, value, PRESENT) is None
    assert judge(operator, value, UNKNOWN) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_for_any_value(name: str) -> None:
    """ForAnyValue asks for one value of the request, so it fails where there is none, negated or not."""
    value, hit, miss = SAMPLES[name]
    operator = f"ForAnyValue:{name}"
    assert judge(operator, value, Known((miss, hit), several=True)) is True
    assert judge(operator, value, Known((miss, miss), several=True)) is False
    for nothing in (ABSENT, Known((), several=True), Known(("",))):
        assert judge(operator, value, nothing) is False
    assert judge(operator, value, PRESENT) is None
    assert judge(operator, value, UNKNOWN) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_for_any_value_if_exists(name: str) -> None:
    """AWS does not say what ForAnyValue with IfExists does on an absent key, so it is left open."""
    value, hit, miss = SAMPLES[name]
    operator = f"ForAnyValue:{name}IfExists"
    assert judge(operator, value, Known((miss, hit), several=True)) is True
    assert judge(operator, value, Known((miss,), several=True)) is False
    assert judge(operator, value, ABSENT) is None


@pytest.mark.parametrize(
    ("known", "is_null"),
    [(Known(("a",)), False), (PRESENT, False), (ABSENT, True), (Known(()), True), (Known(("",)), True)],
)
def test_null(known: Value, is_null: bool) -> None:
    """Null tells whether a key is absent; an empty text counts as absent."""
    assert judge("Null", "true", known) is is_null
    assert judge("Null", "false", known) is not is_null


def test_null_on_what_is_not_known() -> None:
    """Null on a key that may or may not be there is open, unless both answers are welcome."""
    assert judge("Null", "true", UNKNOWN) is None
    assert judge("Null", "false", UNKNOWN) is None
    both = compile_condition("Null", "aws:x", ("true", "false"), True)
    assert both(Context({"aws:x": UNKNOWN})) is True


@pytest.mark.parametrize(
    "operator",
    [
        "ForAllValues:Null",
        "ForAnyValue:Null",
        "NullIfExists",
        "StringEqual",
        "stringequals",
        "",
        "For:Bool",
        "BoolIfExistsIfExists",
    ],
)
def test_no_such_operator(operator: str) -> None:
    """What AWS's page does not list is no operator; Null takes no modifier."""
    with pytest.raises(ValueError, match=r"no such condition operator|Null takes neither"):
        compile_condition(operator, "aws:x", ("true",), True)
