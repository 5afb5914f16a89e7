"""Cases taken from AWS's documents and from measurements of AWS; each names its source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from unassume.iam.authorize import Decision, Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import (
    Anonymous,
    AssumedRole,
    Principal,
    Root,
    Service,
    User,
    context_keys,
)
from unassume.iam.values import UNKNOWN, Context, Known, Unsaid, Value

CASES = Path(__file__).parent.parent / "cases" / "iam"
OUTCOMES = {"allow", "implicit_deny", "explicit_deny", "deny", "unknown"}


def cases() -> Iterator[dict[str, Any]]:
    for path in sorted(CASES.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def told(value: Any) -> Any:
    return UNKNOWN if value == {"unknown": True} else value


def principal_of(described: Mapping[str, Any]) -> Principal:
    fields = {name: told(value) for name, value in described.items() if name != "type"}
    match described["type"]:
        case "AssumedRole":
            fields["issued_at"] = instant(fields["issued_at"])
            return AssumedRole(partition="aws", **fields)
        case "User":
            fields["token_issued_at"] = instant(fields.get("token_issued_at"))
            return User(partition="aws", **fields)
        case "Root":
            return Root(partition="aws", **fields)
        case "Service":
            return Service(**fields)
        case "Anonymous":
            return Anonymous()
        case kind:
            raise AssertionError(f"no such principal: {kind}")


def value_of(value: str | list[str]) -> Value:
    return Known(tuple(value), several=True) if isinstance(value, list) else Known((value,))


def request_of(described: Mapping[str, Any]) -> Request:
    principal = principal_of(described["principal"])
    values: dict[str, Value] = context_keys(principal)
    values |= {key.lower(): value_of(value) for key, value in described["context"].items()}
    values |= {key.lower(): Unsaid.UNKNOWN for key in described.get("unknown_keys", ())}
    return Request(described["action"], described["resource"], Context(values), principal)


def policy(document: object, kind: DocumentKind) -> Policy:
    return parse(json.dumps(document), kind)


def decide(case: Mapping[str, Any]) -> Decision:
    policies, request = case["policies"], request_of(case["request"])
    trust = request.action == "sts:AssumeRole" and "resource" in policies
    kind = DocumentKind.TRUST if trust else DocumentKind.RESOURCE
    layers = Layers(
        identity=tuple(
            NamedPolicy(f"policy-{index}", policy(document, DocumentKind.IDENTITY))
            for index, document in enumerate(policies["identity"])
        ),
        resource=policy(policies["resource"], kind) if "resource" in policies else None,
        session=tuple(policy(each, DocumentKind.SESSION) for each in policies["session"])
        if "session" in policies
        else None,
    )
    return authorize(request, layers, resource_account=case["request"].get("resource_account"), trust=trust)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case["id"])
def test_a_sourced_case(case: dict[str, Any]) -> None:
    """The decision is the one the source gives, and where the case names the deciding layer, that one."""
    decision = decide(case)
    got, expected = decision.outcome.replace("-", "_"), case["expect"]
    assert got.endswith("deny") if expected == "deny" else got == expected
    if "layer" in case:
        assert decision.layer is not None
        assert decision.layer.value == case["layer"]
    assert (got == "unknown") == bool(decision.unknown_keys) or "not-principal" in case["id"]


def test_cases_are_well_formed() -> None:
    """Every case has an id of its own, a source, and one of the five outcomes; there are some of each file."""
    every = list(cases())
    assert len(every) >= 100
    assert len({case["id"] for case in every}) == len(every)
    assert all(case["source"] and case["expect"] in OUTCOMES for case in every)
