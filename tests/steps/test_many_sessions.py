"""A thief who assumed the role again and again: every one of his sessions is cut by one policy, and nobody else."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes import START
from tests.steps.made import ROLE_NAME, WORK, Scene, issuance, keith_identity, made_role, scene
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


def test_more_than_one_policy_holds_are_cut_by_several() -> None:
    """Each policy has a canary of its own, the cut holds only when all are refused, and undo takes all away."""
    set_up, made = juggled(400)
    assert len(made.changes) > 1
    assert len(made.canaries) == len(made.changes)
    (chosen,) = (one for one in made.outlooks if one.chosen)
    assert (set(chosen.cut), chosen.bystanders) == (set(made.targets), ())
    receipt = apply(made, set_up.world)
    assert receipt.enforced.by == f"our {len(made.changes)} canaries were refused with an explicit deny"
    assert {probe.session_name for probe in set_up.accounts.probed} == {one.session_name for one in made.canaries}
    assert apply(undo(receipt, set_up.world), set_up.world, Consent(reopen=True)).is_complete
    assert set_up.accounts.slots == {}


def test_one_policy_not_enforced_yet_proves_nothing() -> None:
    """Where one canary of several is still let in, nobody knows since when the cut holds."""
    set_up, made = juggled(400)
    set_up.accounts.propagation = 3
    late = made.changes[-1].slot

    def delay(slot: object) -> None:
        if slot == late:
            set_up.accounts.propagation = 10**6

    set_up.accounts.after_write = delay
    assert apply(made, set_up.world).enforced.at is None


def test_more_than_the_role_takes_are_a_gap_with_their_number() -> None:
    """Beyond every quota nothing is cut by half: the gap says how many would fit, and which rung needs least."""
    set_up, _ = juggled(400)
    taken = {f"arn:aws:iam::aws:policy/P{number}": WORK for number in range(9)}
    set_up.accounts.roles[ROLE_NAME] = made_role(attached=taken)
    made = set_up.planned()
    assert made.changes == ()
    (why,) = [gap.why for gap in made.gaps if "characters" in gap.why]
    assert "of its 401 sessions would fit" in why
    assert "older-sessions" in why
