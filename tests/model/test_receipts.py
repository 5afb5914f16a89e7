"""A receipt is the fold of its journal's entries, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.fakes import START
from tests.steps.made import scene
from unassume.errors import InputError
from unassume.model.receipts import Begun, Entry, Intended, Observed, Refused, Undone, Written, fold


def begun() -> Begun:
    """A first entry with one change."""
    made = scene().planned()
    return Begun(receipt_id="r-1", at=START, tool="t", caller_arn="arn", cut_off=START, plan=made, changes=made.changes)


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([], "untouched"),
        ([Intended(at=START, change=0)], "intended"),
        ([Intended(at=START, change=0), Written(at=START, change=0)], "written"),
        ([Intended(at=START, change=0), Refused(at=START, change=0, why="no")], "refused"),
        (
            [Intended(at=START, change=0), Refused(at=START, change=0, why="no"), Intended(at=START, change=0)],
            "intended",
        ),
    ],
)
def test_the_last_word_counts(entries: list[Entry], state: str) -> None:
    """A change stands where its latest entry left it."""
    receipt = fold([begun(), *entries])
    assert receipt.states == (state,)
    assert receipt.is_complete is (state == "written")


def test_a_later_observation_corrects_an_earlier_one() -> None:
    """Of two instants E the later entry holds."""
    later = START + timedelta(minutes=1)
    seen = [Observed(at=later, enforced_from=at, by=f"{at}") for at in (START, later)]
    assert fold([begun(), *seen]).enforced.at == later


def test_undone_is_remembered() -> None:
    """A receipt that was put back says by which other one."""
    assert fold([begun(), Undone(at=START, by_receipt="r-2")]).undone_by == "r-2"


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [Intended(at=START, change=0)],
        [begun(), begun()],
        [begun(), Written(at=START, change=1)],
        [begun(), Intended(at=START, change=-1)],
    ],
    ids=["empty", "headless", "twice", "beyond", "negative"],
)
def test_a_damaged_receipt_is_bad_input(entries: list[Entry]) -> None:
    """What no apply would have written is refused with a sentence, not guessed at."""
    with pytest.raises(InputError, match="receipt"):
        fold(entries)


def test_entries_travel_as_json() -> None:
    """Every entry reads back from JSON as it was."""
    entries: list[Entry] = [begun(), Intended(at=START, change=0), Observed(at=START, enforced_from=START, by="x")]
    decoder = msgspec.json.Decoder(Entry)
    assert [decoder.decode(msgspec.json.encode(entry)) for entry in entries] == entries
