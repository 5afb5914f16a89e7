"""The triaged differences, and what a case is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from differential.cases import Case, Statement

Kind = Literal["allowed", "denied", "malformed", "other"]


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A triaged difference: `about` holds every condition key its smallest cases may have, `decides` is AWS's page."""

    id: str
    outcomes: tuple[tuple[Kind, Kind], ...]
    about: frozenset[str]
    right: Literal["lab", "ministack", "undecided"]
    decides: str
    why: str

    def covers(self, case: Case, outcomes: tuple[str, str]) -> bool:
        """Whether the smallest case of a difference is this one, and hangs on no other key."""
        words = about(case)
        keys = {word for word in words if word.startswith("key:")}
        needed = {word for word in self.about if not word.startswith("key:")}
        kinds = (kind_of(outcomes[0]), kind_of(outcomes[1]))
        return kinds in self.outcomes and needed <= words and bool(keys) and keys <= self.about


def kind_of(outcome: str) -> Kind:
    """What sort of an outcome it is, whatever the service calls it."""
    if outcome == "OK":
        return "allowed"
    return "malformed" if "Malformed" in outcome else "denied" if "AccessDenied" in outcome else "other"


def known() -> tuple[Known, ...]:
    """Every triaged difference."""
    text = (Path(__file__).parent / "known.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Known, ...])


def about(case: Case) -> frozenset[str]:
    """The words for what a case has in it: its call, elements, operators, keys, wildcards and layers."""
    words = {case.call, *(f"tag:{tag}" for tag in case.tags)}
    for layer, statements in (("identity", case.identity), ("session", case.session or ())):
        for statement in statements:
            words |= {layer, *_of(statement)}
    return frozenset(words)


def _of(statement: Statement) -> Iterator[str]:
    yield statement["Effect"]
    for element in ("NotAction", "NotResource"):
        if element in statement:
            yield element
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        values = statement.get(element, [])
        for value in [values] if isinstance(values, str) else values:
            if value != "*":
                yield from (f"{element} {mark}" for mark in "*?" if mark in value)
            if "Action" in element and value == value.lower() and value != "*":
                yield "lower case action"
    for operator, keys in statement.get("Condition", {}).items():
        yield operator
        if len({key.lower() for key in keys}) < len(keys):
            yield "key twice"
        for key, values in keys.items():
            yield f"{operator} {key}"
            yield f"key:{key}"
            for value in [values] if isinstance(values, str) else values:
                if "${" in value:
                    yield "variable"
                yield from (f"{operator} {mark}" for mark in "*?" if mark in value)
