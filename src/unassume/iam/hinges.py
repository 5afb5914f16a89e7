"""What an answer that is not known would be, for the values of its open keys that the policies can tell apart."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from unassume.iam.authorize import Decision, authorize
from unassume.iam.cases import case_values
from unassume.iam.conditions import look_up
from unassume.iam.evaluate import Request
from unassume.iam.layers import Layers, Outcome
from unassume.iam.rules import all_rules
from unassume.iam.values import ABSENT, Between, Context, Known, Value

_MOST_KEYS, _MOST_VALUES = 4, 16
_CASES = 256
"""How many cases of the other unknown keys are tried for each value."""


class Hinge(msgspec.Struct, frozen=True):
    """One key of which not enough is known: what it could be, in words, and the outcome then."""

    key: str
    value: str
    outcome: Outcome


def hinges(request: Request, layers: Layers, decision: Decision, resource_account: str | None) -> tuple[Hinge, ...]:
    """For each key that an unknown decision hangs on, one value for each outcome that it settles alone."""
    found: dict[tuple[str, Outcome], Hinge] = {}
    for key in decision.unknown_keys[:_MOST_KEYS]:
        written = _written(layers, key)
        for value in _values(request, layers, key, written):
            outcome = _outcome(request, layers, resource_account, key, value)
            if outcome != "unknown":
                found.setdefault((key, outcome), Hinge(key, _shown(value, written), outcome))
    return tuple(found.values())


def _values(request: Request, layers: Layers, key: str, written: frozenset[str]) -> Iterator[Value]:
    """Values that the policies can tell apart, whole texts first."""
    value = look_up(request.context, key.lower())
    found = case_values(key.lower(), value, (statement for _, statement in all_rules(layers))) or ()
    yield from sorted(
        found[:_MOST_VALUES], key=lambda each: not (isinstance(each, Known) and written.issuperset(each.texts))
    )


def _written(layers: Layers, key: str) -> frozenset[str]:
    """The values that conditions on the key name."""
    return frozenset(
        text
        for _, statement in all_rules(layers)
        for condition in statement.conditions
        if condition.key.lower() == key.lower()
        for text in condition.values
    )


def _outcome(request: Request, layers: Layers, account: str | None, key: str, value: Value) -> Outcome:
    values = {**request.context.values, key.lower(): value}
    supposed = msgspec.structs.replace(request, context=Context(values, request.context.unlisted))
    return authorize(supposed, layers, resource_account=account, cases=_CASES).outcome


def _shown(value: Value, written: frozenset[str]) -> str:
    match value:
        case Known(texts=texts):
            told = ", ".join(f"`{text}`" for text in texts if text)
            return "empty" if not told else told if written.issuperset(texts) else f"another, such as {told}"
        case Between(earliest=earliest):
            return f"an instant such as `{earliest.isoformat(timespec='seconds').replace('+00:00', 'Z')}`"
        case _:
            return "absent" if value is ABSENT else "there"
