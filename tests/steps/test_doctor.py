"""Doctor names what would fail before it is needed, and never fails itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.fakes import RESPONDER, START, FakeAccounts
from tests.steps.made import Scene, scene
from unassume.errors import AccessError
from unassume.model.checkups import CheckUp
from unassume.model.surveys import Caller
from unassume.ports import World
from unassume.steps.doctor import doctor


@dataclass
class FakePermissions:
    """Everything is allowed but what is named; what is `unknown` nobody can say."""

    ends: datetime | None = None
    refused: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    fault: AccessError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def ends_at(self) -> datetime | None:
        return self.ends

    def allowed(self, actions: Sequence[str], resource: str) -> Mapping[str, bool]:
        if self.fault is not None:
            raise self.fault
        self.asked += [(action, resource) for action in actions]
        return {action: action not in self.refused for action in actions if action not in self.unknown}


@dataclass
class FakeFolder:
    """A folder that can be written, unless it is full, and that is private, unless it is open."""

    is_full: bool = False
    is_open: bool = False

    def try_out(self) -> str:
        if self.is_full:
            raise AccessError("the state directory `x` cannot be written: no space left on device", hint="name another")
        return "x/receipts"

    def is_private(self) -> bool:
        return not self.is_open


class Nobody(FakeAccounts):
    """Credentials AWS does not take."""

    def caller(self, account: str | None = None) -> Caller:
        raise AccessError("no AWS credentials found", hint="sign in again")

    def now(self) -> datetime:
        raise AccessError("no AWS credentials found")


def looked(
    set_up: Scene | None = None, permissions: FakePermissions | None = None, folder: FakeFolder | None = None,
    role: str | None = None, world: World | None = None,
) -> dict[str, CheckUp]:  # fmt: skip
    world = world or (set_up or scene()).world
    found = doctor(world, permissions or FakePermissions(), folder or FakeFolder(), version="unassume 0", role=role)
    return {each.name: each for each in found}


def test_a_sound_set_up_is_all_ok() -> None:
    """Fourteen things are looked at, and each is in order; nothing is written and no receipt is made."""
    set_up = scene()
    found = looked(set_up)
    assert list(found) == [
        "version", "state directory", "credentials", "clock", "regions", "trail", "survey", "cut by inline policy",
        "cut by managed policy", "close a role's trust", "cut a user's tokens", "canary", "status and prune",
        "workloads",
    ]  # fmt: skip
    assert {each.state for each in found.values()} == {"ok"}
    assert (set_up.accounts.writes, set_up.journal.kept) == ([], {})


def test_without_credentials_the_rest_is_not_looked_at() -> None:
    """AWS's no is a line with its hint, and what hangs on it says that it was not looked at."""
    set_up = scene()
    accounts = Nobody(clock=set_up.clock, journal=set_up.journal)
    found = looked(world=World(**{**vars(set_up.world), "accounts": accounts}))
    assert (found["credentials"].state, found["credentials"].advice) == ("fail", "sign in again")
    assert (found["clock"].state, found["trail, permissions"].state) == ("warn", "warn")


def test_the_root_user_is_discouraged() -> None:
    """Root is warned of, whatever it may do."""
    root = msgspec.structs.replace(RESPONDER, arn=f"arn:aws:iam::{RESPONDER.account}:root")
    assert looked(scene(who=root))["credentials"].state == "warn"


@pytest.mark.parametrize(("minutes", "state"), [(61, "ok"), (60, "ok"), (59, "warn"), (-1, "warn")])
def test_credentials_that_end_soon(minutes: int, state: str) -> None:
    """Credentials that end within the hour are warned of, with the instant."""
    found = looked(permissions=FakePermissions(ends=START + timedelta(minutes=minutes)))["credentials"]
    assert (found.state, "they expire at 2026-11-23" in found.detail) == (state, True)


@pytest.mark.parametrize(
    ("skew", "state"),
    [(0, "ok"), (30, "ok"), (31, "warn"), (-31, "warn"), (300, "warn"), (301, "fail"), (-301, "fail")],
)
def test_a_clock_that_is_off(skew: float, state: str) -> None:
    """Over 30 s either way is warned of, over 5 minutes fails: AWS would refuse the signatures."""
    assert looked(scene(skew=skew))["clock"].state == state


def test_a_trail_that_cannot_be_read() -> None:
    """No region is a failure; one of two is a warning that names it."""
    blind, half = scene(), scene()
    blind.trail.is_unreadable = True
    half.trail.refused = frozenset({"eu-west-1"})
    assert looked(blind)["trail"].state == "fail"
    found = looked(half)["regions"]
    assert (found.state, "1 of 2 regions were not read: eu-west-1" in found.detail) == ("warn", True)


def test_a_list_of_regions_that_cannot_be_read() -> None:
    """What the trail could have read and did not is warned of in its own words."""
    set_up = scene()
    set_up.trail.gaps = ("which regions are enabled could not be read",)
    assert looked(set_up)["regions"].detail == set_up.trail.gaps[0]


@pytest.mark.parametrize(("lag", "state"), [(0, "ok"), (900, "ok"), (901, "warn")])
def test_a_late_trail(lag: float, state: str) -> None:
    """The newest event of any region says how late the trail is at most; beyond 15 minutes it is warned of."""
    set_up = scene()
    set_up.trail.lag = lag
    assert looked(set_up)["trail"].state == state


def test_a_trail_without_an_event() -> None:
    """No event anywhere is a warning, not a pass."""
    set_up = scene()
    set_up.trail.behind = dict.fromkeys(set_up.trail.regions)
    assert looked(set_up)["trail"].state == "warn"


@pytest.mark.parametrize(
    ("action", "check", "state"),
    [
        ("iam:GetRole", "survey", "fail"),
        ("iam:PutRolePolicy", "cut by inline policy", "fail"),
        ("iam:CreatePolicy", "cut by managed policy", "warn"),
        ("sts:AssumeRole", "canary", "warn"),
    ],
)
def test_what_would_be_refused_is_named(action: str, check: str, state: str) -> None:
    """A refused call fails its part, or warns where there is a way around it, and the policy is offered."""
    found = looked(permissions=FakePermissions(refused=frozenset({action})))[check]
    assert (found.state, action in found.detail, "--policy" in found.advice) == (state, True, True)
    unknown = looked(permissions=FakePermissions(unknown=frozenset({action})))[check]
    assert (unknown.state, f"not known: {action}" in unknown.detail) == ("warn", True)


def test_permissions_that_cannot_be_asked() -> None:
    """A throttled question is a warning with its reason."""
    found = looked(permissions=FakePermissions(fault=AccessError("AWS throttled `iam:SimulatePrincipalPolicy`")))
    assert (found["survey"].state, "throttled" in found["survey"].detail) == ("warn", True)


def test_the_role_named_is_the_one_asked_about() -> None:
    """With --role each role call is asked of that role, and our policies of a policy of our name."""
    permissions = FakePermissions()
    looked(permissions=permissions, role="team/Reports")
    asked = dict(permissions.asked)
    assert asked["iam:PutRolePolicy"] == f"arn:aws:iam::{RESPONDER.account}:role/team/Reports"
    assert asked["iam:CreatePolicy"] == f"arn:aws:iam::{RESPONDER.account}:policy/Unassume-unassume-doctor"
    of_the_account = {action for action, resource in asked.items() if action.startswith("iam:") and "*" in resource}
    assert of_the_account == {"iam:GetAccountAuthorizationDetails"}


def test_a_disk_that_is_full_and_a_folder_that_is_open() -> None:
    """A receipt that could not be written is a failure, one that others could read a warning."""
    assert looked(folder=FakeFolder(is_full=True))["state directory"].state == "fail"
    assert looked(folder=FakeFolder(is_open=True))["state directory"].advice == "chmod 700 x/receipts"
