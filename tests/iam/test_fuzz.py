"""Mutated documents and requests: an answer or an InputError, whatever is thrown at the language."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.errors import InputError
from unassume.iam.check import check
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.lint import lint
from unassume.iam.patterns import action_matcher, matcher, pieces

CASES = Path(__file__).parent.parent / "cases" / "iam"
LINES = [line for path in sorted(CASES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
_ODD: list[Any] = [
    None, True, False, 0, -1, 1e400, 10**30, "", "*", "?", "${", "${aws:userid}", "${aws:userid, 'x'}", "\u202e",
    "\x00", "a" * 5_000, "*a" * 500, [], {}, [[]], [None], {"": ""}, ["*", "*"], "2026", "2026-13-01T00:00:00Z",
    "::/0", "10.0.0.0/99", "AAA=",
    "arn:aws:iam::1:role/x", "arn:" + ":" * 40, "ForAllValues:StringLike", "StringEqualsIfExistsIfExists", "\ud800",
]  # fmt: skip


def _mutated(tree: Any, chance: random.Random) -> Any:
    """The tree with one place in it replaced, removed, repeated or renamed."""
    if isinstance(tree, dict) and tree and chance.random() < 0.95:
        key = chance.choice(list(tree))
        match chance.randrange(6):
            case 0:
                return {name: value for name, value in tree.items() if name != key}
            case 1:
                return {**tree, chance.choice(["NotAction", "Sid", "Principal", "x", key.swapcase()]): tree[key]}
            case _:
                return {**tree, key: _mutated(tree[key], chance)}
    if isinstance(tree, list) and tree and chance.random() < 0.95:
        at = chance.randrange(len(tree))
        return [*tree[:at], _mutated(tree[at], chance), *tree[at + chance.randrange(2) :]]
    return chance.choice(_ODD)


def _judge(line: bytes) -> None:
    """Nothing but an InputError may come out; its message is one line."""
    said = ""
    try:
        check([line])
    except InputError as error:
        said = error.message
    assert "\n" not in said


def _is_read(text: str, kind: DocumentKind) -> bool:
    try:
        parse(text, kind)
    except InputError:
        return False
    return True


@given(st.sampled_from(LINES), st.integers(0, 2**32), st.integers(1, 4))
def test_a_mutated_case_is_judged_or_refused(line: bytes, seed: int, times: int) -> None:
    """A case broken in its structure is an InputError of one line, or is answered."""
    chance, tree = random.Random(seed), json.loads(line)
    for _ in range(times):
        part = chance.choice(["request", "policies"])
        tree[part] = _mutated(tree[part], chance)
    _judge(json.dumps(tree).encode())


@given(st.sampled_from(LINES), st.integers(0, 2**32), st.binary(max_size=3))
def test_a_case_with_broken_bytes_is_judged_or_refused(line: bytes, seed: int, noise: bytes) -> None:
    """A case broken in its bytes is an InputError of one line, or is answered."""
    chance = random.Random(seed)
    at = chance.randrange(len(line))
    _judge(line[:at] + noise + line[at + chance.randrange(3) :])


@given(st.sampled_from(LINES), st.integers(0, 2**32), st.sampled_from(list(DocumentKind)))
def test_a_mutated_document_is_read_or_refused_and_lint_never_fails(line: bytes, seed: int, kind: DocumentKind) -> None:
    """`parse` reads or refuses a broken document of any kind; `lint` finds something in what `parse` refuses."""
    chance = random.Random(seed)
    policies = json.loads(line)["policies"].get("identity") or [{"Version": "2012-10-17", "Statement": []}]
    text = json.dumps(_mutated(_mutated(policies[0], chance), chance))
    if not _is_read(text, kind):
        with suppress(InputError):  # text that is no JSON at all
            assert lint(text, kind)


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*b", "a*" * 40 + "b", "?*?*?*?*?*c", "*" * 200 + "z"])
def test_a_pattern_made_to_hang_does_not(pattern: str) -> None:
    """Stars upon stars over a long text that almost matches are answered; a matcher that backtracks would never end."""
    text = "a" * 20_000
    assert not matcher(pieces(pattern))(text)
    assert not action_matcher(f"s3:{pattern}")(f"s3:{text}")


@pytest.mark.parametrize("depth", [50, 2_000, 200_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """A document nested without end is refused like any other that is not a policy."""
    text = '{"Version":"2012-10-17","Statement":' + "[" * depth + "]" * depth + "}"
    with pytest.raises(InputError):
        parse(text)
