"""What to know of a role before its sessions are cut: notes, none of which stops the cut."""

from __future__ import annotations

import json

import pytest

from tests.steps.made import ROLE_NAME, made_role, scene
from unassume.steps.preflight import preflight
from unassume.steps.workloads import KINDS, may_run


def trust(effect: str = "Allow", **principal: object) -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.mark.parametrize("service", sorted(KINDS))
def test_a_role_of_a_workload_says_how_it_renews(service: str) -> None:
    """Where a trust lets a compute service in, the note says how what runs there gets new credentials."""
    (note,) = preflight(made_role(trust=trust(Service=["events.amazonaws.com", service])))
    assert (note.why, note.blocks_containment) == (may_run(KINDS[service]), False)


@pytest.mark.parametrize(
    "text",
    [
        trust(AWS="arn:aws:iam::111122223333:root"),
        trust("Deny", Service="ec2.amazonaws.com"),
        "{}",
        "no policy",
    ],
    ids=["people", "a deny", "empty", "unreadable"],
)
def test_a_role_of_nobody_known_says_nothing(text: str) -> None:
    """Nothing is told of workloads that the trust does not name."""
    assert preflight(made_role(trust=text)) == ()


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"aws:cloudformation:stack-name": "base"}, "stack `base`"),
        ({"ManagedBy": "Terraform"}, "Terraform"),
        ({"terraform": "true"}, "Terraform"),
        ({"provisioner": "OpenTofu 1.8"}, "Terraform"),
    ],
)
def test_who_manages_the_role_is_told(tags: dict[str, str], word: str) -> None:
    """CloudFormation marks what it makes; teams mark what Terraform does."""
    (note,) = preflight(made_role(tags=tags))
    assert word in note.why


def test_other_tags_say_nothing() -> None:
    """A tag that only mentions a word is no trace."""
    assert preflight(made_role(tags={"team": "terraform-core", "managed-by": "ops"})) == ()


def test_the_plan_carries_the_notes() -> None:
    """They stand among the plan's gaps, and block nothing."""
    set_up = scene()
    set_up.accounts.roles[ROLE_NAME] = made_role(trust=trust(Service="ec2.amazonaws.com"))
    made = set_up.planned()
    assert made.changes
    (note,) = made.gaps
    assert "EC2 instances" in note.why
