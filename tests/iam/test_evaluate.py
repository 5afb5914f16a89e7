"""Statements against requests: what decides, what is left open, and which keys leave it open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unassume.iam.documents import DocumentKind, Statement, parse
from unassume.iam.evaluate import Request, compiled_but_action, matches, open_keys
from unassume.iam.principals import AssumedRole, Principal, Root, Service
from unassume.iam.values import UNKNOWN, Context, Known, Value

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/R"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/R/s"
CALLER = AssumedRole(
    partition="aws", account=ACCOUNT, role_arn=ROLE, role_id="AROAEXAMPLE", session_name="s", issued_at=None
)


def statement(kind: DocumentKind = DocumentKind.IDENTITY, /, **elements: Any) -> Statement:
    resource = {} if kind is DocumentKind.TRUST or "NotResource" in elements else {"Resource": "*"}
    tree = {"Effect": "Deny", "Action": "sts:*", **resource, **elements}
    return parse(json.dumps({"Version": "2012-10-17", "Statement": tree}), kind).statements[0]


def request(resource: str = "*", principal: Principal | None = None, **values: Value) -> Request:
    return Request(
        "sts:AssumeRole", resource, Context({f"aws:{key}": value for key, value in values.items()}), principal
    )


def test_a_miss_ends_it_whatever_is_unknown() -> None:
    """A part that does not hold decides, before or after one that is open."""
    block = {"StringEquals": {"aws:a": "1", "aws:b": "1"}}
    one = statement(Condition=block)
    assert matches(one, request(a=UNKNOWN, b=Known(("2",)))) is False
    assert matches(one, request(a=Known(("2",)), b=UNKNOWN)) is False
    assert matches(one, request(a=UNKNOWN, b=Known(("1",)))) is None
    assert matches(one, request(a=Known(("1",)), b=Known(("1",)))) is True


@pytest.mark.parametrize(("element", "opposite"), [("Resource", False), ("NotResource", True)])
def test_a_resource_with_an_unknown_variable_is_open(element: str, opposite: bool) -> None:
    """The resource is open only as long as no other entry of the list covers it."""
    named = "arn:aws:iam::1:role/x"
    some = statement(**{element: ["arn:aws:iam::1:role/${aws:a}"]})
    both = statement(**{element: ["arn:aws:iam::1:role/${aws:a}", named]})
    assert matches(some, request(named, a=UNKNOWN)) is None
    assert matches(some, request(named, a=Known(("x",)))) is not opposite
    assert matches(some, request(named)) is opposite
    assert matches(both, request(named, a=UNKNOWN)) is not opposite
    assert open_keys(some, request(named, a=UNKNOWN)) == ("aws:a",)
    assert open_keys(both, request("arn:aws:iam::1:role/y", a=UNKNOWN)) == ("aws:a",)


@pytest.mark.parametrize(
    ("named", "answer"),
    [
        ([], True),
        ([ROOT], None),
        ([ROLE], None),
        ([ROOT, ROLE], None),
        ([ROOT, ROLE, SESSION], False),
        (["*"], False),
    ],
)
def test_not_principal(named: list[str], answer: bool | None) -> None:
    """A session is spared when its account, its role and itself are named; what less does AWS leaves open."""
    others = [*named, "210987654321"]
    one = statement(DocumentKind.TRUST, NotPrincipal={"AWS": others})
    assert matches(one, request(principal=CALLER)) is answer


def test_not_principal_of_root_and_services() -> None:
    """The root user is its account; a service is itself."""
    root = statement(DocumentKind.TRUST, NotPrincipal={"AWS": ACCOUNT})
    service = statement(DocumentKind.TRUST, NotPrincipal={"Service": "ec2.amazonaws.com"})
    assert matches(root, request(principal=Root(partition="aws", account=ACCOUNT))) is False
    assert matches(service, request(principal=Service(name="ec2.amazonaws.com"))) is False
    assert matches(service, request(principal=Service(name="ecs.amazonaws.com"))) is True


def test_open_keys_are_only_those_that_matter() -> None:
    """A key that is not known but cannot change its condition is not named."""
    block = {
        "StringLike": {"aws:a": "x"},
        "Null": {"aws:b": ["true", "false"]},
        "StringNotEquals": {"aws:c": "${aws:d}"},
    }
    one = statement(Condition=block)
    asked = request(a=UNKNOWN, b=UNKNOWN, c=Known(("1",)), d=UNKNOWN)
    assert matches(one, asked) is None
    assert open_keys(one, asked) == ("aws:a", "aws:d")


def test_principal_tags_nobody_listed() -> None:
    """The entry for all principal tags answers for each that is not listed by itself."""
    one = statement(Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})
    values: dict[str, Value] = {"aws:principaltag/*": UNKNOWN}
    assert matches(one, Request("sts:AssumeRole", "*", Context(values))) is None
    values["aws:principaltag/team"] = Known(("red",))
    assert matches(one, Request("sts:AssumeRole", "*", Context(values))) is True


def test_a_statement_is_compiled_once() -> None:
    """Equal statements share what was compiled from the first."""
    assert compiled_but_action(statement()) is compiled_but_action(statement())
