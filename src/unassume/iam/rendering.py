"""Writing policies: canonical text, and a fingerprint that two texts of the same meaning share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from unassume.iam.json_text import Node, read_json
from unassume.iam.statements import Policy, PrincipalEntry, Statement

_ORDER = (
    "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
    "Resource", "NotResource", "Condition",
)  # fmt: skip


def render(document: Mapping[str, object] | Policy) -> str:
    """The document as compact JSON in ASCII: AWS's elements in AWS's order, other keys sorted, lists as they stand."""
    tree = _policy_tree(document) if isinstance(document, Policy) else document
    return json.dumps(_ordered(tree), separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def fingerprint(text: str | bytes) -> str:
    """SHA-256, in hex, of what the document says; InputError when it is not JSON.

    Ignored: white space, escapes, the order of keys, of statements, and of the entries of every list (AWS takes all of
    them as sets), entries given twice, one value against a list of one, and quotes around numbers and booleans.
    Not ignored: letters' case, and whether an element with no effect is there.
    """
    canonical = json.dumps(_sorted(read_json(text)), separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _sorted(node: Node) -> object:
    if isinstance(node, dict):
        return {key: _sorted(value) for key, value in node.items()}
    if isinstance(node, list):
        entries = {json.dumps(_sorted(item), sort_keys=True) for item in node}
        canonical = [json.loads(entry) for entry in sorted(entries)]
        return canonical[0] if len(canonical) == 1 else canonical
    return node


def _ordered(node: object) -> object:
    if isinstance(node, Mapping):
        return {key: _ordered(node[key]) for key in sorted(node, key=_rank)}
    if isinstance(node, Sequence) and not isinstance(node, str | bytes):
        return [_ordered(item) for item in node]
    return node


def _rank(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _policy_tree(policy: Policy) -> dict[str, object]:
    named = {"Id": policy.id} if policy.id is not None else {}
    return {"Version": policy.version, **named, "Statement": [_statement_tree(each) for each in policy.statements]}


def _statement_tree(statement: Statement) -> dict[str, object]:
    tree: dict[str, object] = {"Effect": statement.effect}
    if statement.sid is not None:
        tree["Sid"] = statement.sid
    tree["NotAction" if statement.actions_excluded else "Action"] = _short(statement.actions)
    if statement.resources is not None:
        tree["NotResource" if statement.resources_excluded else "Resource"] = _short(statement.resources)
    if statement.principals is not None:
        tree["NotPrincipal" if statement.principals_excluded else "Principal"] = _principal_tree(statement.principals)
    if statement.conditions:
        block: dict[str, dict[str, object]] = {}
        for condition in statement.conditions:
            block.setdefault(condition.operator, {})[condition.key] = _short(condition.values)
        tree["Condition"] = block
    return tree


def _principal_tree(entries: tuple[PrincipalEntry, ...]) -> object:
    if entries == (PrincipalEntry("*", "*"),):
        return "*"
    kinds: dict[str, list[str]] = {}
    for entry in entries:
        kinds.setdefault(entry.kind, []).append(entry.text)
    return {kind: _short(tuple(texts)) for kind, texts in kinds.items()}


def _short(texts: tuple[str, ...]) -> object:
    return texts[0] if len(texts) == 1 else list(texts)
