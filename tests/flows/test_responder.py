"""The policy that doctor prints is enough: a responder who holds exactly it carries Keith's cut from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.running import REGIONS, CommandLine
from tests.flows.test_contain import SESSION, answers
from unassume.lab import Lab
from unassume.lab.clients import client


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab of two regions whose policies are enforced after 5 s."""
    with Lab(seed="bob-mary-keith", propagation=5, regions=REGIONS) as served:
        yield served


@pytest.fixture
def responder(run: CommandLine, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line as a new user with that policy and nothing else."""
    document = run("doctor", "--policy", "--role", "DataAnalyst").out
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="lean")
    # It is longer than the 2,048 characters that the inline policies of a user may have.
    made = iam.create_policy(PolicyName="Responder", PolicyDocument=json.dumps(json.loads(document)))
    iam.attach_user_policy(UserName="lean", PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName="lean")["AccessKey"]
    lab.clock.advance(6)
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    return run


def test_the_policy_is_enough(responder: CommandLine, lab: Lab) -> None:
    """doctor is content, and find, plan, preview, apply, verify, report and undo do all they should."""
    looked = responder("doctor", "--role", "DataAnalyst")
    assert looked.code == 0, looked.out
    assert responder("find", SESSION).code == 0
    plan = responder.path("plan.json")
    assert responder("plan", SESSION, "--canary", "--out", plan).code == 0
    assert responder("preview", plan).code == 0
    done = responder("apply", plan, "-o", "json")
    assert done.code == 7, done.err
    receipt = json.loads(done.out)["id"]
    lab.clock.advance(6)
    assert answers(lab) == {"bob": "OK", "mary": "OK", "keith": "AccessDenied"}
    assert responder("verify", receipt, "--wait").code == 0
    assert "CONTAINED when" in responder("report", receipt).out
    assert responder("undo", receipt, "--yes", "--reopen").code == 0
    lab.clock.advance(6)
    assert set(answers(lab).values()) == {"OK"}


def test_the_policy_narrowed_to_one_role_is_found_narrow(responder: CommandLine) -> None:
    """For another role doctor fails, names the calls that would be refused, and nothing was tried."""
    looked = responder("doctor", "--role", "Reporting")
    assert looked.code == 3
    assert "iam:PutRolePolicy" in looked.out
