"""apply: exactly the plan, intent before the call, and a receipt from which anything goes on."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import (
    EVERYTHING,
    FOREIGN,
    KEITH,
    LOST,
    REFUSED,
    ROLE_ID,
    ROLE_NAME,
    THROTTLED,
    Scene,
    issuance,
    made_role,
    scene,
)
from unassume.errors import AccessError, InputError, PartialError, RefusedError, StaleError, UnassumeError
from unassume.means.mark import bind, our_statements
from unassume.model.evidence import Probe
from unassume.model.plans import CutOff, Plan
from unassume.model.receipts import Begun, Entry, Intended, Observed, Refused, Written, fold
from unassume.model.slots import Slot
from unassume.steps.apply import apply, resume
from unassume.steps.guards import Consent
from unassume.steps.undo import undo

KINDS: dict[type, str] = {
    Observed: "observed",
    Begun: "begun",
    Intended: "intended",
    Written: "written",
    Refused: "refused",
}


def kinds(set_up: Scene) -> list[str]:
    """The entries of the newest receipt, by kind."""
    return [KINDS.get(type(entry), "?") for entry in set_up.journal.entries(list(set_up.journal.kept)[-1])]


def failing(set_up: Scene, made: Plan, error: type[UnassumeError], match: str, consent: Consent | None = None) -> None:
    """The plan fails like this, nothing is written and no receipt is left."""
    with pytest.raises(error, match=match):
        apply(made, set_up.world, consent)
    assert set_up.accounts.writes == []
    assert set_up.journal.kept == {}


def test_a_plan_is_carried_out() -> None:
    """The one policy stands as planned with the cut-off bound, and the receipt says written."""
    set_up = scene()
    made = set_up.planned()
    receipt = apply(made, set_up.world)
    assert receipt.is_complete
    assert set_up.accounts.slots == {set_up.slot(made): bind(made.changes[0].after, receipt.begun.cut_off)}
    assert kinds(set_up) == ["begun", "intended", "written", "observed"]
    assert receipt == set_up.receipt()


@pytest.mark.parametrize("fraction", [0.0, 0.4])
def test_the_cut_off_is_aws_s_now_rounded_up_and_half_a_minute(fraction: float) -> None:
    """The local clock is 100 s ahead, and time has passed since the plan: only AWS's clock at apply counts."""
    set_up = scene(skew=100.0)
    made = set_up.planned()
    set_up.clock.at += timedelta(seconds=600 + fraction)
    receipt = apply(made, set_up.world)
    expected = START + timedelta(seconds=600 - 100 + (1 if fraction else 0) + 30)
    assert receipt.begun.cut_off == expected
    (own, _) = our_statements(set_up.accounts.slots[set_up.slot(made)]) or ()
    assert own.cut_off == expected


def test_a_pinned_cut_off_is_taken_as_it_is() -> None:
    """`--cut-off` is not moved by the time of the apply."""
    pinned = START + timedelta(seconds=5)
    set_up = scene()
    made = set_up.planned(cut_off=CutOff(at=pinned))
    set_up.clock.at += timedelta(minutes=3)
    assert apply(made, set_up.world).begun.cut_off == pinned


def test_the_receipt_holds_what_was_seen() -> None:
    """The raw events, how far the trail reached, who wrote, and how the canary was answered are all kept."""
    set_up = scene()
    made = set_up.planned()
    begun = apply(made, set_up.world).begun
    (canary,) = made.canaries
    assert {event.event_id for event in begun.raw_events} == {event.event_id for event in made.raw_events} != set()
    assert (begun.seen_up_to, begun.caller_arn, begun.canaries_before) == (START, made.caller_arn, ("allowed",))
    assert set(set_up.accounts.probed) == {Probe(role_arn=canary.role_arn, session_name=canary.session_name)}


@pytest.mark.parametrize("outcome", ["unavailable", "explicit-deny", "denied"])
def test_a_canary_that_cannot_prove_does_not_hold_up_the_cut(outcome: str) -> None:
    """However the canary is answered, the policy is written, and the answer is kept for verify."""
    set_up = scene(probes=[outcome])
    receipt = apply(set_up.planned(), set_up.world)
    assert receipt.is_complete
    assert receipt.begun.canaries_before == (outcome,)


def change_slot(set_up: Scene, made: Plan) -> None:
    set_up.accounts.edit(set_up.slot(made), FOREIGN)


def recreate_role(set_up: Scene, _: Plan) -> None:
    set_up.accounts.roles[ROLE_NAME] = made_role(role_id="AROAEXAMPLEANALYST999")


def delete_role(set_up: Scene, _: Plan) -> None:
    del set_up.accounts.roles[ROLE_NAME]


def fill_quota(set_up: Scene, _: Plan) -> None:
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={"full": "x" * 10_000})


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (change_slot, "changed since the plan"),
        (recreate_role, "re-created"),
        (delete_role, "is gone"),
        (fill_quota, "no longer fits"),
    ],
)
def test_an_account_that_moved_on_is_stale(meanwhile: object, why: str) -> None:
    """A slot, a role id or a quota that is not as the plan saw it stops apply before anything is written."""
    assert callable(meanwhile)
    set_up = scene()
    made = set_up.planned()
    meanwhile(set_up, made)
    failing(set_up, made, StaleError, why)


def test_anything_else_may_move() -> None:
    """A tag, another policy or a new trust on the role does not stop the cut: else a thief could."""
    set_up = scene()
    made = set_up.planned()
    set_up.accounts.roles[ROLE_NAME] = made_role(tags={"touched": "yes"}, trust='{"x":1}', inline={"more": FOREIGN})
    assert apply(made, set_up.world).is_complete


def test_credentials_of_another_account_are_refused() -> None:
    """A plan for one account is never tried in another."""
    set_up = scene()
    made = set_up.planned()
    set_up.accounts.who = msgspec.structs.replace(set_up.accounts.who, account="999900001111")
    failing(set_up, made, AccessError, f"account {ACCOUNT}.*999900001111")


def test_a_foreign_plan_is_refused_first() -> None:
    """A plan file with an Allow is not even looked up."""
    set_up = scene()
    made = set_up.planned()
    set_up.trail.asked.clear()
    bad = msgspec.structs.replace(made.changes[0], after=(made.changes[0].after or "").replace("Deny", "Allow"))
    failing(set_up, msgspec.structs.replace(made, changes=(bad,)), RefusedError, "an Allow", EVERYTHING)
    assert set_up.trail.asked == []


def test_a_new_bystander_is_asked_about_again() -> None:
    """Consent to two bystanders does not hold for a third who came since the plan."""
    set_up = scene()
    made = set_up.planned(rung="older-sessions")
    agreed = Consent(max_bystanders=2, confirmed=frozenset({ROLE_NAME}))
    set_up.trail.seen.append(issuance("eve", START, "ASIAEXAMPLEEVE000000"))
    failing(set_up, made, RefusedError, "3 live session", agreed)
    assert apply(made, set_up.world, Consent(max_bystanders=3, confirmed=frozenset({ROLE_NAME}))).is_complete


def test_what_the_thief_minted_since_is_no_bystander() -> None:
    """A session of the leaked name that appeared after the plan is leaked too, and the cut-off reaches it."""
    set_up = scene()
    made = set_up.planned()
    set_up.clock.at += timedelta(minutes=5)
    minted = set_up.clock.at - timedelta(seconds=2)
    set_up.trail.seen.append(issuance("keith", minted, "ASIAEXAMPLEMINTED000"))
    assert apply(made, set_up.world).begun.cut_off > minted


def test_a_certain_refusal_leaves_nothing_half_done() -> None:
    """When AWS says no, nothing is written, the error is AWS's own, and the receipt says refused."""
    set_up = scene(faults=[REFUSED])
    with pytest.raises(AccessError, match="not allowed"):
        apply(set_up.planned(), set_up.world)
    assert set_up.accounts.slots == {}
    assert kinds(set_up) == ["begun", "intended", "refused"]
    assert set_up.receipt().states == ("refused",)


def test_room_that_somebody_else_took_is_stale() -> None:
    """AWS has no room though there was some a moment ago: another responder took it, so the plan is made again."""
    set_up = scene(faults=[AccessError("no room left", facts={"refused": "true", "code": "LimitExceeded"})])
    with pytest.raises(StaleError, match="taken meanwhile") as caught:
        apply(set_up.planned(), set_up.world)
    assert caught.value.hint == "plan again"
    assert set_up.accounts.slots == {}
    assert set_up.receipt().states == ("refused",)


@pytest.mark.parametrize("is_lost", [False, True], ids=["before it took hold", "after it took hold"])
@pytest.mark.parametrize("fault", [LOST, KeyboardInterrupt()], ids=["no answer", "Ctrl-C"])
def test_a_write_nobody_can_vouch_for_is_partial(fault: BaseException, is_lost: bool) -> None:
    """A lost answer or an interrupt in the write names the receipt, and resume finishes from either state."""
    set_up = scene(faults=[fault], is_lost=is_lost)
    made = set_up.planned()
    with pytest.raises(PartialError) as caught:
        apply(made, set_up.world)
    (receipt_id,) = set_up.journal.kept
    assert caught.value.receipt_id == receipt_id
    assert receipt_id in caught.value.hint
    assert set_up.receipt().states == ("intended",)
    set_up.clock.at += timedelta(minutes=10)
    done = resume(set_up.receipt(), set_up.world)
    assert done.is_complete
    assert set_up.accounts.slots == {set_up.slot(made): done.begun.changes[0].after}


@pytest.mark.parametrize("entry", [Intended, Written])
def test_a_full_disk_is_partial(entry: type) -> None:
    """When the journal cannot take an entry after the first, the error names the receipt; nothing is unaccounted."""
    set_up = scene()
    set_up.journal.fail_on = entry
    with pytest.raises(PartialError, match="the disk is full"):
        apply(set_up.planned(), set_up.world)
    assert len(set_up.accounts.writes) == (1 if entry is Written else 0)
    assert resume(set_up.receipt(), set_up.world).is_complete


def test_no_receipt_no_write() -> None:
    """When the first entry cannot be kept, nothing is written."""
    set_up = scene()
    set_up.journal.fail_on = Begun
    with pytest.raises(AccessError, match="the disk is full"):
        apply(set_up.planned(), set_up.world)
    assert set_up.accounts.writes == []


@pytest.mark.parametrize("lag", [1, 29, 30])
def test_a_read_that_lags_is_waited_for(lag: int) -> None:
    """A read that still shows the former state is repeated for up to 30 s."""
    set_up = scene(read_lag=float(lag))
    assert apply(set_up.planned(), set_up.world).is_complete
    assert sum(set_up.clock.slept[:lag]) == lag


def test_a_read_that_never_catches_up_is_partial() -> None:
    """After 30 s the write is called unproved, and a later resume finds it."""
    set_up = scene(read_lag=45.0)
    with pytest.raises(PartialError, match="does not read back as written"):
        apply(set_up.planned(), set_up.world)
    assert sum(set_up.clock.slept) == 30
    set_up.accounts.read_lag = 0.0
    assert resume(set_up.receipt(), set_up.world).is_complete


@pytest.mark.parametrize("fault", [THROTTLED, REFUSED], ids=["throttled", "not allowed"])
def test_a_read_back_that_fails_is_partial(fault: AccessError) -> None:
    """Only a refusal of the write itself is certain: after it, no answer to the read makes the write undone."""
    set_up = scene(read_faults=[fault])
    made = set_up.planned()
    with pytest.raises(PartialError) as caught:
        apply(made, set_up.world)
    assert caught.value.receipt_id == set_up.receipt().id
    assert set_up.receipt().states == ("intended",)
    assert set_up.slot(made) in set_up.accounts.slots
    apply(undo(set_up.receipt(), set_up.world), set_up.world, EVERYTHING)
    assert set_up.accounts.slots == {}


def test_a_throttled_write_is_partial() -> None:
    """Throttling may answer a repeat of a call that was carried out: it is never taken for a refusal."""
    set_up = scene(faults=[THROTTLED], is_lost=True)
    with pytest.raises(PartialError):
        apply(set_up.planned(), set_up.world)
    assert set_up.receipt().states == ("intended",)


def test_somebody_else_s_edit_is_not_waited_for() -> None:
    """What reads back as neither before nor after is an edit: partial at once, and resume finds it stale."""
    set_up = scene()
    set_up.accounts.after_write = lambda slot: set_up.accounts.edit(slot, FOREIGN)
    with pytest.raises(PartialError, match="does not read back as written"):
        apply(set_up.planned(), set_up.world)
    assert set_up.clock.slept == []
    with pytest.raises(StaleError, match="somebody else edited"):
        resume(set_up.receipt(), set_up.world)


def test_an_interrupt_while_reading_back_is_partial() -> None:
    """Ctrl-C while waiting for the read names the receipt, too."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    set_up = scene(read_lag=5.0)
    made = set_up.planned()
    set_up.clock.on_sleep = interrupt
    with pytest.raises(PartialError, match="interrupted"):
        apply(made, set_up.world)


def stopped(after: int, is_written: bool) -> tuple[Scene, Plan, list[Entry]]:
    """An apply that stopped after so many entries, with or without its policy in place."""
    set_up = scene()
    made = set_up.planned()
    receipt = apply(made, set_up.world)
    entries = set_up.journal.kept[receipt.id]
    set_up.journal.kept[receipt.id] = entries[:after]
    if not is_written:
        set_up.accounts.slots.clear()
    set_up.accounts.writes.clear()
    return set_up, made, entries


STATES = [(1, False), (2, False), (2, True), (3, True)]


@pytest.mark.parametrize(("after", "is_written"), STATES)
def test_resume_finishes_from_every_state(after: int, is_written: bool) -> None:
    """Wherever it stopped, resume ends with the very text that was begun, cut-off and all, however late it is."""
    set_up, made, entries = stopped(after, is_written)
    first = fold(entries)
    set_up.clock.at += timedelta(hours=1)
    done = resume(set_up.receipt(), set_up.world)
    assert done.is_complete
    assert set_up.accounts.slots == {set_up.slot(made): first.begun.changes[0].after}
    assert done.begun == first.begun


@pytest.mark.parametrize(
    ("meanwhile", "why"), [(change_slot, "edited"), (recreate_role, "re-created"), (delete_role, "is gone")]
)
def test_resume_looks_before_it_writes(meanwhile: object, why: str) -> None:
    """A slot or role that changed since the stop is stale for resume as well."""
    assert callable(meanwhile)
    set_up, made, _ = stopped(2, False)
    meanwhile(set_up, made)
    with pytest.raises(StaleError, match=why):
        resume(set_up.receipt(), set_up.world)
    assert set_up.accounts.writes == []


@pytest.mark.parametrize("old", ['"Effect":"Deny"', f"{ROLE_ID}:keith", "2026-11-23T18:00:30Z"])
def test_resume_writes_nothing_but_its_plan(old: str) -> None:
    """A receipt file whose bound text is not its own plan's is refused, as a foreign plan file is."""
    set_up, _, _ = stopped(2, False)
    receipt = set_up.receipt()
    new = {'"Effect":"Deny"': '"Effect":"Allow"', f"{ROLE_ID}:keith": f"{ROLE_ID}:bob"}.get(old, "2090-01-01T00:00:00Z")
    text = receipt.begun.changes[0].after or ""
    assert old in text
    forged = msgspec.structs.replace(receipt.begun.changes[0], after=text.replace(old, new))
    begun = msgspec.structs.replace(receipt.begun, changes=(forged,))
    with pytest.raises(RefusedError, match="something else than its plan"):
        resume(msgspec.structs.replace(receipt, begun=begun), set_up.world, EVERYTHING)
    assert set_up.accounts.writes == []


def test_resume_goes_through_the_guards() -> None:
    """Who came onto the role since is asked about before resume writes."""
    set_up = scene(faults=[LOST])
    agreed = Consent(max_bystanders=2, confirmed=frozenset({ROLE_NAME}))
    with pytest.raises(PartialError):
        apply(set_up.planned(rung="older-sessions"), set_up.world, agreed)
    set_up.trail.seen.append(issuance("eve", START, "ASIAEXAMPLEEVE000000"))
    with pytest.raises(RefusedError, match="3 live session"):
        resume(set_up.receipt(), set_up.world, agreed)
    assert set_up.accounts.slots == {}


def test_what_stood_before_is_saved_with_its_digest() -> None:
    """A document that is deleted is in the receipt, byte for byte, before the first write."""
    set_up = scene()
    receipt = apply(set_up.planned(), set_up.world)
    text = receipt.begun.changes[0].after or ""
    (saved,) = apply(undo(receipt, set_up.world), set_up.world, EVERYTHING).begun.documents
    assert (saved.text, saved.sha256) == (text, hashlib.sha256(text.encode()).hexdigest())


def test_applying_the_same_plan_twice_is_stale() -> None:
    """A plan that was carried out does not fit what it left behind."""
    set_up = scene()
    made = set_up.planned(KEITH)
    apply(made, set_up.world)
    with pytest.raises(StaleError, match="changed since the plan"):
        apply(made, set_up.world)
    assert len(set_up.accounts.writes) == 1


def test_a_lead_in_a_foreign_plan_is_read_strictly() -> None:
    """A plan whose lead is none is bad input, and nothing is written."""
    set_up = scene()
    failing(set_up, msgspec.structs.replace(set_up.planned(), lead="arn:aws:s3:::no-lead"), InputError, "is no lead")


def test_the_slot_written_is_the_slot_planned() -> None:
    """One slot is written, once, from nothing."""
    set_up = scene()
    made = set_up.planned()
    apply(made, set_up.world)
    ((slot, before, after),) = set_up.accounts.writes
    expected: Slot = made.changes[0].slot
    assert (slot, before) == (expected, None)
    assert f"{ROLE_ID}:keith" in (after or "")
