"""status and prune on the command line, over HTTP: what stands is seen, and cleared when it is over."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.cli.running import CommandLine
from tests.cli.test_careless import SESSION
from unassume.lab import Lab
from unassume.lab.clients import client


def test_a_cut_is_seen_and_pruned(run: CommandLine, lab: Lab) -> None:
    """From the account alone: the cut that stands, one that somebody edited, and a prune of what is over."""
    assert run("plan", SESSION, "--out", run.path("plan.json"), "--incident", "INC-7").code == 0
    assert run("apply", run.path("plan.json")).code == 7
    iam = client(lab, "iam", lab.credentials("root"))
    before = {name: text for name, text in texts(lab).items() if "INC-7" not in name}
    ran = run("status", "-o", "json")
    read = json.loads(ran.out)
    assert (ran.code, read["document"]) == (0, "status")
    assert [(one["incident"], one["state"], one["sessions"]) for one in read["ours"]] == [("INC-7", "needed", 1)]
    assert "INC-7" in run("status", "DataAnalyst").out
    assert run("prune", "--yes").out == "nothing to prune\n"

    ((_, work),) = before.items()
    iam.put_role_policy(RoleName="DataAnalyst", PolicyName="Unassume-INC-8-00000000", PolicyDocument=work)
    edited = run("status")
    assert (edited.code, "somebody edited" in edited.out) == (3, True)

    lab.clock.advance(timedelta(hours=37).total_seconds())
    assert run("prune").code == 6
    pruned = run("prune", "--yes")
    assert (pruned.code, "removed" in pruned.out) == (0, True)
    assert texts(lab) == {**before, "Unassume-INC-8-00000000": work}
    assert json.loads(run("status", "-o", "json").out)["leftovers"] == []
    iam.delete_role_policy(RoleName="DataAnalyst", PolicyName="Unassume-INC-8-00000000")


def test_a_role_or_all_but_not_both(offline: CommandLine) -> None:
    """Two answers to one question are bad input."""
    assert offline("status", "DataAnalyst", "--all-roles").code == 2


def texts(lab: Lab) -> dict[str, str]:
    """The inline policies of the role, as IAM keeps them."""
    iam = client(lab, "iam", lab.credentials("root"))
    names = iam.list_role_policies(RoleName="DataAnalyst")["PolicyNames"]
    found = {name: iam.get_role_policy(RoleName="DataAnalyst", PolicyName=name)["PolicyDocument"] for name in names}
    return {name: json.dumps(document) for name, document in found.items()}
