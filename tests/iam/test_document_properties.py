"""Laws of documents: rendering is stable, order does not matter to the fingerprint, no key stands twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.iam.test_properties import documents
from unassume.errors import InputError
from unassume.iam.documents import fingerprint, parse, render
from unassume.iam.json_text import child


@settings(max_examples=150)
@given(documents)
def test_a_rendered_policy_is_read_as_itself(document: dict[str, Any]) -> None:
    """A policy parsed from its rendering is the same value, places and all, and renders the same."""
    once = parse(render(parse(json.dumps(document))))
    assert parse(render(once)) == once
    assert render(parse(render(once))) == render(once)


@settings(max_examples=150)
@given(documents, st.randoms(use_true_random=False))
def test_the_fingerprint_ignores_order(document: dict[str, Any], chance: Any) -> None:
    """Keys, statements and values in any order, some of them twice, give one fingerprint."""
    assert fingerprint(json.dumps(shuffled(document, chance))) == fingerprint(json.dumps(document))


def shuffled(node: Any, chance: Any) -> Any:
    if isinstance(node, dict):
        keys = list(node)
        chance.shuffle(keys)
        return {key: shuffled(node[key], chance) for key in keys}
    if isinstance(node, list):
        listed = [shuffled(each, chance) for each in node]
        chance.shuffle(listed)
        return [*listed, *listed[: chance.randint(0, 1)]]
    return node


def objects(node: Any, path: str = "$") -> list[tuple[str, dict[str, Any]]]:
    """Every object of a tree that has members, with its place."""
    if isinstance(node, list):
        return [each for index, item in enumerate(node) for each in objects(item, f"{path}[{index}]")]
    if not isinstance(node, dict) or not node:
        return []
    return [(path, node), *(each for key, item in node.items() for each in objects(item, child(path, key)))]


def written(node: Any, repeated: dict[str, Any], name: str) -> str:
    """JSON in which one object says one key twice."""
    if isinstance(node, list):
        return f"[{','.join(written(each, repeated, name) for each in node)}]"
    if not isinstance(node, dict):
        return json.dumps(node)
    members = [f"{json.dumps(key)}:{written(value, repeated, name)}" for key, value in node.items()]
    members += [f"{json.dumps(name)}:{json.dumps(node[name])}"] if node is repeated else []
    return f"{{{','.join(members)}}}"


@settings(max_examples=150)
@given(documents, st.data())
def test_a_key_that_stands_twice_is_refused_with_its_place(document: dict[str, Any], data: st.DataObject) -> None:
    """Wherever a key is repeated, even with the same value, the document is refused and the object is named."""
    document = json.loads(json.dumps(document))  # no object stands in it twice
    path, chosen = data.draw(st.sampled_from(objects(document)))
    name = data.draw(st.sampled_from(sorted(chosen)))
    with pytest.raises(InputError, match="stands twice") as caught:
        parse(written(document, chosen, name))
    assert caught.value.facts["path"] == path
