"""A document read leniently, so that what `parse` refuses can be looked at too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from unassume.iam.json_text import Node, child
from unassume.iam.operators import OPERATORS, Operator
from unassume.iam.statements import DocumentKind

_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")


class Line(msgspec.Struct, frozen=True):
    """One key under one operator: `operator` without its prefix and suffix, `key` as written."""

    operator: str
    over: str
    if_exists: bool
    key: str
    values: tuple[str, ...]
    path: str

    @property
    def name(self) -> str:
        """The key, in lower case."""
        return self.key.lower()

    @property
    def row(self) -> Operator | None:
        """The operator's row; None for Null and for what is no operator."""
        return OPERATORS.get(self.operator)

    @property
    def is_positive(self) -> bool:
        """Whether it holds only where the key is there and has one of the values."""
        row = self.row
        return row is not None and not row.negated and not self.if_exists and self.over != "ForAllValues"


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """One statement as it stands; `has_variables` where `${...}` is substituted, `now` where the time is known."""

    node: dict[str, Node]
    path: str
    kind: DocumentKind
    has_variables: bool
    now: datetime | None
    lines: tuple[Line, ...]

    @property
    def sid(self) -> str | None:
        """The Sid, if it is a text."""
        sid = self.node.get("Sid")
        return str(sid) if isinstance(sid, str) and sid else None

    @property
    def effect(self) -> str:
        """`Allow` or `Deny`, or whatever stands there."""
        return str(self.node.get("Effect"))

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of an element; for a Principal those of all its types."""
        return tuple(_texts(self.node.get(name)))


def spoken(tree: Node, kind: DocumentKind, now: datetime | None) -> tuple[Spoken, ...]:
    """The statements of a document that are objects, in its order."""
    if not isinstance(tree, dict):
        return ()
    nodes = tree.get("Statement")
    places = [(f"$.Statement[{index}]", node) for index, node in enumerate(nodes)] if isinstance(nodes, list) else []
    return tuple(
        Spoken(
            node=node,
            path=path,
            kind=kind,
            has_variables=tree.get("Version") == "2012-10-17",
            now=now,
            lines=tuple(_lines(node, path)),
        )
        for path, node in places or [("$.Statement", nodes)]
        if isinstance(node, dict)
    )


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield str(node)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        for item in node.values():
            yield from _texts(item)


def _lines(statement: dict[str, Node], path: str) -> Iterator[Line]:
    block = statement.get("Condition")
    for operator, keys in block.items() if isinstance(block, dict) else ():
        written = _OPERATOR.fullmatch(operator)
        if written is None or not isinstance(keys, dict):
            continue
        for key, node in keys.items():
            yield Line(
                operator=written[2],
                over=written[1] or "",
                if_exists=written[3] is not None,
                key=key,
                values=tuple(_texts(node)),
                path=child(child(f"{path}.Condition", operator), key),
            )
