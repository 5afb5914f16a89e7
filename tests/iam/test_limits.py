"""How documents are measured against AWS's quotas."""

from __future__ import annotations

import json

import pytest

from unassume.iam.documents import render
from unassume.iam.limits import LIMITS, count, measure


@pytest.mark.parametrize("indent", [None, 0, 2, 8])
def test_white_space_between_tokens_does_not_count(indent: int | None) -> None:
    """A document measures the same however it is laid out."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    assert measure(json.dumps(document, indent=indent)) == len(render(document))


def test_white_space_in_quotes_counts() -> None:
    """What stands in quotes counts in full, so that a document held to fit does fit."""
    assert measure('{"a": "x y\\" z"}') == len('{"a":"x y\\" z"}')


def test_a_role_wide_deny_has_the_known_size() -> None:
    """AWS's own revocation policy, without white space, has about 160 characters."""
    condition = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T12:00:00Z"}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    assert 140 < measure(render({"Version": "2012-10-17", "Statement": [statement]})) < 180


def test_limits_of_each_kind() -> None:
    """The quotas of AWS's page."""
    assert LIMITS["role"] == 10_240
    assert LIMITS["user"] == LIMITS["trust"] == LIMITS["session"] == 2_048
    assert (LIMITS["group"], LIMITS["managed"]) == (5_120, 6_144)


@pytest.mark.parametrize(("holder", "size"), [("role", 7), ("trust", 7), ("scp", 9), ("session", 9), ("queue", 10)])
def test_each_holder_counts_in_its_own_unit(holder: str, size: int) -> None:
    """IAM leaves white space out, Organizations and STS count all characters, other services bytes."""
    assert count('{ "é":1 }', holder) == size
