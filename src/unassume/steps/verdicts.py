"""What the texts that will be written on one role say of a session, and why; they are read once for all sessions.

The word is what the statements select where all of them are ours, which a property holds to the evaluator's word; else
what the evaluator says of the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import assert_never

from unassume.means.judge import judge, principal_of
from unassume.means.mark import OurStatement, bind, our_statements
from unassume.means.shapes import instant
from unassume.model.plans import Change
from unassume.model.previews import ISSUED, Verdict
from unassume.model.selectors import (
    CanarySelector,
    ElsewhereSelector,
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    SessionNameSelector,
    user_id,
)
from unassume.model.sessions import Session
from unassume.model.slots import Slot

_NEVER = datetime.min.replace(tzinfo=UTC)
_OF = {True: Verdict.CUT, None: Verdict.UNSURE, False: Verdict.SPARED}
_SUREST = (True, None, False)

Word = tuple[Verdict, str, Slot]
Words = dict[bool | None, Word]
Aim = tuple[tuple[OurStatement, Words], ...]


def word_of(changes: tuple[Change, ...], cut_off: datetime) -> Callable[[Session], Word]:
    """The verdict, its reason and the slot that decides, for any session of the role all these changes are on.

    Of several statements the one that hits most surely has the word.
    """
    texts = [bind(change.after, cut_off) or "" for change in changes]
    read = [our_statements(text) for text in texts]
    if any(ours is None for ours in read):
        return _by_evaluation(changes, texts, cut_off)
    statements = [(one, change.slot) for ours, change in zip(read, changes, strict=True) for one in ours or ()]
    by_name, anybody = _aims(statements, cut_off)
    another: Word = (Verdict.SPARED, "goes by another name", changes[0].slot)

    def word(session: Session) -> Word:
        aim = by_name.get(session.principal_id, anybody)
        return _surest(session, aim) if aim else another

    return word


def _by_evaluation(changes: tuple[Change, ...], texts: list[str], cut_off: datetime) -> Callable[[Session], Word]:
    words = [_words(cut_off, change.slot) for change in changes]
    answers = {verdict: answer for answer, verdict in _OF.items()}

    def word(session: Session) -> Word:
        found = [answers[judge(text, principal_of(session))] for text in texts]
        best = min(range(len(found)), key=lambda index: _SUREST.index(found[index]))
        return words[best][found[best]]

    return word


def _aims(statements: Iterable[tuple[OurStatement, Slot]], cut_off: datetime) -> tuple[dict[str, Aim], Aim]:
    """The statements that bear on each user id they name, and those that bear on whoever is named by none."""
    named = [(user_id(each.selector), (each, _told(each, cut_off, slot))) for each, slot in statements]
    anybody = tuple(each for name, each in named if name is None)
    by_name: dict[str, Aim] = {}
    for name, each in named:
        if name is not None:
            by_name[name] = (*by_name.get(name, anybody), each)
    return by_name, anybody


def _surest(session: Session, aim: Aim) -> Word:
    best: Word | None = None
    for each, words in aim:
        # A canary's statement and a hold's have no cut-off, and their selectors ask for none.
        answer = each.selector.matches(session, each.cut_off or _NEVER)
        if answer is True:
            return words[True]
        best = words[answer] if best is None or answer is None else best
    assert best is not None
    return best


def _told(each: OurStatement, cut_off: datetime, slot: Slot) -> Words:
    match each.selector:
        case SessionNameSelector() | OlderSessionsSelector() | CanarySelector():
            return _words(cut_off, slot)
        case PersonSelector():
            return {**_words(cut_off, slot), **_of_somebody(cut_off, slot)}
        case IssuanceSelector():
            return _in_window(slot)
        case ElsewhereSelector(egress=egress):
            return {None: (Verdict.UNSURE, f"cut on calls from outside {', '.join(egress)}, let be within", slot)}
        case HoldSelector():
            return {True: (Verdict.CUT, "everybody on the role is held", slot)}
        case _:
            assert_never(each.selector)


def _words(cut_off: datetime, slot: Slot) -> Words:
    """One text for all who share it."""
    at = instant(cut_off)
    return {
        True: (Verdict.CUT, f"issued {ISSUED}, before the cut-off {at}", slot),
        False: (Verdict.SPARED, f"issued {ISSUED}, not before the cut-off {at}", slot),
        None: (Verdict.UNSURE, f"issued {ISSUED}: cannot tell from the cut-off {at}", slot),
    }


def _of_somebody(cut_off: datetime, slot: Slot) -> Words:
    return {
        False: (
            Verdict.SPARED,
            f"of somebody else, or issued {ISSUED}, not before the cut-off {instant(cut_off)}",
            slot,
        ),
        None: (Verdict.UNSURE, f"issued {ISSUED}: cannot tell whose it is, or from the cut-off", slot),
    }


def _in_window(slot: Slot) -> Words:
    return {
        True: (Verdict.CUT, f"issued {ISSUED}, the issuance to be cut", slot),
        False: (Verdict.SPARED, f"issued {ISSUED}, not the issuance to be cut", slot),
        None: (Verdict.UNSURE, f"issued {ISSUED}: may be the issuance to be cut", slot),
    }
