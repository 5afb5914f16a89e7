"""A deny that AWS enforces late: verify waits until it is seen, and what slipped in before it counts as leaked.

The responder's clock is wrong by three minutes in half of these tests: all instants are AWS's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.flows.weather import AGREED, OffClock, evidence_of, planned, responder
from tests.lab.acting import ROLE_ARN, assume, reads
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.model.evidence import Evidence, Wait
from unassume.model.plans import CutOff
from unassume.model.receipts import Receipt, fold
from unassume.ports import World
from unassume.steps.apply import apply
from unassume.steps.verify import verify

MARGIN = timedelta(seconds=CutOff().margin_seconds)
SETTLE = 40
"""Seconds after E in which the trail reaches 30 s beyond it."""
Open = Callable[[float], Lab]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens a lab with the propagation that is asked for."""
    labs: list[Lab] = []

    def opening(propagation: float) -> Lab:
        labs.append(Lab(seed="bob-mary-keith", propagation=propagation, trail_delay=15, regions=("us-east-1",)))
        labs[0].__enter__()
        labs[0].clock.advance(60)
        return labs[0]

    yield opening
    for lab in labs:
        lab.__exit__(None, None, None)


def minted(lab: Lab) -> Credentials:
    """The thief holds Keith's user key as well, and takes another session under the leaked name."""
    return assume(lab, lab.credentials("keith-user"), ROLE_ARN, "keith", SourceIdentity="keith")


def looked(world: World, receipt: Receipt, patience: float = 0) -> Evidence | Wait:
    return verify(fold(world.journal.entries(receipt.id)), world, patience=timedelta(seconds=patience))


def works(lab: Lab, *held: Credentials) -> bool:
    """Whether the thief gets anything with any of these."""
    return any(reads(lab, one) == "OK" for one in held)


@pytest.mark.parametrize("off", [0, -180, 180], ids=["clock right", "3 minutes slow", "3 minutes fast"])
@pytest.mark.parametrize("propagation", [10, 90])
def test_contained_is_never_said_while_the_thief_works(
    opened: Open, tmp_path: Path, propagation: float, off: float
) -> None:
    """Looked at every 4 s: until the deny bites it is a Wait, and whoever is let in then was never called contained."""
    lab = opened(propagation)
    world, keith = responder(lab, tmp_path, clock=OffClock(lab, off)), lab.credentials("keith")
    began = lab.clock.now()
    receipt = apply(planned(world, keith.access_key_id), world, AGREED)
    assert timedelta(0) <= receipt.begun.cut_off - began - MARGIN <= timedelta(seconds=30)
    while works(lab, keith):
        found = looked(world, receipt)
        assert isinstance(found, Wait)
        assert lab.clock.now() < found.until <= lab.clock.now() + timedelta(seconds=120)
        lab.clock.advance(4)
    bites = lab.clock.now()
    proved = looked(world, receipt, 600)
    assert isinstance(proved, Evidence)
    assert proved.contained, proved.proofs
    assert proved.enforced_from is not None
    assert bites - timedelta(seconds=10) <= proved.enforced_from <= lab.clock.now()
    assert abs(proved.checked_at - lab.clock.now()) < timedelta(seconds=3)
    assert not works(lab, keith)


@pytest.mark.parametrize("off", [0, -180, 180], ids=["clock right", "3 minutes slow", "3 minutes fast"])
def test_what_slips_in_before_the_deny_bites_is_leaked(opened: Open, tmp_path: Path, off: float) -> None:
    """90 s: issued after the cut-off and before E it is uncut, a later cut-off is proposed, and that one contains."""
    lab = opened(90)
    world, keith = responder(lab, tmp_path, clock=OffClock(lab, off)), lab.credentials("keith")
    receipt = apply(planned(world, keith.access_key_id), world, AGREED)
    lab.clock.advance(max(0.0, (receipt.begun.cut_off - lab.clock.now()).total_seconds()) + 3)
    slipped = minted(lab)
    assert works(lab, slipped)
    found = evidence_of(looked(world, receipt, 600))
    assert (found.contained, len(found.uncut)) == (False, 1)
    assert found.enforced_from is not None
    assert found.later_cut_off == found.enforced_from + MARGIN
    assert (works(lab, keith), works(lab, slipped)) == (False, True)

    iam = client(lab, "iam", lab.credentials("admin"))
    iam.update_access_key(UserName="keith", AccessKeyId=lab.credentials("keith-user").access_key_id, Status="Inactive")
    lab.clock.advance(MARGIN.total_seconds())
    wider = apply(planned(world, keith.access_key_id, cut_off=CutOff(at=found.later_cut_off)), world, AGREED)
    assert wider.begun.cut_off == found.later_cut_off
    proved = looked(world, wider, 900)
    assert isinstance(proved, Evidence)
    assert proved.contained, proved.proofs
    assert not works(lab, keith, slipped)


def test_no_order_of_looks_gives_a_false_contained(opened: Open, tmp_path: Path) -> None:
    """With 90 s and a thief who takes a session before every look, no look says contained while an old one works."""
    lab = opened(90)
    world, keith = responder(lab, tmp_path), lab.credentials("keith")
    receipt = apply(planned(world, keith.access_key_id), world, AGREED)
    lab.clock.advance(max(0.0, (receipt.begun.cut_off - lab.clock.now()).total_seconds()) + 3)
    held: list[Credentials] = []
    while works(lab, keith):
        held.append(minted(lab))
        assert not evidence_of(looked(world, receipt)).contained
        lab.clock.advance(10)
    lab.clock.advance(5)
    minted(lab)
    lab.clock.advance(SETTLE)
    found = evidence_of(looked(world, receipt))
    slipped = [works(lab, one) for one in held].count(True)
    assert (found.contained, len(found.uncut), slipped >= 1) == (False, slipped, True)
    assert len(found.notes) == 1
