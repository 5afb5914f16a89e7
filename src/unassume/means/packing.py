"""How many selectors a document holds: as few documents as fit, each within its limit once the cut-off is bound."""

from __future__ import annotations

from datetime import UTC, datetime

from unassume.iam.limits import measure, pack
from unassume.means.mark import bind, document
from unassume.model.selectors import Selector

_ANY_CUT_OFF = datetime(2026, 1, 1, tzinfo=UTC)


def size(text: str) -> int:
    """How many characters a planned text takes of a quota once the cut-off is bound."""
    return measure(_bound(text))


def packed(selectors: tuple[Selector, ...], limit: int) -> tuple[tuple[Selector, ...], ...]:
    """The selectors of each document, in order, in as few documents as fit; InputError when one alone does not."""
    return pack(selectors, lambda some: _bound(document(tuple(some))), limit)


def documents(selectors: tuple[Selector, ...], limit: int) -> tuple[str, ...]:
    """The documents for these selectors, with the cut-off still open, none longer than the limit once it is bound."""
    return tuple(document(some) for some in packed(selectors, limit))


def _bound(text: str) -> str:
    return bind(text, _ANY_CUT_OFF) or ""
