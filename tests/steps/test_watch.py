"""watch: a loss is seen at the next look, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from tests.fakes import START
from tests.steps.made import (
    CHILD_ID,
    CHILD_NAME,
    EVERYTHING,
    FOREIGN,
    ISSUED,
    KEYS,
    ROLE_NAME,
    Scene,
    issuance,
    keith_identity,
    made_role,
    scene,
    use,
)  # fmt: skip
from unassume.errors import AccessError, RefusedError
from unassume.means.mark import NEEDED_FOR
from unassume.model.evidence import Watched
from unassume.model.receipts import Receipt
from unassume.steps.apply import apply
from unassume.steps.undo import undo
from unassume.steps.watch import until_clean, watch

MINUTE = timedelta(minutes=1)
AN_HOUR = START + timedelta(hours=1)
CAN_WRITE = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}'


def cut() -> tuple[Scene, Receipt]:
    set_up = scene()
    return set_up, apply(set_up.planned(), set_up.world, EVERYTHING)


def watched(set_up: Scene, receipt: Receipt, meanwhile: Callable[[], None] | None = None) -> Watched:
    """A watch of an hour, in which something happens after ten minutes."""

    def slept() -> None:
        if meanwhile is not None and set_up.clock.at >= START + 10 * MINUTE:
            set_up.clock.on_sleep = None
            meanwhile()

    set_up.clock.on_sleep = slept
    return watch(receipt, set_up.world, every=MINUTE, until=AN_HOUR)


def test_a_cut_that_holds_is_contained_to_the_end() -> None:
    """Looked at every minute, nothing lost: contained."""
    found = watched(*cut())
    assert (found.losses, found.contained) == ((), True)
    assert found.looks >= 60


def gone(set_up: Scene) -> None:
    set_up.accounts.edit(next(iter(set_up.accounts.slots)), None)


def edited(set_up: Scene) -> None:
    set_up.accounts.edit(next(iter(set_up.accounts.slots)), FOREIGN)


def allowed(set_up: Scene) -> None:
    at = set_up.clock.at
    set_up.trail.seen.append(use("keith", ISSUED["keith"], KEYS["keith"], at, last_allowed_at=at))


def issued(set_up: Scene) -> None:
    set_up.child(set_up.clock.at)


def may_write(set_up: Scene) -> None:
    set_up.accounts.roles[ROLE_NAME] = made_role(inline={"work": CAN_WRITE})


@pytest.mark.parametrize(
    ("meanwhile", "proof"),
    [
        (gone, "policies-stand"), (edited, "policies-stand"), (allowed, "enforced"), (issued, "nothing-left"),
        (may_write, "nothing-left"),
    ],
)  # fmt: skip
def test_a_loss_is_seen_at_the_next_look(meanwhile: Callable[[Scene], None], proof: str) -> None:
    """The deny gone or edited, an allowed call, a child on another role, a role that may now write IAM."""
    set_up, receipt = cut()
    found = watched(set_up, receipt, lambda: meanwhile(set_up))
    assert proof in {loss.proof for loss in found.losses}
    assert found.ended_at <= START + 13 * MINUTE


def test_an_undo_is_a_loss() -> None:
    """Whoever undid it: the sessions it stopped are free."""
    set_up, receipt = cut()
    found = watched(set_up, receipt, lambda: _undone(set_up, receipt))
    assert found.losses


def _undone(set_up: Scene, receipt: Receipt) -> None:
    apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)


def test_what_stood_against_it_at_first_is_no_loss() -> None:
    """A role that may always write IAM was told by the plan: the watch ends unproven, and loses nothing."""
    set_up = scene()
    may_write(set_up)
    receipt = apply(set_up.planned(), set_up.world, EVERYTHING)
    found = watched(set_up, receipt)
    assert (found.losses, found.contained) == ((), False)


def test_a_look_that_fails_is_neither() -> None:
    """No answer for some looks: told, repeated, and the watch goes on to its end."""
    set_up, receipt = cut()
    set_up.accounts.read_faults = []

    def unreachable() -> None:
        set_up.accounts.read_faults = [AccessError("no answer from `AWS`")] * 3

    found = watched(set_up, receipt, unreachable)
    assert (found.losses, found.contained) == ((), True)


def test_dead_credentials_end_the_watch() -> None:
    """Nobody looks any more: that is an error, never a quiet end."""
    set_up, receipt = cut()

    def expired() -> None:
        set_up.accounts.read_faults = [AccessError("expired", facts={"credentials": "ExpiredToken"})]

    with pytest.raises(AccessError, match="expired"):
        watched(set_up, receipt, expired)


def test_without_an_end_it_watches_as_long_as_the_cut_is_needed() -> None:
    """The end is read from the documents' literals; a hold has none."""
    set_up, receipt = cut()
    found = watch(receipt, set_up.world, every=timedelta(hours=1))
    assert found.ended_at >= receipt.begun.cut_off + NEEDED_FOR
    set_up = scene()
    held = apply(set_up.planned(rung="hold"), set_up.world, EVERYTHING)
    with pytest.raises(RefusedError, match="no end"):
        watch(held, set_up.world, every=MINUTE)
    assert msgspec.json.encode(found)


def cleaned(set_up: Scene, receipt: Receipt, meanwhile: Callable[[], None], times: int = 3) -> Watched:
    """A watch of an hour that cuts again, with something happening after ten minutes."""

    def slept() -> None:
        if set_up.clock.at >= START + 10 * MINUTE:
            set_up.clock.on_sleep = None
            meanwhile()

    set_up.clock.on_sleep = slept
    return until_clean(receipt, set_up.world, times=times, every=MINUTE, until=AN_HOUR)


def test_what_a_leaked_session_issues_meanwhile_is_cut_again() -> None:
    """The new session is cut by a receipt of its own, and the watch ends contained."""
    set_up, receipt = cut()
    found = cleaned(set_up, receipt, lambda: issued(set_up))
    assert (found.losses, found.contained, len(found.cut_again)) == ((), True, 1)
    assert {slot.subject.name for slot in set_up.accounts.slots} == {ROLE_NAME, CHILD_NAME}


@pytest.mark.parametrize(
    ("happens", "why"), [(gone, "for a person"), (edited, "for a person"), (may_write, "no session is new")]
)
def test_what_cutting_again_does_not_mend_is_a_loss(happens: Callable[[Scene], None], why: str) -> None:
    """A policy that is gone or edited, and a role that may take it away, is told and left to a person."""
    set_up, receipt = cut()
    writes = len(set_up.accounts.writes)
    found = cleaned(set_up, receipt, lambda: happens(set_up))
    assert found.losses
    assert (found.cut_again, why in found.why_not_again) == ((), True)
    assert len(set_up.accounts.writes) == writes


def test_an_uncertain_child_is_not_cut_again() -> None:
    """Where the trail only makes it likely that the leaked session issued it, nothing is written."""
    set_up, receipt = cut()

    def happens() -> None:
        caller = msgspec.structs.replace(keith_identity(), key_id=None, issued_at=None)
        at, role = set_up.clock.at, (CHILD_NAME, CHILD_ID)
        set_up.trail.seen.append(issuance("loot", at, "ASIAEXAMPLECHILD0000", caller=caller, role=role, hours=1))

    found = cleaned(set_up, receipt, happens)
    assert found.losses
    assert "not certain" in found.why_not_again
    assert found.cut_again == ()


def test_it_is_cut_again_so_often_and_no_more() -> None:
    """A child whose role has a bystander on the leaked name, or one more than was agreed to, ends the watch."""
    set_up, receipt = cut()
    found = cleaned(set_up, receipt, lambda: issued(set_up), times=0)
    assert (found.cut_again, found.why_not_again) == ((), "it was cut again 0 times already")
    assert found.losses


def test_a_bystander_is_never_hit_again() -> None:
    """Somebody else holds the name on the second role: the guard refuses, and nobody is asked."""
    set_up, receipt = cut()
    at = START - timedelta(minutes=30)
    other = issuance("loot", at, "ASIAEXAMPLEOTHER0000", role=(CHILD_NAME, CHILD_ID))
    set_up.trail.seen.append(other)
    found = cleaned(set_up, receipt, lambda: issued(set_up))
    assert found.losses
    assert found.cut_again == ()
    assert {slot.subject.name for slot in set_up.accounts.slots} == {ROLE_NAME}
