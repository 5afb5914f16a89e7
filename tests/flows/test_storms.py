"""Throttling and 5xx in the middle of apply, at every call: it ends well, or leaves what resume and undo finish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.weather import AGREED, account, latest, outcome, planned, responder, widen
from tests.lab.acting import CHILD_ARN, assume, reads
from unassume.errors import AccessError, PartialError, RefusedError, TrailError
from unassume.lab import Fault, Lab
from unassume.lab.control.faults import Kind
from unassume.lab.seeds.bob_mary_keith import PEOPLE
from unassume.model.plans import Plan
from unassume.model.receipts import Receipt
from unassume.ports import World
from unassume.steps.apply import apply, resume
from unassume.steps.undo import undo

NOBODY_WRITES = (AccessError, TrailError, RefusedError)
EXHAUSTING = 3  # as many answers as one call is given


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    """A lab in which nothing lags, of one region, so that calls come in one order."""
    with Lab(seed="bob-mary-keith", regions=("us-east-1",)) as served:
        yield served


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The lab begun anew; Keith's session issued one of another role, so that two policies are written."""
    opened.reset()
    widen(opened)
    assume(opened, opened.credentials("keith"), CHILD_ARN, "report", SourceIdentity="keith")
    opened.clock.advance(60)
    return opened


def storm(lab: Lab, kind: Kind, call: int = 1, times: int = EXHAUSTING, action: str = "iam:*") -> None:
    lab.faults.add(Fault(kind, action=action, call=call, times=times, principal="responder"))


def applied_in(lab: Lab, world: World, made: Plan) -> tuple[Receipt | None, Exception | None]:
    """The receipt and the error of an apply through the faults that were added, which then are over."""
    known = world.journal.receipts()
    ended = outcome(lambda: apply(made, world, AGREED), PartialError, *NOBODY_WRITES)
    lab.faults.clear()
    receipt = latest(world) if world.journal.receipts() != known else None
    if isinstance(ended, PartialError):
        assert receipt is not None
        assert (ended.receipt_id, ended.exit_code) == (receipt.id, 5)
        assert receipt.id in ended.hint
    return receipt, ended


def stands(world: World, receipt: Receipt) -> bool:
    return receipt.is_complete and all(world.accounts.read(one.slot).text == one.after for one in receipt.begun.changes)


def points_of(lab: Lab, world: World, made: Plan) -> range:
    """The IAM calls of the responder in one apply, counted, from shortly before the first write to the last read."""
    so_far = len(lab.calls())
    done = apply(made, world, AGREED)
    asked = [call for call in lab.calls()[so_far:] if call.principal_arn.endswith("/responder")]
    iam = [call.action for call in asked if call.action.startswith("iam:")]
    apply(undo(done, world), world, AGREED)
    return range(iam.index("iam:PutRolePolicy") - 1, len(iam) + 1)


@pytest.mark.parametrize(("kind", "then"), [("throttle", "resume"), ("500", "undo")])
def test_a_storm_at_every_call(lab: Lab, tmp_path: Path, kind: Kind, then: str) -> None:
    """Whichever call of apply gets no good answer: all is written, or nothing, or the receipt leads to either end."""
    start, world = account(lab), responder(lab, tmp_path)
    made = planned(world, lab.credentials("keith").access_key_id)
    points, partial = points_of(lab, world, made), 0
    for point in points:
        storm(lab, kind, point)
        receipt, ended = applied_in(lab, world, made)
        partial += isinstance(ended, PartialError)
        if receipt is None:
            assert (ended is not None, account(lab)) == (True, start), point
            continue
        if then == "resume":
            receipt = resume(receipt, world, AGREED)
            assert stands(world, receipt), point
        apply(undo(receipt, world), world, AGREED)
        assert account(lab) == start, point
    assert (len(made.changes), len(points)) == (2, 8)
    assert (partial > 0) == (kind == "500")  # throttling is waited out


@pytest.mark.parametrize("kind", ["throttle", "500"])
def test_a_storm_that_every_call_gets_through(lab: Lab, tmp_path: Path, kind: Kind) -> None:
    """Where the third answer to each call of IAM is a good one, both cuts are written and undone, and nothing twice."""
    start, world = account(lab), responder(lab, tmp_path)
    for call in range(1, 40):
        storm(lab, kind, 2 * call - 1, 1, "iam:GetRolePolicy")  # those of a survey are asked side by side
        for action in (
            "iam:GetRole",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:DeleteRolePolicy",
            "sts:AssumeRole",
        ):
            storm(lab, kind, EXHAUSTING * call - 2, EXHAUSTING - 1, action)
    made = planned(world, lab.credentials("keith").access_key_id)
    done = apply(made, world, AGREED)
    assert stands(world, done)
    assert reads(lab, lab.credentials("keith")) == "AccessDenied"
    assert {reads(lab, lab.credentials(person)) for person in PEOPLE if person != "keith"} == {"OK"}
    apply(undo(done, world), world, AGREED)
    assert account(lab) == start


@pytest.mark.parametrize("kind", ["throttle", "500"])
def test_a_storm_that_goes_on(lab: Lab, tmp_path: Path, kind: Kind) -> None:
    """As long as AWS answers nothing well, resume and undo each name the receipt or say why; afterwards both work."""
    start, world = account(lab), responder(lab, tmp_path)
    made = planned(world, lab.credentials("keith").access_key_id)
    storm(lab, kind, times=1000, action="iam:PutRolePolicy")
    receipt, ended = applied_in(lab, world, made)
    assert isinstance(ended, PartialError)
    assert receipt is not None
    storm(lab, kind, times=1000)
    for step in (lambda: resume(receipt, world, AGREED), lambda: apply(undo(receipt, world), world, AGREED)):
        assert outcome(step, PartialError, *NOBODY_WRITES) is not None
    lab.faults.clear()
    assert account(lab) == start
    done = resume(receipt, world, AGREED)
    assert stands(world, done)
    storm(lab, kind, times=1000, action="iam:DeleteRolePolicy")
    back = undo(done, world)
    assert isinstance(outcome(lambda: apply(back, world, AGREED), PartialError), PartialError)
    lab.faults.clear()
    halfway = latest(world)
    assert halfway is not None
    assert halfway.plan.purpose == "undo"
    resume(halfway, world, AGREED)
    assert account(lab) == start


def test_a_trail_that_throttles_is_waited_out(lab: Lab, tmp_path: Path) -> None:
    """Twenty throttled lookups in a row, in plan and in apply, cost time on the clock and no knowledge."""
    world = responder(lab, tmp_path)
    storm(lab, "throttle", call=3, times=20, action="cloudtrail:LookupEvents")
    made = planned(world, lab.credentials("keith").access_key_id)
    assert made.coverage is not None
    assert made.coverage.is_complete
    storm(lab, "throttle", call=5, times=20, action="cloudtrail:LookupEvents")
    assert stands(world, apply(made, world, AGREED))


def test_a_trail_that_breaks_leaves_bystanders_unknown(lab: Lab, tmp_path: Path) -> None:
    """Between plan and apply the trail fails for good: apply refuses, nothing is written, and says how to insist."""
    start, world = account(lab), responder(lab, tmp_path)
    made = planned(world, lab.credentials("keith").access_key_id)
    storm(lab, "500", call=4, times=1000, action="cloudtrail:LookupEvents")
    with pytest.raises(RefusedError, match="bystanders unknown") as caught:
        apply(made, world, AGREED)
    assert "--max-bystanders unknown" in caught.value.hint
    assert (account(lab), latest(world)) == (start, None)
