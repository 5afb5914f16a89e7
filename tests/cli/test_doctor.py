"""`unassume doctor` against the lab, and where there is nothing to speak to."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import CommandLine
from tests.cli.test_careless import SECRET, SESSION, TOKEN, is_clear
from unassume.iam.documents import parse
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import responder_policy

ROLE_ARN = "arn:aws:iam::123456789012:role/team/Reports"


def states(out: str) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(out)["checks"]}


def test_the_responder_of_the_lab(run: CommandLine, lab: Lab) -> None:
    """As the administrator all is ok; as the responder who may not simulate, writes are not known: 3."""
    statements = [one for one in responder_policy(lab.account)["Statement"] if one["Sid"] != "AskWhatIsAllowed"]
    client(lab, "iam", lab.credentials("root")).put_user_policy(
        UserName="responder", PolicyName="Unassume",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )  # fmt: skip
    lab.clock.advance(60)
    well = run("doctor", "--profile", "admin", "-o", "json")
    assert (well.code, set(states(well.out).values())) == (0, {"ok"}), well.out
    half = run("doctor", "--role", "DataAnalyst", "-o", "json")
    assert half.code == 3
    assert states(half.out)["cut by inline policy"] == "warn"
    assert states(half.out)["survey"] == "ok"
    assert run.receipts() == []


def test_a_stranger_to_the_trail(run: CommandLine) -> None:
    """As Bob nothing that matters is allowed, each line fits 80 columns, and each failure says what to do."""
    ran = run("doctor", "--profile", "bob", "--role", "DataAnalyst")
    assert (ran.code, "✗ FAIL  trail" in ran.out, "✗ FAIL  survey" in ran.out) == (3, True, True), ran.out
    assert [line for line in ran.out.splitlines() if len(line) > 80] == []
    assert "do: " in ran.out


def test_nothing_to_speak_to(offline: CommandLine) -> None:
    """Without an answer from AWS it says so in a line, looks at the disk all the same, and ends with 3."""
    ran = offline("doctor", "-o", "json")
    found = states(ran.out)
    assert (ran.code, found["credentials"], found["state directory"]) == (3, "fail", "ok")


def test_a_disk_that_takes_nothing(offline: CommandLine) -> None:
    """A state directory that is a file is a failure with its reason."""
    (offline.folder / "file").write_text("")
    ran = offline("doctor", "--state-dir", offline.path("file"))
    assert (ran.code, "✗ FAIL  state directory" in ran.out) == (3, True)


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ((), "arn:aws:iam::"),
        (("--region", "cn-north-1"), "arn:aws-cn:"),
        (("--region", "us-gov-west-1"), "arn:aws-us-gov:"),
    ],
)
def test_the_policy_needs_nobody(offline: CommandLine, words: tuple[str, ...], start: str) -> None:
    """--policy prints one document, asks nothing, and speaks of the region's partition; --role narrows it."""
    ran = offline("doctor", "--policy", "--role", ROLE_ARN, *words)
    assert (ran.code, ran.err) == (0, "")
    parse(ran.out)
    assert start in ran.out
    assert ran.out.count(":role/*") == 1  # of the simulator, which is asked about oneself
    assert not (offline.folder / "state").exists()


def test_a_role_that_is_none(offline: CommandLine) -> None:
    """What can be no role ends with 2, and a secret is not repeated."""
    for role in ("x *", SECRET, TOKEN, SESSION):
        ran = offline("doctor", "--policy", "--role", role)
        assert (ran.code, is_clear(ran)) == (2, True)
        assert role not in ran.err
