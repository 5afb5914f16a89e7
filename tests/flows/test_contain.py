"""Keith is cut by hand, by the commands alone, over HTTP against the lab."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.cli.running import REGIONS, CommandLine
from tests.lab.acting import CHILD_ARN, ROLE_ARN, TRUST, assume, code_of, reads
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import PEOPLE

SESSION = "arn:aws:sts::123456789012:assumed-role/DataAnalyst/keith"


@pytest.fixture
def regions() -> Sequence[str] | None:
    """Two regions, where a flow asks for no others."""
    return REGIONS


@pytest.fixture
def lab(regions: Sequence[str] | None) -> Iterator[Lab]:
    """A lab for each flow: each changes the account."""
    with Lab(seed="bob-mary-keith", propagation=5, regions=regions) as served:
        yield served


def answers(lab: Lab) -> dict[str, str]:
    """How each person's read is answered."""
    return {person: reads(lab, lab.credentials(person)) for person in PEOPLE}


def document(out: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(out)
    return read


def cut(run: CommandLine, lead: str, *more: str) -> str:
    """plan and apply; the receipt's id."""
    plan = run.path("plan.json")
    run("plan", lead, "--canary", "--out", plan, *more)
    done = run("apply", plan, "-o", "json")
    assert done.code == 7, done.err
    return str(document(done.out)["id"])


@pytest.mark.parametrize("regions", [None], ids=["all regions"])
def test_keith_is_cut_and_comes_back(run: CommandLine, lab: Lab) -> None:
    """find, plan, apply, verify, undo: Keith alone is denied, GetCallerIdentity fools nothing, undo restores him."""
    key = lab.credentials("keith").access_key_id
    assert run("find", key).code == 0
    receipt = cut(run, key)
    lab.clock.advance(6)
    assert answers(lab) == {"bob": "OK", "mary": "OK", "keith": "AccessDenied"}
    assert code_of(client(lab, "sts", lab.credentials("keith")).get_caller_identity) == "OK"
    proved = run("verify", receipt, "--wait")
    assert (proved.code, "CONTAINED" in proved.out) == (0, True), proved.out
    assert run("undo", receipt, "--yes").code == 6
    assert run("undo", receipt, "--yes", "--reopen").code == 0
    lab.clock.advance(6)
    assert answers(lab) == dict.fromkeys(PEOPLE, "OK")


def test_a_child_session_is_cut_with_its_parent(run: CommandLine, lab: Lab) -> None:
    """Keith's session of another role is listed, planned and cut on its own role, and undone with the rest."""
    child = assume(lab, lab.credentials("keith"), CHILD_ARN, "report", SourceIdentity="keith")
    lab.clock.advance(1)
    found = document(run("find", SESSION, "-o", "json").out)
    below = [session for session in found["sessions"] if session["id"] in found["descendants"]]
    assert [session["principal_arn"].rpartition("role/")[2] for session in below] == ["Reporting/report"]
    receipt = cut(run, SESSION)
    lab.clock.advance(6)
    assert (reads(lab, child), reads(lab, lab.credentials("keith"))) == ("AccessDenied", "AccessDenied")
    assert run("undo", receipt, "--yes", "--reopen").code == 0
    lab.clock.advance(6)
    assert (reads(lab, child), reads(lab, lab.credentials("keith"))) == ("OK", "OK")


def test_a_child_session_left_alone_blocks(run: CommandLine, lab: Lab) -> None:
    """With `--this-role-only` Keith's session of another role is a gap of the plan (3), and verify names it."""
    child = assume(lab, lab.credentials("keith"), CHILD_ARN, "report", SourceIdentity="keith")
    lab.clock.advance(1)
    made = run("plan", SESSION, "--this-role-only")
    assert (made.code, "NOT CUT (1)" in made.out) == (3, True)
    receipt = cut(run, SESSION, "--this-role-only")
    lab.clock.advance(6)
    assert (reads(lab, child), reads(lab, lab.credentials("keith"))) == ("OK", "AccessDenied")
    proved = run("verify", receipt)
    assert (proved.code, "CONTAINED" in proved.out, "NOT PROVEN" in proved.out) == (7, False, True)
    assert "is not cut" in " ".join(proved.out.split())


def test_a_role_made_anew_makes_the_plan_stale(run: CommandLine, lab: Lab) -> None:
    """After the role was deleted and created again under its name, the plan writes nothing: 4."""
    plan = run.path("plan.json")
    assert run("plan", SESSION, "--out", plan).code == 0
    iam = client(lab, "iam", lab.credentials("root"))
    iam.delete_role_policy(RoleName="DataAnalyst", PolicyName="DataAccess")
    iam.delete_role(RoleName="DataAnalyst")
    iam.create_role(RoleName="DataAnalyst", AssumeRolePolicyDocument=json.dumps(TRUST))
    lab.clock.advance(6)
    ran = run("apply", plan)
    assert (ran.code, "plan again" in ran.err, run.receipts()) == (4, True, [])


def test_every_kind_of_lead_leads_to_the_same_sessions(run: CommandLine, lab: Lab) -> None:
    """Session ARN, AROA...:name and key id name Keith's session; role name and ARN name the role and nobody."""
    role_id = client(lab, "iam", lab.credentials("root")).get_role(RoleName="DataAnalyst")["Role"]["RoleId"]
    leads = [SESSION, f"{role_id}:keith", lab.credentials("keith").access_key_id, "DataAnalyst", ROLE_ARN]
    found = [document(run("find", lead, "-o", "json").out) for lead in leads]
    named = [[s["session_name"] for s in one["sessions"] if s["id"] in one["leaked"]] for one in found]
    assert named == [["keith"], ["keith"], ["keith"], [], []]
    assert {tuple(sorted(s["id"] for s in one["sessions"])) for one in found[1:]} == {
        tuple(sorted(s["id"] for s in found[0]["sessions"]))
    }


def test_a_namesake_is_a_bystander(run: CommandLine, lab: Lab) -> None:
    """Bob's session that is named like Keith's would be cut with it: by key it is a bystander, and apply refuses."""
    bob: Credentials = lab.credentials("bob-user")
    assume(lab, bob, ROLE_ARN, "keith", SourceIdentity="bob")
    lab.clock.advance(1)
    plan = run.path("plan.json")
    made = document(run("plan", lab.credentials("keith").access_key_id, "--out", plan, "-o", "json").out)
    chosen = next(one for one in made["outlooks"] if one["chosen"])
    holders = {s["id"]: s["source_identity"] for s in made["sessions"]}
    assert [holders[one] for one in chosen["bystanders"]] == ["bob"]
    assert [holders[one] for one in made["targets"]] == ["keith"]
    refused = run("apply", plan)
    assert (refused.code, "--max-bystanders 1" in refused.err) == (6, True)
    assert run("apply", plan, "--max-bystanders", "1").code == 7


def test_one_command_contains_keith(run: CommandLine, lab: Lab) -> None:
    """contain: the plan is shown, written and proved in one go; Bob and Mary never notice."""
    done = run("contain", SESSION, "--canary", "--yes", "--incident", "inc-7")
    assert done.code == 0, done.err
    assert "CONTAINED: denied since" in done.out
    assert answers(lab) == {"bob": "OK", "mary": "OK", "keith": "AccessDenied"}
    (receipt,) = run.receipts()
    assert receipt.stem in done.err


def test_contain_asks_nobody_nothing_is_written(run: CommandLine, lab: Lab) -> None:
    """Without a terminal and without --yes nobody agreed: refused by a guard, before anything is asked of AWS."""
    before = len(lab.calls())
    done = run("contain", SESSION)
    assert done.code == 6
    assert "--yes" in done.err
    assert len(lab.calls()) == before
    assert not run.receipts()


def test_contain_holds_to_the_guards(run: CommandLine, lab: Lab) -> None:
    """--yes agrees to no bystander: the whole role is refused without its name."""
    done = run("contain", SESSION, "--rung", "older-sessions", "--yes")
    assert done.code == 6
    assert not run.receipts()
    assert answers(lab) == dict.fromkeys(PEOPLE, "OK")


def test_contain_of_nobody_is_not_found(run: CommandLine, lab: Lab) -> None:
    """A lead that leads nowhere ends with 4, and nothing is written."""
    assert run("contain", "NoSuchRole", "--yes").code == 4
    assert not run.receipts()


def test_contain_in_json_is_one_document(run: CommandLine, lab: Lab) -> None:
    """Standard output holds the evidence and nothing else."""
    done = run("contain", SESSION, "--canary", "--yes", "-o", "json")
    assert done.code == 0, done.err
    assert document(done.out)["contained"] is True
