"""A report says what its receipt knows, and no more."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.fakes import START
from tests.steps.made import EVERYTHING, KEITH, REFUSED, Scene, scene
from unassume.errors import AccessError
from unassume.model.plans import RungName
from unassume.model.receipts import Begun, Entry, Proved, SavedDocument
from unassume.model.reports import Report
from unassume.steps.apply import apply
from unassume.steps.messages import freeze
from unassume.steps.report import report
from unassume.steps.undo import undo
from unassume.steps.verify import verify

REPLACE = msgspec.structs.replace


def told(set_up: Scene, receipt_id: str | None = None) -> Report:
    return report(set_up.journal.entries(receipt_id or next(iter(set_up.journal.kept))))


def cut(rung: RungName | None = None, *, canary: bool = True) -> Scene:
    """Keith's session cut, written and not looked at since."""
    set_up = scene()
    apply(set_up.planned(KEITH, rung=rung, canary=canary), set_up.world, EVERYTHING)
    return set_up


def proven() -> Scene:
    set_up = cut()
    set_up.clock.at += timedelta(minutes=10)
    verify(set_up.receipt(), set_up.world)
    return set_up


def test_written_is_not_proven() -> None:
    """Before any look the report says so, names the command, and never says contained."""
    set_up = cut(canary=False)
    made = told(set_up)
    assert (made.status, made.headline) == (
        "unproven", f"written, not yet proven: unassume verify {made.receipt_id}",
    )  # fmt: skip
    assert made.proved_at is None
    assert "contained" not in repr(made).lower().replace("blocks_containment", "")


def test_proven_is_what_verify_found() -> None:
    """After a look that met every proof the report has its instant, its four proofs, and since when the deny held."""
    made = told(proven())
    assert (made.status, len(made.proofs), made.enforced_from is not None) == ("proven", 4, True)
    assert made.headline.startswith("CONTAINED when verify looked at ")


def test_a_claim_without_its_proofs_proves_nothing() -> None:
    """An entry that says contained, with a proof missing or unmet, is not believed."""
    set_up = proven()
    *others, last = set_up.journal.entries(next(iter(set_up.journal.kept)))
    assert isinstance(last, Proved)
    for proofs in (last.proofs[:3], (*last.proofs[:3], REPLACE(last.proofs[3], is_met=False))):
        assert report((*others, REPLACE(last, proofs=proofs))).status == "unproven"


def test_a_look_that_finds_the_same_is_kept_once() -> None:
    """Looking again and again does not swell the receipt; a look that finds otherwise is told."""
    set_up = proven()
    for _ in range(3):
        verify(set_up.receipt(), set_up.world)
    kept = [entry for entry in set_up.journal.entries(set_up.receipt().id) if isinstance(entry, Proved)]
    assert [entry.contained for entry in kept] == [True]
    set_up.accounts.edit(set_up.receipt().begun.changes[0].slot, None)
    verify(set_up.receipt(), set_up.world)
    assert (told(set_up).status, "verify missed policies-stand" in told(set_up).headline) == ("unproven", True)


def test_a_receipt_that_cannot_be_told_does_not_stop_verify() -> None:
    """The verdict stands though the disk is full."""
    set_up = cut()
    set_up.clock.at += timedelta(minutes=10)
    set_up.journal.fail_on = Proved
    verify(set_up.receipt(), set_up.world)
    assert told(set_up).proved_at is None


def test_the_timeline_is_the_journal() -> None:
    """Plan, begun, intent, write, observed deny, proof: each with its time, in order."""
    made = told(proven())
    words = ("plan made by", "apply begun by", "about to write", "written and read back", "deny observed enforced")
    assert [each.what.startswith(word) for each, word in zip(made.timeline, words, strict=False)] == [True] * 5
    assert made.timeline[-1].what == "verify found every proof: contained"
    assert [each.at for each in made.timeline] == sorted(each.at for each in made.timeline)


def test_a_refused_write_is_told() -> None:
    """What AWS refused stands in the timeline with its reason, and nothing is asked to be frozen."""
    set_up = scene(faults=[REFUSED])
    with pytest.raises(AccessError):
        apply(set_up.planned(), set_up.world, EVERYTHING)
    made = told(set_up)
    assert (made.status, made.freeze, made.cuts[0].state) == ("unfinished", "", "refused")
    assert REFUSED.message in made.timeline[-1].what


def test_a_cut_taken_back_is_no_cut() -> None:
    """After undo both receipts say so, nothing need be frozen, and Keith is told that his session may live."""
    set_up = proven()
    first = set_up.receipt().id
    apply(undo(set_up.receipt(), set_up.world), set_up.world, EVERYTHING)
    made, inverse = told(set_up, first), told(set_up, set_up.receipt().id)
    assert (made.status, made.freeze, inverse.status, inverse.messages) == ("put-back", "", "put-back", ())
    assert "taken back" in made.messages[0].paragraphs[0]


@pytest.mark.parametrize(
    ("rung", "again", "frozen"),
    [
        ("session-name", "again after 2026-11-23 18:00:30 UTC", "until 2026-11-25 06:00:30 UTC"),
        ("older-sessions", "again after 2026-11-23 18:00:30 UTC", "until 2026-11-25 06:00:30 UTC"),
        ("hold", "Nobody can come back", "until the cut is undone"),
    ],
)
def test_when_to_come_back(rung: RungName, again: str, frozen: str) -> None:
    """Both messages say the second after which a new session is let in, and the freeze ends when the deny is no use."""
    made = told(cut(rung))
    assert [again in " ".join(message.paragraphs) for message in made.messages] == [True, True]
    assert frozen in made.freeze


def test_the_others_are_named_where_they_are_hit() -> None:
    """Keith's message names his session, the others' names whom the plan saw hit, and both name the cache."""
    keith, others = told(cut("older-sessions")).messages
    assert keith.to.endswith(": keith")
    assert "as the plan saw it: bob, mary" in " ".join(others.paragraphs)
    assert "Only if they fail" in " ".join(others.paragraphs)
    assert all("~/.aws/cli/cache" in " ".join(message.paragraphs) for message in (keith, others))
    assert "nobody else" in " ".join(told(cut()).messages[1].paragraphs)


def spoilt(entries: tuple[Entry, ...], **more: object) -> tuple[Entry, ...]:
    begun = entries[0]
    assert isinstance(begun, Begun)
    return (REPLACE(begun, **more), *entries[1:])


def test_a_sound_receipt_has_no_broken_seal() -> None:
    """The plan and every raw event of an untouched receipt agree with their digests."""
    made = told(proven())
    assert made.broken == ()
    assert {seal.kind for seal in made.seals} == {"plan", "event"}


@pytest.mark.parametrize("what", ["event", "shortened event", "document", "change"])
def test_what_was_edited_is_found(what: str) -> None:
    """A changed event, saved policy or written text breaks its seal and no other."""
    set_up = proven()
    entries = set_up.journal.entries(next(iter(set_up.journal.kept)))
    begun = entries[0]
    assert isinstance(begun, Begun)
    event = begun.raw_events[0]
    edits: dict[str, dict[str, object]] = {
        "event": {"raw_events": (REPLACE(event, text=event.text + " "),)},
        "shortened event": {"raw_events": (REPLACE(event, text="[]", text_sha256="0" * 64),)},
        "document": {"documents": (SavedDocument(label="x", text="a", sha256="0" * 64),)},
        "change": {"changes": (REPLACE(begun.changes[0], after='{"Version":"2012-10-17","Statement":[]}'),)},
    }
    broken = report(spoilt(entries, **edits[what])).broken
    assert [seal.kind for seal in broken] == [{"change": "plan"}.get(what, what.rpartition(" ")[2])]


def test_nothing_is_known_after_the_last_entry() -> None:
    """The report needs no clock: the same entries make the same report at any time."""
    set_up = cut()
    first = told(set_up)
    set_up.clock.at = START + timedelta(days=400)
    assert told(set_up) == first


def test_the_freeze_lasts_as_long_as_the_last_deny() -> None:
    """Of several denies the one needed longest counts, and one without an end outlasts them all."""
    receipt = cut().receipt()
    made = told(cut()).cuts[0]
    later = REPLACE(made, until=START + timedelta(days=9))
    assert "until 2026-12-02 18:00:00 UTC" in freeze(receipt, (made, later))
    assert "until the cut is undone" in freeze(receipt, (made, REPLACE(made, until=None)))
