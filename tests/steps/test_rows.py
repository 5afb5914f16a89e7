"""A row of changes: each role by itself, side by side; one that fails stops no other, unless nothing can be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import EVERYTHING, LOST, REFUSED, Scene, issuance, made_role, scene
from unassume.errors import AccessError, PartialError
from unassume.model.leads import SessionLead, SeveralLeads
from unassume.model.receipts import Written
from unassume.sources.lanes import ThreadLanes
from unassume.steps.apply import apply, resume
from unassume.steps.undo import undo

DEAD = AccessError("the credentials are expired", facts={"refused": "true", "credentials": "ExpiredToken"})
ROLES = [f"Job{number}" for number in range(8)]
Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass
class Backwards:
    """Lanes in which the last comes first: what is independent must not care."""

    def each(self, work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
        return [work(item) for item in reversed(items)][::-1]


def many() -> tuple[Scene, SeveralLeads]:
    """Eight roles with a leaked session each."""
    set_up = scene()
    for number, name in enumerate(ROLES):
        role_id = f"AROAEXAMPLEJOB{number:07}"
        set_up.accounts.roles[name] = made_role(name, role_id)
        at = START - timedelta(minutes=20)
        set_up.trail.seen.append(issuance("leak", at, f"ASIAEXAMPLEJOB{number:06}", role=(name, role_id)))
    leads = (SessionLead(account=ACCOUNT, role_name=name, session_name="leak") for name in ROLES)
    return set_up, SeveralLeads(leads=tuple(leads))


def roles_written(set_up: Scene) -> set[str]:
    return {slot.subject.name for slot in set_up.accounts.slots}


@pytest.mark.parametrize("lanes", [Backwards(), ThreadLanes()], ids=["backwards", "threads"])
def test_the_order_of_independent_changes_does_not_matter(lanes: Backwards | ThreadLanes) -> None:
    """In whichever order they end: all stand, the receipt is whole, and one undo takes all away."""
    set_up, leads = many()
    world = replace(set_up.world, lanes=lanes)
    receipt = apply(set_up.planned(leads), world, EVERYTHING)
    assert receipt.is_complete
    assert roles_written(set_up) == set(ROLES)
    apply(undo(receipt, world), world, EVERYTHING)
    assert not set_up.accounts.slots


@pytest.mark.parametrize("fault", [REFUSED, LOST], ids=["refused", "no answer"])
def test_one_that_fails_stops_no_other(fault: AccessError) -> None:
    """Seven of eight are cut, the receipt says which is not, and resume writes that one."""
    set_up, leads = many()
    set_up.accounts.faults = [fault]
    with pytest.raises(PartialError, match="not everything was written"):
        apply(set_up.planned(leads), set_up.world, EVERYTHING)
    assert len(roles_written(set_up)) == 7
    assert resume(set_up.receipt(), set_up.world, EVERYTHING).is_complete
    assert roles_written(set_up) == set(ROLES)


def test_all_refused_leaves_nothing_done() -> None:
    """Where AWS refuses each for certain, the error is AWS's own and nothing was written."""
    set_up, leads = many()
    set_up.accounts.faults = [REFUSED] * len(ROLES)
    with pytest.raises(AccessError, match="not allowed"):
        apply(set_up.planned(leads), set_up.world, EVERYTHING)
    assert not set_up.accounts.slots
    assert set(set_up.receipt().states) == {"refused"}


def test_dead_credentials_end_the_row() -> None:
    """Nothing more is tried with credentials that AWS does not take any more."""
    set_up, leads = many()
    made = set_up.planned(leads)
    set_up.accounts.after_write = lambda _: set_up.accounts.faults.append(DEAD)
    with pytest.raises(PartialError, match="expired"):
        apply(made, set_up.world, EVERYTHING)
    assert len(roles_written(set_up)) == 1
    assert list(set_up.receipt().states).count("untouched") == 6


def test_a_full_disk_ends_the_row() -> None:
    """INVARIANT: nothing is written whose intent is not on disk, on any lane."""
    set_up, leads = many()
    set_up.journal.fail_on = Written
    with pytest.raises(PartialError, match="disk is full"):
        apply(set_up.planned(leads), set_up.world, EVERYTHING)
    assert len(roles_written(set_up)) == 1


def test_dead_credentials_at_the_first_leave_nothing_done() -> None:
    """Where AWS took none of the writes that were tried, nothing was written, and the error says what to mend."""
    set_up, leads = many()
    set_up.accounts.faults = [DEAD]
    with pytest.raises(AccessError, match="expired"):
        apply(set_up.planned(leads), set_up.world, EVERYTHING)
    assert not set_up.accounts.slots


def test_a_role_that_is_gone_holds_up_no_other() -> None:
    """Resume writes what can be written, and names the role that is gone."""
    set_up, leads = many()
    set_up.accounts.faults = [LOST, LOST]
    with pytest.raises(PartialError):
        apply(set_up.planned(leads), set_up.world, EVERYTHING)
    left = sorted(set(ROLES) - roles_written(set_up))
    del set_up.accounts.roles[left[0]]
    with pytest.raises(PartialError, match=f"`{left[0]}` is gone"):
        resume(set_up.receipt(), set_up.world, EVERYTHING)
    assert roles_written(set_up) == {*ROLES} - {left[0]}
