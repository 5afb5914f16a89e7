"""`unassume plan` looks around: what the responder lacks, who wrote the role and what runs on it, text and JSON."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import pytest

from tests.cli.running import REGIONS, CommandLine
from tests.cli.test_careless import SESSION
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import responder_policy

ROLE = "DataAnalyst"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab of its own: the role is changed."""
    with Lab(seed="bob-mary-keith", regions=REGIONS) as served:
        yield served


def allow_less(lab: Lab, *left_out: str) -> None:
    """Take these actions out of the responder's policy."""
    document = responder_policy(lab.account)
    for one in document["Statement"]:
        one["Action"] = [action for action in one["Action"] if action not in left_out]
    document["Statement"] = [one for one in document["Statement"] if one["Action"]]
    iam = client(lab, "iam", lab.credentials("root"))
    iam.put_user_policy(UserName="responder", PolicyName="Unassume", PolicyDocument=json.dumps(document))
    lab.clock.advance(60)


def test_a_call_that_would_be_refused_is_named_first(run: CommandLine, lab: Lab) -> None:
    """A responder who may not delete the deny again is told in the plan, which is made all the same."""
    allow_less(lab, "iam:DeleteRolePolicy")
    ran = run("plan", SESSION, "--out", run.path("plan.json"))
    assert (ran.code, ran.complaint) == (0, [])
    assert f"! iam:DeleteRolePolicy on arn:aws:iam::{lab.account}:role/{ROLE}, for undo" in " ".join(ran.out.split())
    assert ran.out.index("NOT ALLOWED") < ran.out.index("change:")
    (lack,) = json.loads((run.folder / "plan.json").read_text())["preflight"]["lacking"]
    assert (lack["action"], lack["needed_for"], lack["is_known"]) == ("iam:DeleteRolePolicy", "undo", True)
    allow_less(lab)


def test_without_the_simulator_it_is_not_known(run: CommandLine, lab: Lab) -> None:
    """No write is tried to find out: it is not known, and the plan stands."""
    allow_less(lab, "iam:SimulatePrincipalPolicy")
    ran = run("plan", SESSION)
    assert ran.code == 0
    words = " ".join(ran.out.split())
    assert "not known: whether we may call iam:PutRolePolicy, iam:DeleteRolePolicy" in words
    assert "NOT ALLOWED" not in ran.out
    allow_less(lab)


def test_who_wrote_it_and_what_runs_on_it(run: CommandLine, lab: Lab) -> None:
    """A whole role that Lambda may take: its function is named; a service that may not be asked is not known."""
    root = lab.credentials("root")
    iam, account = client(lab, "iam", root), f"arn:aws:iam::{lab.account}:root"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    principal = {"AWS": account, "Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}
    trust = {"Version": "2012-10-17", "Statement": [{**statement, "Principal": principal}]}
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trust))
    lab.clock.advance(60)
    code, arn = io.BytesIO(), f"arn:aws:iam::{lab.account}:role/{ROLE}"
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    client(lab, "lambda", root).create_function(
        FunctionName="nightly", Runtime="python3.11", Role=arn, Handler="main.run", Code={"ZipFile": code.getvalue()}
    )
    allow_less(lab, "iam:ListInstanceProfilesForRole")
    ran = run("plan", arn, "-o", "json")
    found = json.loads(ran.out)["preflight"]
    (function,) = found["workloads"]
    assert (function["service"], function["name"], function["region"]) == ("lambda", "nightly", "us-east-1")
    (writer,) = found["writers"]
    told = (writer["last"]["call"], writer["last"]["by"], writer["last"]["tool"])
    assert told == ("UpdateAssumeRolePolicy", account, "sdk")
    (missing,) = found["not_known"]
    assert "could not look at all of EC2 in eu-west-1, us-east-1: not allowed to call" in missing
    allow_less(lab)
