"""preview: whom the very text that will be written would hit."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.fakes import START
from tests.steps.made import ISSUED, KEITH, WHOLE_ROLE, Scene, scene
from unassume.model.leads import Lead
from unassume.model.plans import RungName
from unassume.model.previews import Preview, Verdict
from unassume.steps.preview import preview


def seen(set_up: Scene, lead: Lead = KEITH, rung: RungName | None = None, seconds: float = 30) -> Preview:
    """The preview of a plan as of now."""
    lineage, made = set_up.found(lead), set_up.planned(lead, rung=rung)
    return preview(made, lineage.sessions, START + timedelta(seconds=seconds), targets=lineage.on_the_role)


def verdicts(found: Preview, set_up: Scene) -> dict[str, Verdict]:
    names = {session.id: session.session_name for session in set_up.found(WHOLE_ROLE).sessions}
    return {names[judgement.session_id]: judgement.verdict for judgement in found.judgements}


def test_keith_is_cut_and_nobody_else() -> None:
    """A cut by name hits the leaked session and spares the others, with a reason for each."""
    set_up = scene()
    found = seen(set_up)
    assert verdicts(found, set_up) == {"keith": Verdict.CUT, "bob": Verdict.SPARED, "mary": Verdict.SPARED}
    assert (found.bystanders, found.bystanders_known) == ((), True)
    assert {one.reason for one in found.judgements} == {
        "issued 2026-11-23T16:00:00Z, before the cut-off 2026-11-23T18:00:30Z", "goes by another name",
    }  # fmt: skip


def test_the_whole_role_hits_everybody() -> None:
    """A cut of all older sessions counts the others as bystanders."""
    set_up = scene()
    found = seen(set_up, rung="older-sessions")
    assert set(verdicts(found, set_up).values()) == {Verdict.CUT}
    assert len(found.bystanders) == 2


@pytest.mark.parametrize(("apart", "word"), [(-1, "not before"), (0, "not before"), (1, "before the cut-off")])
def test_the_edge_is_said(apart: int, word: str) -> None:
    """A session issued in or after the cut-off's second is spared, and the reason says why."""
    set_up = scene()
    cut_off = (ISSUED["keith"] - START).total_seconds() + apart
    found = seen(set_up, seconds=cut_off)
    (target,) = [one for one in found.judgements if one.is_target]
    assert target.verdict is (Verdict.CUT if apart > 0 else Verdict.SPARED)
    assert word in target.reason


def test_the_canary_is_nobody() -> None:
    """Our own canary's session is neither leaked nor a bystander, although the cut denies it."""
    set_up = scene()
    made, lineage = set_up.planned(), set_up.found()
    assert made.canary is not None
    own = msgspec.structs.replace(
        lineage.sessions[0], id="s-canary", principal_id=made.canary.principal_id, session_name=made.canary.session_name
    )
    found = preview(made, (*lineage.sessions, own), START, targets=lineage.on_the_role)
    assert "s-canary" not in {one.session_id for one in found.judgements}
    assert len(found.judgements) == 3


def test_sessions_of_another_role_are_not_judged() -> None:
    """A policy on one role says nothing of another role's sessions."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=5))
    assert len(set_up.found().sessions) == 4
    assert len(seen(set_up).judgements) == 3


def test_an_expired_session_is_no_bystander() -> None:
    """Who is hit after his session ended is not hit."""
    set_up = scene()
    set_up.clock.at += timedelta(hours=13)
    found = seen(set_up, rung="older-sessions", seconds=13 * 3600)
    assert not any(judgement.is_live for judgement in found.judgements)
    assert found.bystanders == ()


def test_unsure_counts_as_hit() -> None:
    """A bystander whose issue time nobody knows may be hit by a cut of the whole role, and is counted."""
    set_up = scene()
    made, lineage = set_up.planned(rung="older-sessions"), set_up.found()
    bob = msgspec.structs.replace(lineage.sessions[1], id="s-bob", issued_at=None, live=None)
    found = preview(made, (bob,), START, targets=())
    assert [one.verdict for one in found.bystanders] == [Verdict.UNSURE]


def test_without_a_trail_nobody_is_known() -> None:
    """An unreadable trail is `bystanders unknown`, never none."""
    set_up = scene()
    set_up.trail.is_unreadable = True
    assert not seen(set_up).bystanders_known
