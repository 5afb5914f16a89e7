"""The report of a hostile receipt keeps its shape on the terminal and as a page."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import START
from tests.report.hostile import TEXTS, WIDTHS, faults, is_raw
from tests.report.test_lines import PROOFS, few, plans
from tests.report.test_markdown import HARMLESS, HOSTILE, RENDER, inside
from tests.steps.test_many_sessions import juggled
from unassume.model.plans import Plan
from unassume.model.receipts import Begun, Entry, Observed, Proved, Refused, SavedDocument, Undone
from unassume.model.reports import Seal
from unassume.model.sightings import RawEvent
from unassume.report.incident import page
from unassume.report.pages import markdown_lines, text_lines
from unassume.steps.apply import apply
from unassume.steps.report import report


@st.composite
def journals(draw: st.DrawFn) -> tuple[Entry, ...]:
    """A receipt in which every text is hostile, and nothing need fit together."""
    made: Plan = msgspec.structs.replace(
        draw(plans()), incident=draw(HOSTILE), lead=draw(HOSTILE), caller_arn=draw(HOSTILE),
        purpose=draw(st.sampled_from(["cut", "undo"])), targets=(draw(HOSTILE),),
    )  # fmt: skip
    begun = Begun(
        receipt_id=draw(HOSTILE), at=START, tool=draw(TEXTS), caller_arn=draw(HOSTILE), cut_off=START, plan=made,
        changes=made.changes, canaries_before=(draw(HOSTILE),),
        documents=(SavedDocument(label=draw(HOSTILE), text=draw(TEXTS), sha256=draw(HOSTILE)),),
        raw_events=(RawEvent(draw(HOSTILE), draw(HOSTILE), draw(TEXTS), draw(TEXTS)),),
    )  # fmt: skip
    others: list[Entry] = [
        Refused(at=START, change=0, why=draw(HOSTILE)),
        Observed(at=START, enforced_from=START, by=draw(HOSTILE)),
        Proved(at=START, contained=draw(st.booleans()), proofs=tuple(draw(st.lists(PROOFS, max_size=5)))),
        Undone(at=START, by_receipt=draw(HOSTILE)),
    ]
    return (begun, *draw(st.permutations(others))[: draw(st.integers(0, 4))])


@few
@given(entries=journals(), width=WIDTHS)
def test_a_hostile_receipt(entries: tuple[Entry, ...], width: int) -> None:
    """Every line fits and none holds anything raw; the page is words and code, with our own headings alone."""
    made = list(page(report(entries)))
    assert faults(text_lines(made, width), width) == []
    source = "\n".join(markdown_lines(made))
    assert not any(is_raw(line) for line in source.splitlines())
    assert inside(source) <= HARMLESS
    assert [token.type for token in RENDER.parse(source)].count("heading_open") == len(made)


@few
@given(entries=journals())
def test_a_hostile_receipt_is_json(entries: tuple[Entry, ...]) -> None:
    """The report of anything can be written as JSON, its broken seals among it."""
    made = report(entries)
    assert any(seal.kind == "document" for seal in made.broken)
    assert all(isinstance(seal, Seal) for seal in made.seals)
    assert msgspec.to_builtins(made)["receipt_id"] == made.receipt_id


def test_a_crowd_is_named_by_its_first() -> None:
    """Of hundreds of sessions the headings name a few, and of as many right digests; what is left out is counted."""
    set_up, made = juggled(150)
    receipt = apply(made, set_up.world)
    lines = text_lines(list(page(report(set_up.journal.entries(receipt.id)))), 80)
    told = " ".join(" ".join(lines).split())
    assert "MESSAGE TO WHOEVER'S SESSION LEAKED: KEITH, LOOT-000, LOOT-001, LOOT-002, LOOT-003 AND 146 OTHERS" in told
    assert "more that were found right: `-o json` lists every one" in told
    assert sum(line.strip().startswith("- ok event") for line in lines) < 40
