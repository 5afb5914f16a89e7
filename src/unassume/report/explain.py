"""Why a request is allowed or not, in words and as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unassume.iam.explain import Explanation, Word
from unassume.report.table import paragraph


def explanation_lines(told: Explanation, notes: Sequence[str] = (), width: int = 80) -> list[str]:
    """The decision, then the word of each statement, then what was left out."""
    lines = paragraph(told.because, width)
    for word in told.words:
        lines += paragraph(f"{word.ground.layer.wording}: {word.sentence}", width, "- ")
    for note in notes:
        lines += paragraph(note, width, "note: ")
    return lines


def answer(told: Explanation, notes: Sequence[str]) -> dict[str, Any]:
    """The document `explanation`."""
    decision = told.decision
    return {
        "outcome": decision.outcome.replace("-", "_"),
        "because": told.because,
        "layer": decision.layer.wording if decision.layer else None,
        "unknown_keys": decision.unknown_keys,
        "statements": [_statement(word) for word in told.words],
        "notes": list(notes),
    }


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
