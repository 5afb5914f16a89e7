"""Dividing unknown keys into cases: exact against brute force, and never a flip."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.cases import case_values
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request
from unassume.iam.explain import explain
from unassume.iam.patterns import matcher, pieces
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Context, Known, Unsaid, Value
from unassume.iam.witnesses import tokens_of, witnesses

_ALPHABET = "abz"
_TEXTS = ["".join(each) for size in range(1, 5) for each in product(_ALPHABET, repeat=size)]
_patterns = st.text(alphabet="ab*?", min_size=1, max_size=3)


@given(st.lists(_patterns, min_size=1, max_size=4, unique=True))
def test_witnesses_are_every_combination_of_patterns_that_texts_have(patterns: list[str]) -> None:
    """Among all short texts no combination of matches occurs that a witness does not show."""
    found = witnesses(tuple(tokens_of(pieces(each), "like") for each in patterns))
    assert found is not None
    tests = [matcher(pieces(each)) for each in patterns]
    shown = {tuple(test(text) for test in tests) for text in found}
    assert shown >= {tuple(test(text) for test in tests) for text in _TEXTS}
    assert len(shown) == len(found)


_operators = st.sampled_from([
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "StringNotLikeIfExists",
])  # fmt: skip


@st.composite
def _statements(draw: st.DrawFn) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(["aws:PrincipalTag/one", "aws:PrincipalTag/two"]), unique=True)):
        if draw(st.integers(0, 3)) == 0:
            condition.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false"]))
        values = draw(st.lists(_patterns, min_size=1, max_size=2))
        condition.setdefault(draw(_operators), {})[key] = values
    effect = draw(st.sampled_from(["Allow", "Deny"]))
    return {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}


def _ask(documents: list[dict[str, Any]], values: dict[str, Value], cases: int = 4096) -> str:
    policy = parse(json.dumps({"Version": "2008-10-17", "Statement": documents}))
    request = Request("s3:GetObject", "arn:aws:s3:::b/k", Context(values, ABSENT))
    return authorize(request, Layers(identity=(NamedPolicy("p", policy),)), cases=cases).outcome


_KEYS = ("aws:principaltag/one", "aws:principaltag/two")
_SHORT = ["".join(each) for size in range(1, 4) for each in product(_ALPHABET + "*?", repeat=size)]
_ALL: list[Value] = [ABSENT, Known(("",)), *(Known((text,)) for text in _SHORT)]


@given(st.lists(_statements(), min_size=1, max_size=3))
def test_dividing_is_exact_against_brute_force(documents: list[dict[str, Any]]) -> None:
    """An outcome is definite exactly when every value of the unknown key gives it; one key open, the other known."""
    known: dict[str, Value] = {_KEYS[1]: Known(("ab",))}
    every = {_ask(documents, {**known, _KEYS[0]: value}) for value in _ALL}
    got = _ask(documents, {**known, _KEYS[0]: UNKNOWN})
    assert got == (every.pop() if len(every) == 1 else "unknown")


@given(st.lists(_statements(), min_size=1, max_size=3), st.sampled_from(_ALL), st.sampled_from(_ALL))
def test_learning_a_value_never_flips_a_definite_answer(
    documents: list[dict[str, Any]], one: Value, two: Value
) -> None:
    """What is said of two unknown keys holds for every value they turn out to have."""
    before = _ask(documents, {_KEYS[0]: UNKNOWN, _KEYS[1]: UNKNOWN})
    after = _ask(documents, {_KEYS[0]: one, _KEYS[1]: two})
    assert before in ("unknown", after)


def _deny(*conditions: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": each} for each in conditions]


@pytest.mark.parametrize(
    ("key", "value", "conditions", "outcome"),
    [
        ("aws:SourceIdentity", UNKNOWN, [("StringEquals", "a"), ("StringNotEquals", "a")], "explicit-deny"),
        ("aws:SourceIdentity", UNKNOWN, [("StringEquals", "a")], "unknown"),
        ("aws:SourceIdentity", PRESENT, [("StringLike", "*")], "explicit-deny"),
        ("aws:SourceIdentity", UNKNOWN, [("StringLike", "*")], "unknown"),
        ("aws:SourceIdentity", UNKNOWN, [("StringLike", "*"), ("Null", "true")], "explicit-deny"),
        ("aws:PrincipalTag/level", UNKNOWN, [("NumericLessThan", "5"), ("NumericGreaterThanEquals", "5")], "unknown"),
        ("s3:max-keys", PRESENT, [("NumericLessThan", "5"), ("NumericGreaterThanEquals", "5")], "explicit-deny"),
        ("sts:DurationSeconds", PRESENT, [("NumericLessThan", "5"), ("NumericGreaterThan", "5")], "unknown"),
        ("aws:SourceIp", PRESENT, [("IpAddress", "0.0.0.0/0"), ("IpAddress", "::/0")], "explicit-deny"),
        ("aws:SourceIp", PRESENT, [("IpAddress", "10.0.0.0/8"), ("NotIpAddress", "10.1.0.0/16")], "explicit-deny"),
        ("aws:SourceIp", PRESENT, [("IpAddress", "10.1.0.0/16"), ("NotIpAddress", "10.0.0.0/8")], "unknown"),
        (
            "aws:TokenIssueTime",
            PRESENT,
            [("DateLessThan", "2026-01-01T00:00:00Z"), ("DateGreaterThanEquals", "2026-01-01T00:00:00Z")],
            "explicit-deny",
        ),
        ("aws:MultiFactorAuthPresent", PRESENT, [("Bool", "true"), ("Bool", "false")], "explicit-deny"),
        ("aws:PrincipalArn", PRESENT, [("ArnLike", "arn:aws:iam::*:role/*"), ("ArnNotLike", "arn:*")], "unknown"),
    ],
)  # fmt: skip
def test_each_family_of_operators_is_divided(
    key: str, value: Value, conditions: list[tuple[str, str]], outcome: str
) -> None:
    """Conditions that together cover all a key can be are definite; those that leave a gap are not."""
    documents = _deny(*({operator: {key: text}} for operator, text in conditions if "arn:*" not in text))
    documents += [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert _ask(documents, {key.lower(): value}) == outcome


def test_a_key_that_is_put_into_a_value_is_not_divided() -> None:
    """A key whose value a variable substitutes has no cases of its own: what it makes is not bounded by constants."""
    condition = {"StringEquals": {"aws:SourceIdentity": "${aws:userid}"}}
    statement = parse(json.dumps({"Version": "2012-10-17", "Statement": _deny(condition)})).statements
    assert case_values("aws:userid", UNKNOWN, statement) is None
    assert case_values("aws:sourceidentity", UNKNOWN, statement) is None


def test_too_many_cases_stay_unknown() -> None:
    """Past the cap the answer is unknown, never a guess."""
    conditions = [{"StringEquals": {f"aws:PrincipalTag/{n}": "a"}} for n in range(8)]
    both = _deny(*conditions, *({"StringNotEquals": each["StringEquals"]} for each in conditions))
    values: dict[str, Value] = {f"aws:principaltag/{n}": UNKNOWN for n in range(8)}
    assert _ask(both, values, cases=0) == "unknown"
    assert _ask(both, values) == "explicit-deny"


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("element", ["Resource", "NotResource"])
@pytest.mark.parametrize("pattern", ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::other/*"])
def test_an_unknown_resource_leaves_open_only_what_hangs_on_it(effect: str, element: str, pattern: str) -> None:
    """Where the resource is not known, the answer is that of every resource, or unknown."""
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": effect, "Action": "s3:*", element: pattern},
    ]
    policy = parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    layers = Layers(identity=(NamedPolicy("p", policy),))
    resources = ("arn:aws:s3:::b/k", "arn:aws:s3:::other/k", "arn:aws:s3:::third/k", "*")
    every = {authorize(Request("s3:GetObject", each, Context({})), layers).outcome for each in resources}
    got = authorize(Request("s3:GetObject", Unsaid.UNKNOWN, Context({})), layers).outcome
    assert got == (every.pop() if len(every) == 1 else "unknown")


def test_a_layer_that_hangs_on_an_unknown_key_is_not_named() -> None:
    """Denied in the identity-based policy or in the boundary, as the unknown tag may be: denied, by both statements."""

    def denying(sid: str, operator: str, kind: DocumentKind) -> NamedPolicy:
        condition = {operator: {"aws:PrincipalTag/team": "red"}}
        statement = {"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
        return NamedPolicy(sid, parse(json.dumps({"Version": "2012-10-17", "Statement": statement}), kind))

    layers = Layers(
        identity=(denying("Red", "StringEquals", DocumentKind.IDENTITY),),
        boundary=(denying("NotRed", "StringNotEquals", DocumentKind.BOUNDARY),),
    )
    request = Request("s3:GetObject", "arn:aws:s3:::b/k", Context({}, UNKNOWN))
    told = explain(request, layers)
    assert (told.decision.outcome, told.decision.layer) == ("explicit-deny", None)
    assert set(told.decision.statements) == {"Red:Red", "NotRed:NotRed"}
    assert told.because.startswith("denied explicitly in a policy of one layer or another")
