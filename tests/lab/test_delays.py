"""Policies take time to bite, reads lag, and the clock is jumped instead of waited for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.lab.acting import TRUST, code_of, deny, reads
from unassume.errors import InputError
from unassume.lab import Lab, LabClock
from unassume.lab.clients import client

_PROPAGATION, _READ_DELAY = 60, 30


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(propagation=_PROPAGATION, read_delay=_READ_DELAY) as opened:
        yield opened


def test_a_deny_bites_after_the_propagation_delay(lab: Lab) -> None:
    """A written deny is not enforced at once, is enforced after the delay, and its removal takes as long."""
    iam = client(lab, "iam", lab.credentials("responder"))
    document = deny({"StringEquals": {"aws:SourceIdentity": "keith"}})
    iam.put_role_policy(RoleName="DataAnalyst", PolicyName="Cut", PolicyDocument=document)
    assert reads(lab, lab.credentials("keith")) == "OK"
    lab.clock.advance(_PROPAGATION)
    assert reads(lab, lab.credentials("keith")) == "AccessDenied"
    iam.delete_role_policy(RoleName="DataAnalyst", PolicyName="Cut")
    assert reads(lab, lab.credentials("keith")) == "AccessDenied"
    lab.clock.advance(_PROPAGATION)
    assert reads(lab, lab.credentials("keith")) == "OK"


def test_reads_lag_behind_writes(lab: Lab) -> None:
    """GetRolePolicy and ListRolePolicies answer what stood `read_delay` ago, after a write and after a delete."""
    iam = client(lab, "iam", lab.credentials("responder"))
    document = deny({"StringEquals": {"aws:SourceIdentity": "nobody"}})
    named = {"RoleName": "DataAnalyst", "PolicyName": "Lagging"}
    iam.put_role_policy(**named, PolicyDocument=document)
    assert code_of(iam.get_role_policy, **named) == "NoSuchEntity"
    assert "Lagging" not in iam.list_role_policies(RoleName="DataAnalyst")["PolicyNames"]
    lab.clock.advance(_READ_DELAY)
    assert iam.get_role_policy(**named)["PolicyDocument"] == json.loads(document)
    iam.delete_role_policy(**named)
    assert iam.get_role_policy(**named)["PolicyDocument"] == json.loads(document)
    lab.clock.advance(_READ_DELAY)
    assert code_of(iam.get_role_policy, **named) == "NoSuchEntity"


def test_get_role_lags_too(lab: Lab) -> None:
    """A new role is not seen at first; then GetRole shows it as it was made."""
    iam = client(lab, "iam", lab.credentials("admin"))
    made = iam.create_role(RoleName="Late", AssumeRolePolicyDocument=json.dumps(TRUST), MaxSessionDuration=7200)["Role"]
    assert code_of(iam.get_role, RoleName="Late") == "NoSuchEntity"
    lab.clock.advance(_READ_DELAY)
    iam.update_assume_role_policy(RoleName="Late", PolicyDocument=json.dumps({**TRUST, "Id": "changed"}))
    role = iam.get_role(RoleName="Late")["Role"]
    assert (role["RoleId"], role["Arn"], role["MaxSessionDuration"]) == (made["RoleId"], made["Arn"], 7200)
    assert role["AssumeRolePolicyDocument"] == TRUST
    lab.clock.advance(_READ_DELAY)
    assert iam.get_role(RoleName="Late")["Role"]["AssumeRolePolicyDocument"]["Id"] == "changed"


def test_a_boundary_is_read_late(lab: Lab) -> None:
    """GetRole shows a boundary late when it is put, and late when it is taken away."""
    iam = client(lab, "iam", lab.credentials("admin"))
    iam.create_role(RoleName="Bounded", AssumeRolePolicyDocument=json.dumps(TRUST))
    lab.clock.advance(_READ_DELAY)
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.put_role_permissions_boundary(RoleName="Bounded", PermissionsBoundary=arn)
    assert "PermissionsBoundary" not in iam.get_role(RoleName="Bounded")["Role"]
    lab.clock.advance(_READ_DELAY)
    iam.delete_role_permissions_boundary(RoleName="Bounded")
    shown = iam.get_role(RoleName="Bounded")["Role"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == arn
    lab.clock.advance(_READ_DELAY)
    assert "PermissionsBoundary" not in iam.get_role(RoleName="Bounded")["Role"]


def test_a_new_roles_date_is_the_labs(lab: Lab) -> None:
    """A role's CreateDate is on the lab's clock, not the machine's."""
    iam = client(lab, "iam", lab.credentials("admin"))
    lab.clock.advance(7200)
    before = lab.clock.now()
    iam.create_role(RoleName="Dated", AssumeRolePolicyDocument=json.dumps(TRUST))
    lab.clock.advance(_READ_DELAY)
    assert iam.get_role(RoleName="Dated")["Role"]["CreateDate"] >= before.replace(microsecond=0)


def test_clock_that_stands_still() -> None:
    """A still clock moves only when it is advanced; sleeping is advancing."""
    start = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    clock = LabClock(start, moving=False)
    clock.advance(1.5)
    clock.sleep(3)
    clock.sleep(-1)
    assert clock.now() == start + timedelta(seconds=4.5)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_moving_clock_is_never_behind() -> None:
    """A moving clock is at least where its advances put it, and does not run backwards."""
    clock = LabClock()
    first = clock.now()
    clock.advance(100)
    second = clock.now()
    assert second - first >= timedelta(seconds=100)
    assert clock.now() >= second


@pytest.mark.parametrize(("arguments", "message"), [({"seed": "nobody"}, "no seed"), ({"host": "0.0.0.0"}, "only")])
def test_a_lab_that_cannot_start_leaves_nothing(arguments: dict[str, str], message: str) -> None:
    """An unknown seed, or a host other than loopback, is one clear line, and the next lab can start."""
    for _ in range(2):
        with pytest.raises(InputError, match=f"{message}|already open"), Lab(**arguments):  # type: ignore[arg-type]  # text parameters only
            pass
