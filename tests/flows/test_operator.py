"""The operator's own session ends between two writes: the receipt is named, and new credentials finish or undo it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import CommandLine
from tests.flows.weather import account, signed_in, widen
from tests.lab.acting import CHILD_ARN, TRUST, assume, code_of
from unassume.lab import Call, Credentials, Lab
from unassume.lab.clients import client
from unassume.steps.needs import responder_policy

OPERATOR = "Operator"
LIFE = 901
Trap = dict[str, str]


@pytest.fixture
def trap() -> Trap:
    """`after`: the call after which the operator's session is over; empty for none."""
    return {}


@pytest.fixture
def lab(trap: Trap) -> Iterator[Lab]:
    """A lab that jumps past the end of a session right after the call that was named."""

    def seen(call: Call) -> None:
        if call.action == trap.get("after") and OPERATOR in call.principal_arn:
            trap.clear()
            served.clock.advance(LIFE)

    served = Lab(seed="bob-mary-keith", regions=("us-east-1",), on_call=seen)
    with served:
        widen(served)
        _make_operator(served)
        served.clock.advance(60)
        yield served


def _make_operator(lab: Lab) -> None:
    iam = client(lab, "iam", lab.credentials("admin"))
    iam.create_role(RoleName=OPERATOR, AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = json.dumps(responder_policy(account=lab.account))
    iam.put_role_policy(RoleName=OPERATOR, PolicyName="Respond", PolicyDocument=policy)


@pytest.fixture
def child(lab: Lab) -> Credentials:
    """Keith's leaked session issued one of another role, which no canary of ours may assume."""
    given = assume(lab, lab.credentials("keith"), CHILD_ARN, "report", SourceIdentity="keith")
    lab.clock.advance(60)
    return given


def sign_in(lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Credentials:
    """The operator takes a new session of 15 minutes."""
    role = f"arn:aws:iam::{lab.account}:role/{OPERATOR}"
    given = assume(lab, lab.credentials("admin"), role, "kim", DurationSeconds=900)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(signed_in(folder / "credentials", given, "operator")))
    monkeypatch.setenv("AWS_PROFILE", "operator")
    return given


@pytest.mark.parametrize("then", ["resume", "undo"])
def test_it_ends_between_two_writes(
    run: CommandLine,
    lab: Lab,
    child: Credentials,
    trap: Trap,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    then: str,
) -> None:
    """Exit 5 and the receipt's id; both ends are reached with new credentials, and with the dead ones neither."""
    start, plan = account(lab), run.path("plan.json")
    dead = sign_in(lab, tmp_path, monkeypatch)
    assert run("plan", lab.credentials("keith").access_key_id, "--canary", "--out", plan).code == 0
    trap["after"] = "iam:PutRolePolicy"
    ended = run("apply", plan, "--yes")
    (receipt,) = (path.stem for path in run.receipts())
    assert (ended.code, ended.out) == (5, "")
    assert f"unassume apply --resume {receipt}" in ended.err
    assert "expired" in ended.err
    words = {"resume": ("apply", "--resume", receipt, "--yes"), "undo": ("undo", receipt, "--yes", "--reopen")}[then]
    assert run(*words).code == 1
    assert account(lab) != start

    alive = sign_in(lab, tmp_path, monkeypatch)
    finished = run(*words)
    assert finished.code == {"resume": 7, "undo": 0}[then], finished.err
    if then == "resume":
        assert code_of(client(lab, "ec2", child).describe_instances) == "UnauthorizedOperation"
        assert run("verify", receipt, "--wait").code == 0
        assert run("undo", receipt, "--yes", "--reopen").code == 0
    assert account(lab) == start
    kept = "".join(path.read_text() for path in run.receipts())
    assert not any(
        secret in kept for one in (dead, alive) for secret in (one.secret_access_key, str(one.session_token))
    )


def test_it_ends_before_the_first_write(
    run: CommandLine, lab: Lab, trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS refused the first write for certain: exit 1, nothing is written, and the plan may be applied again."""
    start, plan = account(lab), run.path("plan.json")
    sign_in(lab, tmp_path, monkeypatch)
    assert run("plan", lab.credentials("keith").access_key_id, "--canary", "--out", plan).code == 0
    trap["after"] = "sts:AssumeRole"
    ended = run("apply", plan, "--yes")
    assert (ended.code, account(lab)) == (1, start), ended.err
    assert "expired" in ended.err
    sign_in(lab, tmp_path, monkeypatch)
    assert run("apply", plan, "--yes").code == 7


def test_it_ends_after_the_last_write(
    run: CommandLine, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All was written: verify with a dead session ends with 1 and says so, never with contained."""
    plan = run.path("plan.json")
    sign_in(lab, tmp_path, monkeypatch)
    assert run("plan", lab.credentials("keith").access_key_id, "--canary", "--out", plan).code == 0
    assert run("apply", plan, "--yes").code == 7
    lab.clock.advance(LIFE)
    looked = run("verify", "latest", "--wait")
    assert (looked.code, "CONTAINED" in looked.out, "expired" in looked.err) == (1, False, True)
    watched = run("watch", "latest")
    assert (watched.code, "CONTAINED" in watched.out, "expired" in watched.err) == (1, False, True)
