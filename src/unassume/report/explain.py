"""Why a request is allowed or not, in words and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from unassume.iam.explain import Explanation, Word
from unassume.iam.statements import DocumentKind
from unassume.iam.unread import GRANTING, Unread
from unassume.report.table import paragraph

_OUTCOMES = {"allow": "allowed", "implicit-deny": "denied", "explicit-deny": "denied explicitly"}


class Told(msgspec.Struct, frozen=True):
    """An explanation, what it does not rest on, and whether it holds whatever stands there."""

    explanation: Explanation
    unread: tuple[Unread, ...] = ()
    is_certain: bool = True
    notes: tuple[str, ...] = ()


def explanation_lines(told: Told, width: int = 80) -> list[str]:
    """The decision, what could change it, then the word of each statement, those that apply first."""
    lines = paragraph(_decision(told), width)
    for hinge in told.explanation.hinges:
        lines += paragraph(f"`{hinge.key}` is {hinge.value}: {_OUTCOMES[hinge.outcome]}", width, "  if ")
    for sentence in _not_read(told):
        lines += paragraph(sentence, width, "not read: ")
    for sentence in _words(told.explanation):
        lines += paragraph(sentence, width, "- ")
    for note in told.notes:
        lines += paragraph(note, width, "note: ")
    return lines


def answer(told: Told) -> dict[str, Any]:
    """The document `explanation`."""
    decision = told.explanation.decision
    as_read = decision.outcome.replace("-", "_")
    return {
        "outcome": as_read if told.is_certain else "unknown",
        "outcome_as_read": as_read,
        "because": _decision(told),
        "layer": decision.layer.wording if decision.layer else None,
        "unknown_keys": decision.unknown_keys,
        "settled_by": [_settling(hinge.key, hinge.value, hinge.outcome) for hinge in told.explanation.hinges],
        "not_read": [{"layer": each.layer.wording, "because": each.because} for each in told.unread],
        "statements": [_statement(word) for word in told.explanation.words],
        "notes": list(told.notes),
    }


def _decision(told: Told) -> str:
    """The decision as one sentence, which says where policies that were not read could make it another."""
    because = told.explanation.because
    if told.is_certain:
        return because
    is_allowed = told.explanation.decision.outcome == "allow"
    head, other = ("allowed", "deny") if is_allowed else ("denied", "allow")
    named = _listed([each for each in _layers(told) if is_allowed or each in GRANTING], "or")
    article = "an" if named[0] in "aeio" else "a"
    return (
        f"{head} as far as the policies read go; {article} {named} that was not read may {other} it. "
        f"By those that were read: {because}"
    )


def _not_read(told: Told) -> Iterator[str]:
    """Each layer that was not read, with the reasons; in one sentence where they change nothing."""
    if told.is_certain:
        if told.unread:
            yield f"{_listed(_layers(told), 'and')}; that does not change whether it is allowed"
        return
    for layer in _layers(told):
        reasons = "; ".join(each.because for each in told.unread if each.layer is layer)
        yield f"{layer.wording}: {reasons}"


def _layers(told: Told) -> list[DocumentKind]:
    """The layers that were not read, in one order."""
    return [layer for layer in DocumentKind if any(each.layer is layer for each in told.unread)]


def _listed(layers: Sequence[DocumentKind], word: str) -> str:
    *others, last = [layer.wording for layer in layers]
    return f"{', '.join(others)} {word} {last}" if others else last


def _words(explanation: Explanation) -> Iterator[str]:
    """The statements of the action, the deciding ones first; of the others only how many there are."""
    words, deciding, order = explanation.words, explanation.decision.grounds, (True, None, False)
    bearing = [word for word in words if word.is_of_action]
    ranked = sorted(bearing, key=lambda word: (word.ground not in deciding, order.index(word.applies)))
    yield from dict.fromkeys(f"{word.ground.layer.wording}: {word.sentence}" for word in ranked)
    others = len(words) - len(bearing)
    if others:
        yield f"{others} other statement{'s do' if others > 1 else ' does'} not cover the action"


def _settling(key: str, value: str, outcome: str) -> dict[str, str]:
    return {"key": key, "value": value, "outcome": outcome.replace("-", "_")}


def _statement(word: Word) -> dict[str, Any]:
    return {
        "layer": word.ground.layer.wording,
        "policy": word.ground.policy_name,
        "sid": word.ground.sid,
        "path": word.ground.path,
        "effect": word.effect,
        "applies": word.applies,
        "because": word.because,
    }
