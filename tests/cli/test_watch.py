"""watch on the command line: the exit codes, and the command that is run at a loss."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import CommandLine
from tests.cli.test_careless import SESSION
from unassume.lab import Lab
from unassume.lab.clients import client


def test_a_lost_cut_ends_with_8_and_calls_for_help(run: CommandLine, lab: Lab) -> None:
    """The policy is deleted behind our back: 8, and the command gets the loss as JSON on its standard input."""
    assert run("plan", SESSION, "--canary", "--out", run.path("plan.json")).code == 0
    assert run("apply", run.path("plan.json")).code == 7
    iam = client(lab, "iam", lab.credentials("root"))
    (ours,) = [name for name in iam.list_role_policies(RoleName="DataAnalyst")["PolicyNames"] if "Unassume" in name]
    iam.delete_role_policy(RoleName="DataAnalyst", PolicyName=ours)
    lab.clock.advance(60)
    kept = run.folder / "loss.json"
    ran = run("watch", "latest", "--on-loss", f"tee {kept}", "-o", "json")
    assert ran.code == 8
    told = json.loads(kept.read_text())
    assert (told["document"], told["losses"][0]["proof"]) == ("watched", "policies-stand")
    failing = run("watch", "latest", "--on-loss", "false")
    assert (failing.code, "ended with 1" in failing.err) == (8, True)
    absent = run("watch", "latest", "--on-loss", "/no/such/command")
    assert (absent.code, "could not be run" in absent.err) == (8, True)


@pytest.mark.parametrize("command", ["", "   ", "'unclosed"])
def test_what_is_no_command_is_bad_input(offline: CommandLine, command: str) -> None:
    """It is read before the watch begins, not when it is needed."""
    assert offline("watch", "latest", "--on-loss", command).code == 2
