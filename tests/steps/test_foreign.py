"""Plans and receipts that come from elsewhere: what they may not do, and whom they may not touch."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.steps.made import CHILD_ID, CHILD_NAME, EVERYTHING, KEITH, ROLE_ID, Scene, scene
from tests.steps.test_apply import failing, stopped
from unassume.errors import RefusedError
from unassume.model.leads import RoleLead, lead_text
from unassume.model.plans import Plan, RungName
from unassume.model.receipts import Receipt
from unassume.steps.apply import apply, resume
from unassume.steps.checks import check_receipt
from unassume.steps.guards import Consent
from unassume.steps.undo import undo
from unassume.steps.verify import verify

REPLACE = msgspec.structs.replace
UNKNOWN_KEY = "ASIAEXAMPLENOBODY000"
STEPS: dict[str, Callable[[Receipt, Scene], object]] = {
    "resume": lambda receipt, set_up: resume(receipt, set_up.world, EVERYTHING),
    "verify": lambda receipt, set_up: verify(receipt, set_up.world),
    "undo": lambda receipt, set_up: undo(receipt, set_up.world),
}


def forged_text(receipt: Receipt) -> Receipt:
    """The bound change names Bob, its plan Keith."""
    change = receipt.begun.changes[0]
    text = (change.after or "").replace(f"{ROLE_ID}:keith", f"{ROLE_ID}:bob")
    return REPLACE(receipt, begun=REPLACE(receipt.begun, changes=(REPLACE(change, after=text),)))


def forged_slot(receipt: Receipt) -> Receipt:
    """The bound change is of another role than the plan's."""
    change = receipt.begun.changes[0]
    other = REPLACE(change, slot=REPLACE(change.slot, role=CHILD_NAME), holder_id=CHILD_ID)
    return REPLACE(receipt, begun=REPLACE(receipt.begun, changes=(other,)))


def forged_cut_off(receipt: Receipt) -> Receipt:
    """The receipt tells another cut-off than its text holds."""
    later = receipt.begun.cut_off.replace(hour=23)
    return REPLACE(receipt, begun=REPLACE(receipt.begun, cut_off=later))


def forged_count(receipt: Receipt) -> Receipt:
    """The receipt tells of no change at all."""
    return REPLACE(receipt, states=(), begun=REPLACE(receipt.begun, changes=()))


def forged_plan(receipt: Receipt) -> Receipt:
    """Plan and change agree, and both hold an Allow."""

    def allowing(text: str | None) -> str:
        return (text or "").replace('"Effect":"Deny"', '"Effect":"Allow"')

    (planned,), (change,) = receipt.plan.changes, receipt.begun.changes
    plan = REPLACE(receipt.plan, changes=(REPLACE(planned, after=allowing(planned.after)),))
    changes = (REPLACE(change, after=allowing(change.after)),)
    return REPLACE(receipt, begun=REPLACE(receipt.begun, plan=plan, changes=changes))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("forge", [forged_text, forged_slot, forged_cut_off, forged_count, forged_plan])
def test_a_receipt_that_is_not_its_plan_is_refused(forge: Callable[[Receipt], Receipt], step: str) -> None:
    """No step goes by a receipt whose changes are not its plan's, or whose plan is none of ours."""
    set_up, _, _ = stopped(2, True)
    receipt = set_up.receipt()
    check_receipt(receipt)
    before = dict(set_up.accounts.slots)
    with pytest.raises(RefusedError):
        STEPS[step](forge(receipt), set_up)
    assert (set_up.accounts.writes, set_up.accounts.slots) == ([], before)


RUNGS: tuple[RungName, ...] = ("session-name", "older-sessions")


def led_to(made: Plan, lead: str) -> Plan:
    """The same cut, said to be for another lead."""
    return REPLACE(made, lead=lead)


def test_a_plan_whose_lead_leads_to_another_role_is_refused() -> None:
    """Its guards would look at the bystanders of the wrong role: no consent lifts that."""
    set_up = scene()
    made = led_to(set_up.planned(), lead_text(RoleLead(name=CHILD_NAME)))
    failing(set_up, made, RefusedError, "leads to role `Reporting`", EVERYTHING)


@pytest.mark.parametrize("lead", ["NoSuchRole", UNKNOWN_KEY])
def test_a_plan_whose_lead_leads_nowhere_asks(lead: str) -> None:
    """Nobody can say who else is hit: only consent to unknown bystanders lets it through."""
    set_up = scene()
    made = led_to(set_up.planned(), lead)
    failing(set_up, made, RefusedError, "bystanders unknown", Consent(max_bystanders=1000))
    assert apply(made, set_up.world, Consent(max_bystanders=None)).is_complete


def test_resume_looks_at_the_lead_as_well() -> None:
    """A receipt whose plan leads to another role is not finished."""
    set_up, _, _ = stopped(2, False)
    receipt = set_up.receipt()
    plan = led_to(receipt.plan, lead_text(RoleLead(name=CHILD_NAME)))
    with pytest.raises(RefusedError, match="leads to role `Reporting`"):
        resume(REPLACE(receipt, begun=REPLACE(receipt.begun, plan=plan)), set_up.world, EVERYTHING)
    assert set_up.accounts.writes == []


def test_a_region_that_was_refused_makes_bystanders_unknown() -> None:
    """Who works only where nobody could look may be hit: that takes consent."""
    set_up = scene()
    made = set_up.planned()
    set_up.trail.refused = frozenset({"eu-west-1"})
    failing(set_up, made, RefusedError, "bystanders unknown", Consent(max_bystanders=1000))


def test_an_undo_that_took_something_else_away_closes_no_receipt() -> None:
    """A plan file may name any receipt as undone: only the one whose policies it removed is told so."""
    set_up = scene()
    first, second = (apply(set_up.planned(KEITH, rung=rung), set_up.world, EVERYTHING) for rung in RUNGS)
    apply(REPLACE(undo(first, set_up.world), undoes=second.id), set_up.world, EVERYTHING)
    assert set_up.receipt(first.id).undone_by is None
    assert set_up.receipt(second.id).undone_by is None
    assert list(set_up.accounts.slots) == [second.begun.changes[0].slot]
