"""Eight sessions of one role leak, and eight responders cut one each at the same time, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.cli.running import REGIONS
from tests.flows.weather import AGREED, latest, planned, policies, responder, widen
from tests.lab.acting import ROLE_ARN, assume, reads
from unassume.errors import StaleError
from unassume.iam.limits import LIMITS, measure
from unassume.lab import Credentials, Fault, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import PEOPLE, ROLE
from unassume.model.receipts import Receipt
from unassume.ports import World
from unassume.steps.apply import apply
from unassume.steps.undo import undo

MANY = 8
PROPAGATION = 5


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    """A lab in which reads lag by 2 s and policies by 5."""
    with Lab(seed="bob-mary-keith", propagation=PROPAGATION, read_delay=2, regions=REGIONS) as served:
        yield served


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The lab begun anew, with a responder who may write managed policies too."""
    opened.reset()
    widen(opened)
    opened.clock.advance(10)
    return opened


def leak(lab: Lab) -> list[Credentials]:
    """Eight more sessions of the role, each under its own name."""
    owners = [lab.credentials(f"{PEOPLE[number % 3]}-user") for number in range(MANY)]
    given = [
        assume(lab, owner, ROLE_ARN, f"build-{number}", SourceIdentity=f"job-{number}")
        for number, owner in enumerate(owners)
    ]
    lab.clock.advance(30)
    return given


def cut(world: World, key_id: str, incident: str) -> Receipt:
    """Plan and apply until it is written; each time it was stale before, nothing was written."""
    for _ in range(MANY):
        made = planned(world, key_id, incident)
        try:
            return apply(made, world, AGREED)
        except StaleError:
            left = latest(world)
            assert left is None or not {"written", "intended"} & set(left.states), left
    raise AssertionError("stale as often as there are others")


def take_back(world: World, receipt: Receipt) -> Receipt:
    return apply(undo(receipt, world), world, AGREED)


def at_once(work: list[Callable[[], Receipt]]) -> list[Receipt]:
    with ThreadPoolExecutor(len(work)) as pool:
        return [one.result() for one in [pool.submit(each) for each in work]]


def interleave(lab: Lab) -> None:
    """Every other write waits a moment, and every third read of the role, so that all of them overlap."""
    for number in range(MANY):
        lab.faults.add(Fault("delay", action="iam:PutRolePolicy", call=1 + 2 * number, seconds=0.05 + 0.02 * number))
        lab.faults.add(Fault("delay", action="iam:GetRole", call=1 + 3 * number, seconds=0.03))


def crowd(lab: Lab, left: int) -> None:
    """A policy of somebody's that leaves so many characters of the role's inline quota."""
    iam = client(lab, "iam", lab.credentials("admin"))
    text = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3:GetObjectTagging", "Resource": "arn:aws:s3:::@"}]})  # fmt: skip
    used = sum(measure(one) for one in policies(lab).values())
    text = text.replace("@", "x" * (LIMITS["role"] - used - measure(text) - left))
    iam.put_role_policy(RoleName=ROLE, PolicyName="Filler", PolicyDocument=text)
    lab.clock.advance(10)


@pytest.mark.parametrize("room", [None, 1500], ids=["room for all", "inline room for two"])
def test_all_eight_cuts_stand(lab: Lab, tmp_path: Path, room: int | None) -> None:
    """All are written, or stale with nothing written and written when planned again; nothing of others is lost."""
    leaked = leak(lab)
    if room is not None:
        crowd(lab, room)
    start = policies(lab)
    interleave(lab)
    worlds = [responder(lab, tmp_path / str(number)) for number in range(MANY)]
    receipts = at_once([
        partial(cut, world, one.access_key_id, f"inc-{number}")
        for number, (world, one) in enumerate(zip(worlds, leaked, strict=True))
    ])  # fmt: skip
    lab.faults.clear()
    lab.clock.advance(PROPAGATION)
    standing = policies(lab)
    assert all(receipt.is_complete for receipt in receipts)
    assert standing.items() >= start.items()
    assert len(standing) == len(start) + MANY
    assert {reads(lab, one) for one in leaked} == {"AccessDenied"}
    assert {reads(lab, lab.credentials(person)) for person in PEOPLE} == {"OK"}
    assert all(
        world.accounts.read(change.slot).text == change.after
        for world, receipt in zip(worlds, receipts, strict=True)
        for change in receipt.begun.changes
    )


def test_half_of_them_are_undone_while_the_others_are_written(lab: Lab, tmp_path: Path) -> None:
    """Four cuts are taken back while four more are written: the four stand, the others' sessions live, all is exact."""
    leaked, start = leak(lab), policies(lab)
    worlds = [responder(lab, tmp_path / str(number)) for number in range(MANY)]
    first = [cut(world, one.access_key_id, "first") for world, one in zip(worlds[:4], leaked[:4], strict=True)]
    interleave(lab)
    lab.faults.add(Fault("delay", action="iam:DeleteRolePolicy", times=4, seconds=0.08))
    back = [partial(take_back, world, one) for world, one in zip(worlds[:4], first, strict=True)]
    more = [partial(cut, world, one.access_key_id, "second") for world, one in zip(worlds[4:], leaked[4:], strict=True)]
    at_once([*back, *more])
    lab.faults.clear()
    lab.clock.advance(PROPAGATION)
    assert [reads(lab, one) for one in leaked] == ["OK"] * 4 + ["AccessDenied"] * 4
    assert policies(lab).items() >= start.items()
    assert len(policies(lab)) == len(start) + 4
