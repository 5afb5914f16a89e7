"""Laws of the evaluator: learning more never turns an answer, rendering loses nothing, no document breaks it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unassume.errors import InputError
from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, Policy, Statement, fingerprint, parse, render
from unassume.iam.evaluate import Request, matches
from unassume.iam.lint import lint
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Between, Context, Known, Value

NOON = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ("aws:a", "aws:b", "aws:t", "aws:PrincipalTag/x")
TEXTS = st.sampled_from(
    ["a", "b", "A", "ab", "1", "2", "", "true", "2026-01-01T00:00:01Z", "arn:aws:s3:::b", "10.0.0.1"]
)
CONSTANTS = {
    "String": st.sampled_from(["a", "b", "a*", "?", "${aws:a}", "${aws:b, 'a'}", "${*}", "x${aws:PrincipalTag/x}"]),
    "Numeric": st.sampled_from(["1", "2", "1.5"]),
    "Date": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.500Z", "2026-01-01T00:00:01Z"]),
    "Bool": st.sampled_from(["true", "false"]),
    "IpAddress": st.sampled_from(["10.0.0.0/8", "::/0"]),
    "Arn": st.sampled_from(["arn:aws:s3:::*", "arn:aws:s3:::${aws:a}", "arn:aws:sns:::b"]),
    "Null": st.sampled_from(["true", "false"]),
}
OPERATORS = {
    "String": ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"],
    "Numeric": ["NumericLessThan", "NumericNotEquals", "NumericGreaterThanEquals"],
    "Date": ["DateLessThan", "DateGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThanEquals"],
    "Bool": ["Bool"],
    "IpAddress": ["IpAddress", "NotIpAddress"],
    "Arn": ["ArnLike", "ArnNotEquals"],
    "Null": ["Null"],
}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    block: dict[str, Any] = {}
    for _ in range(draw(st.integers(0, 3))):
        family = draw(st.sampled_from(sorted(OPERATORS)))
        operator = draw(st.sampled_from(OPERATORS[family]))
        if family != "Null":
            prefix = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]))
            operator = prefix + operator + draw(st.sampled_from(["", "", "IfExists"]))
        values = draw(st.lists(CONSTANTS[family], min_size=1, max_size=2, unique=True))
        block.setdefault(operator, {})[draw(st.sampled_from(KEYS))] = values
    return block


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    resources = st.sampled_from(["*", "arn:aws:s3:::b", "arn:aws:s3:::${aws:a}", "arn:aws:s3:::${aws:b, 'b'}*"])
    actions = st.sampled_from(["*", "s3:*", "s3:Get*", "ec2:*"])
    return {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(st.lists(actions, min_size=1, max_size=2)),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(st.lists(resources, min_size=1, max_size=2)),
        **({"Condition": block} if (block := draw(conditions())) else {}),
    }


documents = st.builds(
    lambda listed, version: {"Version": version, "Statement": listed},
    st.lists(statements(), min_size=1, max_size=4),
    st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]),
)
instants = st.integers(-2000, 3000).map(lambda after: NOON + timedelta(milliseconds=after))
intervals = st.builds(lambda at, ms: Between(at, at + timedelta(milliseconds=ms)), instants, st.integers(0, 2000))
known = st.one_of(
    st.lists(TEXTS, max_size=3).map(lambda texts: Known(tuple(texts), several=True)),
    TEXTS.map(lambda text: Known((text,))),
)
unsaid = st.sampled_from([ABSENT, PRESENT, UNKNOWN])
values: st.SearchStrategy[Value] = st.one_of(known, unsaid, unsaid, intervals)


def judge_all(policy: Policy, context: dict[str, Value]) -> tuple[list[bool | None], str]:
    request = Request("s3:GetObject", "arn:aws:s3:::b", Context(context))
    answers = [matches(statement, request) for statement in policy.statements]
    return answers, authorize(request, Layers(identity=(NamedPolicy("p", policy),))).outcome


@st.composite
def resolutions(draw: st.DrawFn, value: Value) -> Any:
    """A value that the given one may turn out to be."""
    present = known.filter(lambda one: any(one.texts))
    if value is UNKNOWN:
        return draw(st.one_of(known, intervals, st.sampled_from([ABSENT, PRESENT])))
    if value is PRESENT:
        return draw(st.one_of(present, intervals))
    if isinstance(value, Between) and value.earliest < value.latest:
        length = (value.latest - value.earliest) // timedelta(milliseconds=1)
        at = value.earliest + timedelta(milliseconds=draw(st.integers(0, length - 1)))
        text = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return draw(st.sampled_from([Between(at, at), Between(at, value.latest), Known((text,))]))
    return value


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(documents, st.fixed_dictionaries({key.lower(): values for key in KEYS}), st.data())
def test_learning_more_never_turns_an_answer(
    document: dict[str, Any], context: dict[str, Value], data: st.DataObject
) -> None:
    """Resolving an unknown key, value or instant leaves every definite answer as it was."""
    policy = parse(json.dumps(document))
    resolved = {key: data.draw(resolutions(value)) for key, value in context.items()}
    before, outcome = judge_all(policy, context)
    after, later = judge_all(policy, resolved)
    assert [old for old, new in zip(before, after, strict=True) if old is not None and old is not new] == []
    assert outcome in ("unknown", later)


@settings(max_examples=100)
@given(documents, st.fixed_dictionaries({key.lower(): values for key in KEYS}), statements())
def test_a_deny_never_allows(document: dict[str, Any], context: dict[str, Value], extra: dict[str, Any]) -> None:
    """Adding a Deny never turns anything into an allow."""
    added = {**document, "Statement": [*document["Statement"], {**extra, "Effect": "Deny"}]}
    _, before = judge_all(parse(json.dumps(document)), context)
    _, after = judge_all(parse(json.dumps(added)), context)
    assert after != "allow" or before == "allow"


@settings(max_examples=150)
@given(documents)
def test_rendering_loses_nothing(document: dict[str, Any]) -> None:
    """Parsing what was rendered gives a policy that renders, and fingerprints, the same."""
    policy = parse(json.dumps(document))
    again = parse(render(policy))
    assert render(again) == render(policy)
    assert [spoken(each) for each in again.statements] == [spoken(each) for each in policy.statements]
    assert fingerprint(render(again)) == fingerprint(render(policy)) == fingerprint(json.dumps(document))


def spoken(statement: Statement) -> tuple[object, ...]:
    """All a statement says, without the places it says it in."""
    lines = sorted((each.operator, each.key, each.values) for each in statement.conditions)
    heads = (statement.effect, statement.actions, statement.actions_excluded)
    return (*heads, statement.resources, statement.resources_excluded, statement.has_variables, lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | st.text(max_size=5) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A policy with a node replaced, or with its text cut and spliced."""
    document: Any = draw(documents)
    node, path = document, []
    while isinstance(node, dict | list) and node and draw(st.integers(0, 3)):
        key: Any = (
            draw(st.sampled_from(sorted(node))) if isinstance(node, dict) else draw(st.integers(0, len(node) - 1))
        )
        path.append((node, key))
        node = node[key]
    if path:
        holder, key = path[-1]
        holder[key] = draw(JSON)
    text = json.dumps(document)
    if draw(st.booleans()):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        text = text[:start] + draw(st.text(max_size=4)) + text[end:]
    return text


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(mutated() | JSON.map(json.dumps) | st.text(max_size=20), st.sampled_from(DocumentKind))
def test_any_document_is_judged_or_refused(text: str, kind: DocumentKind) -> None:
    """Whatever text is given, `parse` gives a policy that can be judged, or an InputError of one line."""
    policy, refusal = parsed(text, kind)
    assert (policy is None) == bool(refusal)
    assert "\n" not in refusal
    if policy is not None:
        judge_all(policy, {})
        assert [each for each in lint(text, kind) if each.rule == "refused"] == []


def parsed(text: str | bytes, kind: DocumentKind = DocumentKind.IDENTITY) -> tuple[Policy | None, str]:
    try:
        return parse(text, kind), ""
    except InputError as error:
        return None, error.message


@settings(max_examples=100)
@given(st.binary(max_size=30))
def test_any_bytes_are_refused(blob: bytes) -> None:
    """Bytes that are no policy are an InputError."""
    policy, refusal = parsed(blob)
    assert policy is None
    assert refusal.startswith("cannot judge the policy at `$")
