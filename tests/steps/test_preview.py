"""preview: whom the very text that will be written would hit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import CHILD_NAME, ISSUED, KEITH, WHOLE_ROLE, Scene, issuance, keith_identity, scene
from unassume.means.mark import document
from unassume.model.leads import Lead
from unassume.model.plans import RungName
from unassume.model.previews import Preview, Verdict
from unassume.model.selectors import HoldSelector, IssuanceSelector, Selector
from unassume.model.sightings import Identity
from unassume.steps.preview import preview


def seen(set_up: Scene, lead: Lead = KEITH, rung: RungName | None = None, seconds: float = 30) -> Preview:
    """The preview of a plan as of now."""
    lineage, made = set_up.found(lead), set_up.planned(lead, rung=rung)
    return preview(made, lineage.sessions, START + timedelta(seconds=seconds), targets=lineage.on_the_holders)


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


@pytest.mark.parametrize("selector", [HoldSelector(), IssuanceSelector("", START, START + timedelta(1))])
def test_a_reason_speaks_of_a_cut_off_only_where_one_decides(selector: Selector) -> None:
    """A hold and a cut of one issuance have no cut-off to be before or after."""
    set_up = scene()
    lineage, made = set_up.found(KEITH), set_up.planned(KEITH)
    keith = next(one for one in lineage.sessions if one.session_name == "keith")
    keith = msgspec.structs.replace(keith, are_tags_known=False, source_identity="k.miller")
    if isinstance(selector, IssuanceSelector):
        selector = msgspec.structs.replace(selector, principal_id=keith.principal_id)
    change = msgspec.structs.replace(made.changes[0], after=document((selector,)))
    found = preview(msgspec.structs.replace(made, changes=(change,)), (keith,), START, targets=())
    assert "cut-off" not in found.judgements[0].reason


def test_the_canary_is_nobody() -> None:
    """Our own canary's session is neither leaked nor a bystander, although the cut denies it."""
    set_up = scene()
    made, lineage = set_up.planned(), set_up.found()
    (canary,) = made.canaries
    own = msgspec.structs.replace(
        lineage.sessions[0], id="s-canary", principal_id=canary.principal_id, session_name=canary.session_name
    )
    found = preview(made, (*lineage.sessions, own), START, targets=lineage.on_the_holders)
    assert "s-canary" not in {one.session_id for one in found.judgements}
    assert len(found.judgements) == 3


def test_sessions_of_another_role_are_not_judged() -> None:
    """A policy on one role says nothing of another role's sessions."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=5))
    set_up.accounts.roles.pop(CHILD_NAME)
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


@pytest.mark.parametrize(
    "lacking",
    [{"is_unreadable": True}, {"refused": frozenset({"eu-west-1"})}, {"gaps": ("12 events were left out",)}],
    ids=["no trail", "a region refused", "a gap"],
)
def test_without_the_whole_trail_nobody_is_known(lacking: dict[str, Any]) -> None:
    """A trail that is not read in every region, or not whole, is `bystanders unknown`, never none."""
    set_up = scene()
    for name, value in lacking.items():
        setattr(set_up.trail, name, value)
    assert not seen(set_up).bystanders_known


def anne_s(set_up: Scene, **more: Any) -> None:
    """Another user holds a session under Keith's name."""
    anne = Identity(kind="IAMUser", account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/anne", principal_id="AIDAANNE")
    set_up.trail.seen.append(
        issuance("keith", START - timedelta(minutes=30), "ASIAEXAMPLEANNE00000", caller=anne, **more)
    )


def test_a_shared_name_has_sharers() -> None:
    """Where two people hold sessions of the leaked name, one of them is cut for the other."""
    set_up = scene()
    assert seen(set_up).sharers == 0
    anne_s(set_up)
    assert seen(set_up).sharers == 1


def test_a_dead_namesake_shares_nothing() -> None:
    """Whose session has ended loses nothing."""
    set_up = scene()
    anne_s(set_up, hours=0.25)
    assert seen(set_up).sharers == 0


def test_what_a_leaked_session_issued_shares_nothing() -> None:
    """A session of the role below the leaked one has another issuer, and is the thief's all the same."""
    set_up = scene()
    set_up.trail.seen.append(issuance("keith", START, "ASIAEXAMPLESELF00000", caller=keith_identity(), hours=1))
    assert seen(set_up).sharers == 0
