"""status and prune: what stands is told by its own text, and only what stops nobody any more is taken away."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ACCOUNT, START
from tests.means.made import CUT_OFFS, SELECTORS
from tests.steps.made import EVERYTHING, FOREIGN, ROLE_ID, ROLE_NAME, WORK, Scene, made_role, scene
from unassume.errors import PartialError, RefusedError
from unassume.means import recognise
from unassume.means.mark import NEEDED_FOR, bind, document, policy_name
from unassume.model.inventories import HeldPolicy
from unassume.model.plans import RungName
from unassume.model.selectors import CanarySelector, HoldSelector, Selector
from unassume.steps.apply import apply
from unassume.steps.prune import prune
from unassume.steps.status import status
from unassume.steps.undo import undo

LONG_AFTER = timedelta(hours=40)
BUTTON = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny", "Action": ["*"], "Resource": ["*"],
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:00:00Z"}},
        },
    }
)  # fmt: skip


def cut(rung: RungName = "session-name", **more: object) -> Scene:
    """The incident, cut."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = msgspec.structs.replace(made_role(), **more)
    apply(set_up.planned(rung=rung), set_up.world, EVERYTHING)
    return set_up


def held(text: str, name: str = "") -> HeldPolicy:
    return HeldPolicy(
        account=ACCOUNT, holder="role", holder_name=ROLE_NAME, holder_id=ROLE_ID, text=text,
        name=name or policy_name("inc-1", text),
    )  # fmt: skip


def test_a_cut_that_stands_is_told_with_its_times() -> None:
    """By its own literals: the incident, the cut-off, until when it is needed, and how many sessions it names."""
    set_up = cut()
    found = status(set_up.world)
    (one,) = found.ours
    at = START + timedelta(seconds=30)
    assert (one.incident, one.state, one.cut_off, one.until, one.sessions) == (
        "inc-1",
        "needed",
        at,
        at + NEEDED_FOR,
        1,
    )
    assert (found.theirs, found.leftovers, found.is_clean) == ((), (), True)


def test_it_is_over_when_no_session_can_live() -> None:
    """36 hours after the cut-off, by AWS's clock."""
    set_up = cut()
    set_up.clock.at += NEEDED_FOR
    assert status(set_up.world).ours[0].state == "needed"
    set_up.clock.at += timedelta(seconds=31)
    assert status(set_up.world).ours[0].state == "over"


def test_a_hold_is_never_over() -> None:
    """A hold stays until it is lifted, however long."""
    set_up = cut("hold")
    set_up.clock.at += timedelta(days=400)
    found = status(set_up.world)
    assert (found.ours[0].state, found.ours[0].sessions, prune(found, set_up.world).changes) == ("hold", None, ())


def test_what_somebody_edited_is_told_and_left() -> None:
    """Our name with another text is reported, and its vanished receipt too; a prune leaves it."""
    set_up = cut()
    (slot,) = set_up.accounts.slots
    set_up.accounts.edit(slot, FOREIGN)
    found = status(set_up.world)
    assert ([one.state for one in found.ours], found.is_clean) == (["edited"], False)
    assert [one.state for one in found.leftovers] == ["vanished"]
    set_up.clock.at += LONG_AFTER
    assert prune(status(set_up.world), set_up.world).changes == ()


def test_a_cut_that_vanished_is_told_unless_it_was_undone() -> None:
    """A policy that is gone without an undo is a loss; one that was undone, or is over, is not."""
    set_up = cut()
    receipt = set_up.receipt()
    (slot,) = set_up.accounts.slots
    text = set_up.accounts.slots[slot]
    set_up.accounts.edit(slot, None)
    assert [one.state for one in status(set_up.world).leftovers] == ["vanished"]
    set_up.accounts.edit(slot, text)
    apply(undo(receipt, set_up.world), set_up.world, EVERYTHING)
    assert status(set_up.world).leftovers == ()


def test_a_receipt_that_stopped_half_way_is_told() -> None:
    """An answer that was lost leaves a receipt to resume."""
    set_up = scene()
    set_up.accounts.faults = [KeyboardInterrupt()]
    with pytest.raises(PartialError):
        apply(set_up.planned(), set_up.world)
    (one,) = status(set_up.world).leftovers
    assert (one.state, one.receipt_id) == ("unfinished", set_up.receipt().id)


def test_others_denies_are_told_with_their_mistakes() -> None:
    """AWS's button by its name, a deny by name without a time with what is wrong with it; other policies not at all."""
    by_hand = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny", "Action": "*", "Resource": "*",
                "Condition": {"StringLike": {"aws:userid": "*:keith"}},
            },
        }
    )  # fmt: skip
    set_up = scene()
    inline = {"work": WORK, "AWSRevokeOlderSessions": BUTTON, "stop-keith": by_hand}
    set_up.accounts.roles[ROLE_NAME] = made_role(inline=inline)
    found = status(set_up.world)
    assert [(one.policy.name, one.kind) for one in found.theirs] == [
        ("AWSRevokeOlderSessions", "aws-button"), ("stop-keith", "by-hand"),
    ]  # fmt: skip
    assert found.theirs[0].mistakes == ()
    assert any("for ever" in one.message for one in found.theirs[1].mistakes)
    assert not found.is_clean


def test_prune_takes_away_what_is_over_and_nothing_else() -> None:
    """Through the same apply, with a receipt; the rest of the role stays byte for byte."""
    set_up = cut(inline={"work": WORK, "foreign": FOREIGN})
    set_up.clock.at += LONG_AFTER
    made = prune(status(set_up.world), set_up.world)
    receipt = apply(made, set_up.world)
    assert receipt.is_complete
    assert {one.name: one.text for one in set_up.accounts.policies(ROLE_NAME)} == {"work": WORK, "foreign": FOREIGN}
    assert status(set_up.world).ours == ()


def test_prune_of_one_incident_leaves_the_others() -> None:
    """Only what bears the incident's name."""
    set_up = cut()
    set_up.clock.at += LONG_AFTER
    found = status(set_up.world)
    assert prune(found, set_up.world, "inc-2").changes == ()
    assert len(prune(found, set_up.world, "inc-1").changes) == 1


def test_a_prune_is_never_of_what_is_needed() -> None:
    """A plan file that says it prunes a cut still needed, or a hold, is refused, with any consent."""
    rungs: tuple[RungName, ...] = ("session-name", "hold")
    for rung in rungs:
        set_up = cut(rung)
        found = status(set_up.world)
        lying = msgspec.structs.replace(
            found, ours=tuple(msgspec.structs.replace(one, state="over") for one in found.ours)
        )
        with pytest.raises(RefusedError, match="may still be needed"):
            apply(prune(lying, set_up.world), set_up.world, EVERYTHING)


def test_a_prune_is_not_undone() -> None:
    """What is over would stop nobody: there is nothing to put back."""
    set_up = cut()
    set_up.clock.at += LONG_AFTER
    receipt = apply(prune(status(set_up.world), set_up.world), set_up.world)
    with pytest.raises(RefusedError, match="already"):
        undo(receipt, set_up.world)


@given(selectors=SELECTORS, at=CUT_OFFS, apart=st.integers(-200_000, 200_000))
def test_over_means_that_nothing_of_it_can_live(selectors: tuple[Selector, ...], at: datetime, apart: int) -> None:
    """Over exactly when every timed statement's end has passed, and something is timed, and nothing is held."""
    text = bind(document(selectors), at) or ""
    now = at + NEEDED_FOR + timedelta(seconds=apart)
    one = recognise.ours(held(text), now)
    assert one is not None
    ends = [getattr(each, "before", at) + NEEDED_FOR for each in selectors if not isinstance(each, CanarySelector)]
    is_held = any(isinstance(each, HoldSelector) for each in selectors)
    assert (one.state == "over") is (bool(ends) and not is_held and all(end < now for end in ends))
