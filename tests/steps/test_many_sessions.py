"""A thief who assumed the role again and again: every one of his sessions is cut by one policy, and nobody else."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes import START
from tests.steps.made import Scene, issuance, keith_identity, scene
from unassume.iam.limits import LIMITS
from unassume.means.mark import our_statements
from unassume.means.packing import size
from unassume.model.plans import Plan
from unassume.model.previews import Verdict
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.preview import preview
from unassume.steps.undo import undo


def juggled(count: int) -> tuple[Scene, Plan]:
    """Keith's leaked session has assumed its own role so many times, each time under another name."""
    set_up = scene()
    for number in range(count):
        at, key = START - timedelta(minutes=5), f"ASIAEXAMPLELOOT{number:05}"
        set_up.trail.seen.append(issuance(f"loot-{number:03}", at, key, caller=keith_identity()))
    return set_up, set_up.planned()


def test_hundreds_of_sessions_are_cut_and_undone_by_one_policy() -> None:
    """The plan holds one change within the quota; all targets are cut, Bob and Mary spared, and undo takes it away."""
    set_up, made = juggled(150)
    (change,) = made.changes
    assert len(made.targets) == 151
    assert size(change.after or "") <= LIMITS["role"]
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    assert {(one.is_target, one.verdict) for one in seen.judgements} == {(True, Verdict.CUT), (False, Verdict.SPARED)}
    receipt = apply(made, set_up.world)
    written = our_statements(set_up.accounts.slots[set_up.slot(made)]) or ()
    assert len(written) == 152  # the canary's too
    assert apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True)).is_complete
    assert set_up.accounts.slots == {}


def test_more_than_fit_are_a_gap_with_their_number() -> None:
    """Beyond the quota nothing is cut by half: the gap says how many would fit, and which rung needs least."""
    _, made = juggled(400)
    assert made.changes == ()
    (why,) = [gap.why for gap in made.gaps if "characters" in gap.why]
    assert "of its 402 sessions would fit" in why
    assert "older-sessions" in why
