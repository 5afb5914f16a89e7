"""Real processes, killed: from every point both `apply --resume` and `undo` reach their end, over HTTP and on disk.

Three incidents: one inline policy with a canary, managed policies on a full role, and a user's key, user and role. A
point lies before and after every entry of the journal, and before every write to AWS and after its answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.crash.dying import End, Order
from unassume.iam.limits import LIMITS, measure
from unassume.lab import Credentials, Fault, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import ROLE
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices, Plan
from unassume.model.receipts import Receipt, fold
from unassume.ports import World
from unassume.steps.apply import apply, resume
from unassume.steps.find import find
from unassume.steps.guards import Consent
from unassume.steps.needs import responder_policy
from unassume.steps.plan import plan
from unassume.steps.survey import survey
from unassume.steps.undo import undo
from unassume.wiring import connect

ROOT = Path(__file__).parents[2]
REGIONS = ("us-east-1", "eu-west-1")
SIGKILL = 9
CHOICES = Choices(incident="crash", canary=True)
CONSENT = Consent(max_bystanders=None, confirmed=frozenset({ROLE, "keith"}), reopen=True)


@dataclass
class Stage:
    """A lab in which nothing lags, and the process that forks those who die."""

    lab: Lab
    forker: subprocess.Popen[bytes]
    folder: Path
    lead: str = ""
    choices: Choices = field(default_factory=lambda: CHOICES)
    made: World | None = None

    @property
    def world(self) -> World:
        """The responder's own World, on the same receipts."""
        if self.made is None:
            self.made = connect(
                "responder", self.lab.region, self.lab.endpoint_url, credentials_file=str(self.lab.profiles_path),
                state_dir=str(self.folder), clock=self.lab.clock,
            )  # fmt: skip
        return self.made

    def planned(self) -> Plan:
        world = self.world
        lineage = find(parse_lead(self.lead), world)
        return plan(lineage, survey(lineage, world), self.choices)

    def dies(self, made: Plan, point: int) -> End:
        """The end of a process that applies the plan and is killed at that point."""
        order = Order(
            plan=made, point=point, endpoint_url=self.lab.endpoint_url, region=self.lab.region,
            credentials_file=str(self.lab.profiles_path), state_dir=str(self.folder), confirmed=(ROLE, "keith"),
        )  # fmt: skip
        assert self.forker.stdin is not None
        assert self.forker.stdout is not None
        self.forker.stdin.write(msgspec.json.encode(order) + b"\n")
        self.forker.stdin.flush()
        return msgspec.json.decode(self.forker.stdout.readline(), type=End)

    def receipt(self) -> Receipt | None:
        """The newest receipt that has begun; None where none did."""
        journal = self.world.journal
        for one in reversed(journal.receipts()):
            if entries := journal.entries(one):
                return fold(entries)
        return None

    def forget(self) -> None:
        for path in (self.folder / "receipts").glob("*"):
            path.unlink()

    def account(self) -> dict[str, Any]:
        """Every policy of every role and user, every policy of the account, and the status of each key."""
        iam = client(self.lab, "iam", self.lab.credentials("admin"))
        details = iam.get_account_authorization_details()
        keys = {one["UserName"]: iam.list_access_keys(UserName=one["UserName"]) for one in details["UserDetailList"]}
        return {
            "roles": [_held(one, "Role") for one in details["RoleDetailList"]],
            "users": [_held(one, "User") for one in details["UserDetailList"]],
            "policies": sorted(one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]),
            "keys": {name: [key["Status"] for key in one["AccessKeyMetadata"]] for name, one in keys.items()},
        }


def _held(one: dict[str, Any], kind: str) -> tuple[str, str, list[str]]:
    inline = json.dumps(one.get(f"{kind}PolicyList", []), sort_keys=True)
    return one[f"{kind}Name"], inline, sorted(policy["PolicyArn"] for policy in one["AttachedManagedPolicies"])


def by_name(stage: Stage) -> None:
    """Keith's session of the role, by one inline policy."""
    stage.lead = stage.lab.credentials("keith").access_key_id


def on_a_full_role(stage: Stage) -> None:
    """Keith's session of the role, by a managed policy: there is no room inline."""
    by_name(stage)
    iam = client(stage.lab, "iam", stage.lab.credentials("admin"))
    inline = iam.get_role_policy(RoleName=ROLE, PolicyName="DataAccess")["PolicyDocument"]
    filler = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObjectTagging"}]}
    filler["Statement"][0]["Resource"] = ""  # type: ignore[index]  # one statement
    free = LIMITS["role"] - measure(json.dumps(inline)) - measure(json.dumps(filler)) - 100
    filler["Statement"][0]["Resource"] = "arn:aws:s3:::" + "x" * free  # type: ignore[index]  # one statement
    iam.put_role_policy(RoleName=ROLE, PolicyName="Filler", PolicyDocument=json.dumps(filler))


def of_a_user(stage: Stage) -> None:
    """A token of Keith's, the role session taken with it, and the key behind it: three slots of three kinds."""
    given = client(stage.lab, "sts", stage.lab.credentials("keith-user")).get_session_token()["Credentials"]
    token = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])
    arn = f"arn:aws:iam::{stage.lab.account}:role/{ROLE}"
    client(stage.lab, "sts", token).assume_role(RoleArn=arn, RoleSessionName="build-7")
    stage.lead = token.access_key_id
    stage.choices = Choices(incident="crash", canary=True, deactivate_keys=True)


INCIDENTS: dict[str, tuple[Callable[[Stage], None], int, tuple[str, ...]]] = {
    "one inline policy": (by_name, 12, ("PutRolePolicy",)),
    "a managed policy": (on_a_full_role, 14, ("CreatePolicy", "AttachRolePolicy")),
    "key, user and role": (of_a_user, 24, ("UpdateAccessKey", "PutUserPolicy", "PutRolePolicy")),
}
"""How each begins, how many points applying its plan has, and the calls that write it."""
UNDONE_BY = {
    "one inline policy": ("DeleteRolePolicy",),
    "a managed policy": ("DetachRolePolicy", "DeletePolicy"),
    "key, user and role": ("DeleteRolePolicy", "DeleteUserPolicy", "UpdateAccessKey"),
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A lab and a forking process for all of a worker's incidents."""
    lab = Lab(seed="bob-mary-keith", propagation=0, read_delay=0, trail_delay=0, regions=REGIONS)
    folder = tmp_path_factory.mktemp("state")
    with (
        lab,
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash.dying"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as forker,
    ):
        yield Stage(lab, forker, folder)
        assert forker.stdin is not None
        forker.stdin.close()


@pytest.fixture(params=INCIDENTS)
def incident(request: pytest.FixtureRequest, opened: Stage) -> tuple[Stage, str]:
    """One incident in the lab begun anew, and its name."""
    begin, _, _ = INCIDENTS[request.param]
    opened.lab.reset()
    opened.choices, opened.made = CHOICES, None
    opened.forget()
    iam = client(opened.lab, "iam", opened.lab.credentials("admin"))
    wider = json.dumps(responder_policy(account=opened.lab.account), separators=(",", ":"))
    made = iam.create_policy(PolicyName="Responder", PolicyDocument=wider)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="responder", PolicyArn=made)
    begin(opened)
    return opened, request.param


def test_the_points_are_counted(incident: tuple[Stage, str]) -> None:
    """A process that is not killed passes as many points as are stated: none can slip past these tests."""
    stage, name = incident
    count = INCIDENTS[name][1]
    end = stage.dies(stage.planned(), 0)
    assert (end.signal, end.error, end.passed) == (0, "", count)


def test_a_killed_apply_is_finished(incident: tuple[Stage, str]) -> None:
    """Resumed, or applied again where nothing had begun, all is written; undone, the account is as at the start."""
    stage, name = incident
    count = INCIDENTS[name][1]
    start = stage.account()
    for point in range(1, count + 1):
        made = stage.planned()
        assert stage.dies(made, point).signal == SIGKILL, point
        receipt, world = stage.receipt(), stage.world
        done = apply(made, world, CONSENT) if receipt is None else resume(receipt, world, CONSENT)
        assert done.is_complete, point
        assert all(world.accounts.read(one.slot).text == one.after for one in done.begun.changes), point
        apply(undo(done, stage.world), stage.world, CONSENT)
        assert stage.account() == start, point
        stage.forget()


def test_a_killed_apply_is_undone(incident: tuple[Stage, str]) -> None:
    """Undone from wherever it was killed, the account is as at the start; an undo killed on its way is done again."""
    stage, name = incident
    count = INCIDENTS[name][1]
    start = stage.account()
    for point in range(1, count + 1):
        assert stage.dies(stage.planned(), point).signal == SIGKILL, point
        receipt = stage.receipt()
        if receipt is not None and set(receipt.states) != {"untouched"}:
            stage.dies(undo(receipt, stage.world), point)
            again = fold(stage.world.journal.entries(receipt.id))
            if not again.undone_by:
                apply(undo(again, stage.world), stage.world, CONSENT)
        assert stage.account() == start, point
        stage.forget()


def test_an_answer_lost_after_each_write(incident: tuple[Stage, str]) -> None:
    """AWS did it, and its answer never came: resumed, all is written; undone through the same, all is as before."""
    stage, name = incident
    start = stage.account()
    for call in INCIDENTS[name][2]:
        made = stage.planned()
        assert lost(stage, call, made).signal == 0, call
        receipt = stage.receipt()
        assert receipt is not None, call
        done = receipt if receipt.is_complete else resume(receipt, stage.world, CONSENT)
        assert done.is_complete, call
        apply(undo(done, stage.world), stage.world, CONSENT)
        assert stage.account() == start, call
        stage.forget()
    for call in UNDONE_BY[name]:
        done = apply(stage.planned(), stage.world, CONSENT)
        lost(stage, call, undo(done, stage.world))
        again = fold(stage.world.journal.entries(done.id))
        if not again.undone_by:
            apply(undo(again, stage.world), stage.world, CONSENT)
        assert stage.account() == start, call
        stage.forget()


def lost(stage: Stage, call: str, made: Plan) -> End:
    """The end of a process whose every attempt at that call is carried out and never answered."""
    stage.lab.faults.add(Fault("drop-reply-after-write", action=f"iam:{call}", principal="responder", times=3))
    end = stage.dies(made, 0)
    assert [one.fired for one in stage.lab.faults.all()] == [3], call
    stage.lab.faults.clear()
    return end


def test_the_readme_states_the_points_of_processes() -> None:
    """The README's number is the sum of those tried here."""
    points = sum(count for _, count, _ in INCIDENTS.values())
    assert f"killing real processes at {points}." in (ROOT / "README.md").read_text()
