"""undo: the inverse plan, through the same apply, guards and all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.steps.made import EVERYTHING, FOREIGN, LOST, REFUSED, Scene, scene
from tests.steps.test_apply import STATES, delete_role, recreate_role, stopped
from unassume.errors import AccessError, PartialError, RefusedError, StaleError
from unassume.model.plans import Plan
from unassume.model.receipts import Receipt, Undone
from unassume.steps.apply import apply, resume
from unassume.steps.checks import check_plan
from unassume.steps.guards import Consent
from unassume.steps.undo import undo

REOPEN = Consent(reopen=True)


def cut() -> tuple[Scene, Receipt]:
    set_up = scene()
    return set_up, apply(set_up.planned(), set_up.world)


def test_undo_puts_back_what_stood() -> None:
    """The account's policies are as before the cut, and the receipt says by which other it was undone."""
    set_up, receipt = cut()
    done = apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    assert set_up.accounts.slots == {}
    assert set_up.receipt(receipt.id).undone_by == done.id
    assert (done.plan.purpose, done.plan.undoes) == ("undo", receipt.id)


@pytest.mark.parametrize(("after", "is_written"), [state for state in STATES if state[0] > 1])
def test_undo_puts_back_from_every_state(after: int, is_written: bool) -> None:
    """Wherever apply stopped after its intent, undo ends with the account exactly as it was."""
    set_up, _, _ = stopped(after, is_written)
    done = apply(undo(set_up.receipt(), set_up.world), set_up.world, REOPEN)
    assert done.is_complete
    assert set_up.accounts.slots == {}


def test_what_was_never_intended_needs_no_undo() -> None:
    """A receipt that stopped before any intent has nothing to put back, and undo says so of it, not of a plan."""
    set_up, _, _ = stopped(1, False)
    with pytest.raises(RefusedError, match="wrote nothing"):
        undo(set_up.receipt(), set_up.world)


@pytest.mark.parametrize("is_lost", [False, True], ids=["not written", "written all the same"])
def test_what_aws_refused_is_put_back_too(is_lost: bool) -> None:
    """Undo looks at what stands, not at what AWS said of it: a refused write leaves nothing behind either way."""
    set_up = scene(faults=[REFUSED], is_lost=is_lost)
    with pytest.raises(AccessError):
        apply(set_up.planned(), set_up.world)
    assert set_up.receipt().states == ("refused",)
    receipt = set_up.receipt()
    apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    assert set_up.accounts.slots == {}
    assert set_up.receipt(receipt.id).undone_by is not None


def test_undo_asks_while_a_cut_session_may_live() -> None:
    """Before the statement's expiry undo is refused without consent; afterwards nobody is asked."""
    set_up, receipt = cut()
    with pytest.raises(RefusedError, match="gives them access again") as caught:
        apply(undo(receipt, set_up.world), set_up.world)
    assert caught.value.facts == {"guard": "reopen"}
    assert "--reopen" in caught.value.hint
    assert len(set_up.accounts.slots) == 1
    set_up.clock.at = receipt.begun.cut_off + timedelta(hours=36)
    assert apply(undo(receipt, set_up.world), set_up.world).is_complete


def test_undo_needs_no_trail() -> None:
    """Only denies are taken away: who else is on the role does not matter, and an unreadable trail is no obstacle."""
    set_up, receipt = cut()
    set_up.trail.is_unreadable = True
    assert apply(undo(receipt, set_up.world), set_up.world, REOPEN).is_complete


def test_a_policy_somebody_edited_is_not_deleted() -> None:
    """An edited policy is stale: it stays as its editor left it."""
    set_up, receipt = cut()
    slot = receipt.begun.changes[0].slot
    set_up.accounts.edit(slot, FOREIGN)
    with pytest.raises(StaleError, match="changed since"):
        apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert set_up.accounts.slots == {slot: FOREIGN}


def test_a_policy_already_gone_is_no_obstacle() -> None:
    """When somebody deleted our policy by hand, undo ends well and the receipt is closed."""
    set_up, receipt = cut()
    set_up.accounts.slots.clear()
    apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert set_up.receipt(receipt.id).undone_by is not None


@pytest.mark.parametrize("meanwhile", [recreate_role, delete_role])
def test_a_role_that_is_gone_is_no_obstacle(meanwhile: Callable[[Scene, Plan], None]) -> None:
    """A deleted role took our policy with it, and a new one of its name never had it: undone, and told so."""
    set_up, receipt = cut()
    made = undo(receipt, set_up.world)
    meanwhile(set_up, made)
    set_up.accounts.slots.clear()
    undone = apply(made, set_up.world, REOPEN)
    assert (undone.is_complete, undone.begun.absent) == (True, (0,))
    assert set_up.receipt(receipt.id).undone_by == undone.id


def test_our_policy_on_a_new_role_of_the_name_is_taken_away() -> None:
    """Whoever made the role anew put our text on it too: it is still ours to take back."""
    set_up, receipt = cut()
    recreate_role(set_up, receipt.plan)
    undone = apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    assert (undone.begun.absent, set_up.accounts.slots) == ((), {})


def test_another_text_on_a_new_role_of_the_name_is_left() -> None:
    """Under our name, and not our text: stale, and it stays."""
    set_up, receipt = cut()
    recreate_role(set_up, receipt.plan)
    slot = receipt.begun.changes[0].slot
    set_up.accounts.edit(slot, FOREIGN)
    with pytest.raises(StaleError, match="changed since"):
        apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert set_up.accounts.slots == {slot: FOREIGN}


def test_an_undo_whose_role_went_half_way_is_resumed() -> None:
    """A lost answer, and the role is deleted before the next try: resume ends it and closes the first receipt."""
    set_up, receipt = cut()
    set_up.accounts.faults = [AccessError("the answer was lost")]
    with pytest.raises(PartialError):
        apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    delete_role(set_up, receipt.plan)
    set_up.accounts.slots.clear()
    undone = resume(set_up.receipt(), set_up.world, REOPEN)
    assert (undone.is_complete, set_up.receipt(receipt.id).undone_by) == (True, undone.id)


def test_a_cut_is_undone_once() -> None:
    """Undone already is said, for undo and for resume."""
    set_up, receipt = cut()
    apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    with pytest.raises(RefusedError, match="undone already"):
        undo(set_up.receipt(receipt.id), set_up.world)
    with pytest.raises(RefusedError, match="was undone"):
        resume(set_up.receipt(receipt.id), set_up.world)


def test_an_undo_that_stopped_is_resumed() -> None:
    """A lost answer in the undo is partial; resume finishes it and closes the first receipt."""
    set_up, receipt = cut()
    set_up.accounts.faults = [LOST]
    with pytest.raises(PartialError):
        apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    assert set_up.receipt(receipt.id).undone_by is None
    done = resume(set_up.receipt(), set_up.world, REOPEN)
    assert set_up.accounts.slots == {}
    assert set_up.receipt(receipt.id).undone_by == done.id


def test_an_undo_that_stopped_before_its_last_word_is_resumed() -> None:
    """All written, but the first receipt not told: that is partial, and resume tells it, once."""
    set_up, receipt = cut()
    set_up.journal.fail_on = Undone
    with pytest.raises(PartialError, match="the disk is full"):
        apply(undo(receipt, set_up.world), set_up.world, REOPEN)
    assert set_up.receipt(receipt.id).undone_by is None
    for _ in range(2):
        resume(set_up.receipt(), set_up.world, REOPEN)
    assert sum(isinstance(entry, Undone) for entry in set_up.journal.kept[receipt.id]) == 1


def test_a_receipt_kept_elsewhere_can_be_undone() -> None:
    """A receipt brought from another machine is undone, although it cannot be told so."""
    set_up, receipt = cut()
    del set_up.journal.kept[receipt.id]
    assert apply(undo(receipt, set_up.world), set_up.world, REOPEN).is_complete
    assert set_up.accounts.slots == {}


def test_an_undo_is_a_plan_of_ours() -> None:
    """The inverse plan passes the check every plan file has to pass."""
    set_up, receipt = cut()
    check_plan(undo(receipt, set_up.world))
