"""The look around a plan: what is asked for exactly this plan, and that nothing it finds or misses stops it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tests.fakes import ACCOUNT, RESPONDER, START
from tests.steps.around import FakeSurroundings, looked, notes
from tests.steps.made import KEITH, ROLE_NAME, WHOLE_ROLE, Scene, made_role, role_arn, scene
from tests.steps.test_users import user
from unassume.model.leads import UserLead
from unassume.model.plans import Choices, Leaked, RungName
from unassume.model.preflights import (
    Answer,
    AskAllowed,
    AskWorkloads,
    AskWrites,
    Lack,
    PolicyWrite,
    Preflight,
    Question,
    Tool,
)
from unassume.model.sightings import Identity, Issuance
from unassume.model.slots import RoleTrustStatement, Scp
from unassume.report.plan import brief_lines, plan_lines
from unassume.steps.plan import plan
from unassume.steps.surroundings import look_around
from unassume.steps.survey import survey
from unassume.steps.workloads import KINDS, may_run
from unassume.steps.writers import writers

SERVICES = {"ec2.amazonaws.com": "ec2", "lambda.amazonaws.com": "lambda"}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/Limits"


def compute(*services: str, **principal: object) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": [*services], **principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def on_compute(*services: str) -> Scene:
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(trust=compute(*(services or SERVICES)))
    return set_up


def write(tool: Tool, call: str = "PutRolePolicy", policy: str = "Work", at: float = 0) -> PolicyWrite:
    by = f"arn:aws:sts::{ACCOUNT}:assumed-role/Pipeline/run"
    return PolicyWrite(call=call, at=START - timedelta(hours=at), by=by, tool=tool, policy=policy)


def test_only_what_the_plan_would_call_is_asked() -> None:
    """An inline deny and its canary: four calls on the role, and none that the survey made already."""
    around = FakeSurroundings()
    made = looked(scene(), around, KEITH)
    (asked,) = around.of(AskAllowed)
    assert isinstance(asked, AskAllowed)
    assert asked.resource == role_arn(ROLE_NAME)
    assert set(asked.actions) == {"iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "sts:AssumeRole"}
    assert (made.preflight, around.of(AskWorkloads)) == (Preflight(), [])


def test_a_managed_policy_asks_for_its_own() -> None:
    """Calls on a policy are asked of that policy, those that attach it of the role or user."""
    around, full = FakeSurroundings(), scene()
    full.accounts.roles[ROLE_NAME] = made_role(inline={"big": json.dumps({"Statement": "x" * 10_200})})
    made = looked(full, around, KEITH, canary=False)
    asked = {(one.resource, one.actions) for one in around.of(AskAllowed) if isinstance(one, AskAllowed)}
    (slot,) = (change.slot for change in made.changes)
    on_policy = ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:CreatePolicy", "iam:DeletePolicy")
    assert asked == {
        (role_arn(ROLE_NAME), ("iam:AttachRolePolicy", "iam:DetachRolePolicy")),
        (f"arn:aws:iam::{ACCOUNT}:policy/{getattr(slot, 'policy', '')}", on_policy),
    }


def test_a_key_and_a_user_s_policy() -> None:
    """A key made inactive and a deny on the user are asked of the user, and who wrote the user is asked too."""
    around, set_up = FakeSurroundings(), scene()
    set_up.accounts.users["keith"] = user()
    looked(set_up, around, UserLead(account=ACCOUNT, name="keith"), deactivate_keys=True)
    (asked,) = around.of(AskAllowed)
    assert isinstance(asked, AskAllowed)
    assert asked.resource == user().arn
    assert {"iam:UpdateAccessKey", "iam:PutUserPolicy", "iam:DeleteUserPolicy"} <= set(asked.actions)
    assert [one.subject.label for one in around.of(AskWrites) if isinstance(one, AskWrites)] == ["user `keith`"]


def test_what_is_refused_is_named_before_anything_is_tried() -> None:
    """It is in the plan with what it is for, above everything in its text and in what a person reads before a yes."""
    around = FakeSurroundings(refused=frozenset({"iam:DeleteRolePolicy"}), unknown=frozenset({"sts:AssumeRole"}))
    made = looked(scene(), around, KEITH)
    arn = role_arn(ROLE_NAME)
    assert made.preflight.lacking == (
        Lack(action="iam:DeleteRolePolicy", resource=arn, needed_for="undo", is_known=True),
        Lack(action="sts:AssumeRole", resource=arn, needed_for="canary", is_known=False),
    )
    for lines in (plan_lines(made), brief_lines(made)):
        text = " ".join(" ".join(lines).split())
        assert "NOT ALLOWED (1), by IAM's policy simulator or a read that was refused:" in text
        assert f"! iam:DeleteRolePolicy on {arn}, for undo" in text
        assert "not known: whether we may call sts:AssumeRole" in text
    assert made.changes


def test_a_look_that_fails_leaves_the_plan_as_it_was() -> None:
    """With every answer missing the changes stand, and each thing not known is a note that blocks nothing."""
    set_up, why = on_compute(), "AWS throttled it"
    around = FakeSurroundings(silent=dict.fromkeys((AskAllowed, AskWrites, "ec2", "lambda"), why))
    made, unlooked = looked(set_up, around, WHOLE_ROLE), looked(set_up, None, WHOLE_ROLE)
    assert (made.changes, unlooked.preflight) == (unlooked.changes, Preflight())
    assert [gap for gap in made.gaps if gap.blocks_containment] == [
        gap for gap in unlooked.gaps if gap.blocks_containment
    ]
    text = notes(made)
    assert f"not known: what we may do: {why}" in text
    assert f"not known: role `{ROLE_NAME}`: who writes it: {why}" in text
    assert f"could not look at all of EC2 in eu-west-1, us-east-1: {why}" in text
    assert may_run(KINDS["ec2.amazonaws.com"]) in text
    assert not any(one.is_known for one in made.preflight.lacking)


def test_nothing_is_asked_where_nothing_is_written() -> None:
    """A plan without changes looks at nothing."""
    around, set_up = FakeSurroundings(), scene()
    made = looked(set_up, around, WHOLE_ROLE, rung="session-name")
    assert (made.changes, around.asked) == ((), [])


def test_another_account_s_role_is_not_asked_about() -> None:
    """The simulator and the trail are of our own account: for another one it is said that nobody asked."""
    around, set_up = FakeSurroundings(), scene()
    lineage = set_up.found(KEITH)
    seen = survey(lineage, set_up.world)
    made = plan(lineage, seen, Choices(incident="inc-1", canary=True))
    elsewhere = msgspec.structs.replace(seen, caller=msgspec.structs.replace(RESPONDER, account="444455556666"))
    made = look_around(made, elsewhere, replace(set_up.world, surroundings=around))
    assert (around.asked, bool(made.changes)) == ([], True)
    assert f"what we may do in account {ACCOUNT} was not asked" in notes(made)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("terraform", "aws_iam_role_policies_exclusive"),
        ("cloudformation", "REVERT_DRIFT"),
        ("pulumi", "--refresh"),
        ("systems-manager", "remediation"),
        ("aws-cli", "what it does next is not known"),
    ],
)
def test_the_next_run_of_each_tool_is_told(tool: Tool, words: str) -> None:
    """A note says who wrote the role, when, how often, and what that tool would do to an inline deny."""
    made = looked(scene(), FakeSurroundings(writes=(write(tool), write(tool, at=3))), KEITH)
    (writer,) = made.preflight.writers
    assert (writer.times, writer.last.at, words in writer.next_run) == (2, START, True)
    assert "wrote it 2 time(s): PutRolePolicy Work at 2026-11-23T18:00:00Z by arn:aws:sts::" in notes(made)


def test_terraform_and_a_trust_policy() -> None:
    """Terraform holds a trust policy whole: it is told of it besides the deny, in one sentence."""
    slots = (RoleTrustStatement(account=ACCOUNT, role=ROLE_NAME, statement="x"),)
    (writer,) = writers(made_role(), Answer(writes=(write("terraform"),)), slots)
    assert "writes the whole trust policy" in writer.next_run


def test_an_scp_is_out_of_reach_of_who_writes_the_role() -> None:
    """Whatever writes the role does not write the SCP."""
    slots = (Scp(account=ACCOUNT, role=ROLE_NAME, policy="x"),)
    (writer,) = writers(made_role(), Answer(writes=(write("terraform"),)), slots)
    assert "stands elsewhere" in writer.next_run


def test_terraform_and_a_managed_policy() -> None:
    """For a deny in a managed policy it is the exclusive attachments that count."""
    full = scene()
    full.accounts.roles[ROLE_NAME] = made_role(inline={"big": json.dumps({"Statement": "x" * 10_200})})
    made = looked(full, FakeSurroundings(writes=(write("terraform"),)), KEITH)
    assert "managed_policy_arns" in made.preflight.writers[0].next_run


@pytest.mark.parametrize("policy", ["Unassume-inc-0-d10b656a", "AWSRevokeOlderSessions"])
def test_a_tool_that_took_a_deny_away_will_do_it_again(policy: str) -> None:
    """Whoever deleted a revocation before is told by that very call; our own prune is not."""
    writes = (write("terraform"), write("terraform", "DeleteRolePolicy", policy, at=5), write("unassume", at=6))
    (writer,) = looked(scene(), FakeSurroundings(writes=writes), KEITH).preflight.writers
    assert (writer.last.call, writer.next_run) == ("DeleteRolePolicy", "it took a deny away before: freeze it")


@pytest.mark.parametrize("rung", ["older-sessions", "hold"])
def test_a_whole_role_is_looked_up_in_every_region(rung: RungName) -> None:
    """Each service its trust lets in, in each region the trail covers, and no other service."""
    around = FakeSurroundings(runs={("ec2", "eu-west-1"): ("i-0abc",)})
    made = looked(on_compute(), around, WHOLE_ROLE, rung=rung)
    asked = {(one.service, one.region) for one in around.of(AskWorkloads) if isinstance(one, AskWorkloads)}
    assert asked == {(service, region) for service in SERVICES.values() for region in ("us-east-1", "eu-west-1")}
    (found,) = made.preflight.workloads
    assert (found.name, found.region, found.renews) == ("i-0abc", "eu-west-1", KINDS["ec2.amazonaws.com"].renews)
    assert "EC2 instances run on it (i-0abc in eu-west-1): their metadata" in notes(made)
    assert "no Lambda functions are seen on it in eu-west-1, us-east-1" in notes(made)
    assert "may run on it" not in notes(made)


def test_a_person_s_session_waits_for_no_workload() -> None:
    """A cut by a person's name reaches no workload: nothing is looked up, and the trust's word stands."""
    around = FakeSurroundings()
    made = looked(on_compute(), around, KEITH)
    assert around.of(AskWorkloads) == []
    assert may_run(KINDS["lambda.amazonaws.com"]) in notes(made)


@pytest.mark.parametrize("how", ["said", "issued to AWS", "by name"])
def test_a_workload_s_session_is_looked_up(how: str) -> None:
    """The responder says so, AWS itself was issued the session, or it bears an instance's name."""
    around, set_up = FakeSurroundings(), on_compute("ec2.amazonaws.com")
    lead = KEITH
    leaked: Leaked = "unknown"
    if how == "said":
        leaked = "workload"
    elif how == "issued to AWS":
        aws = Identity(kind="AWSService")
        issued = [msgspec.structs.replace(one, caller=aws) for one in set_up.trail.seen if isinstance(one, Issuance)]
        set_up.trail.seen = [*issued]
    else:
        lead = msgspec.structs.replace(KEITH, session_name="i-0123456789abcdef0")
    looked(set_up, around, lead, leaked=leaked)
    assert {one.service for one in around.of(AskWorkloads) if isinstance(one, AskWorkloads)} == {"ec2"}


def test_one_region_that_could_not_be_read_is_no_all_clear() -> None:
    """Where one region is missing, nothing is said to be absent, and what was found is said all the same."""
    runs = {("lambda", "us-east-1"): ("report", "nightly")}
    set_up = on_compute()

    class Half(FakeSurroundings):
        def _answer(self, question: Question) -> Answer:
            if isinstance(question, AskWorkloads) and question.region == "eu-west-1":
                return Answer(missing=("no answer within 8 s",))
            return super()._answer(question)

    text = notes(looked(set_up, Half(runs=runs), WHOLE_ROLE))
    assert "Lambda functions run on it (report in us-east-1, nightly in us-east-1)" in text
    assert "no EC2 instances are seen" not in text
    assert may_run(KINDS["ec2.amazonaws.com"]) in text
    assert "could not look at all of Lambda in eu-west-1: no answer within 8 s" in text
