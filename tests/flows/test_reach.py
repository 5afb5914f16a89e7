"""Several accounts over HTTP: one plan cuts a session in each, and what one issued in the other, by an assumed role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import REGIONS
from unassume.errors import AccessError
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import ROLE
from unassume.model.evidence import Evidence
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices, Plan
from unassume.ports import World
from unassume.steps.apply import apply
from unassume.steps.find import find
from unassume.steps.guards import Consent
from unassume.steps.plan import plan
from unassume.steps.survey import survey
from unassume.steps.undo import undo
from unassume.steps.verify import verify
from unassume.wiring import connect

MEMBER = "111122223333"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
WORK = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "iam:List*"], "Resource": "*"}]}


def trusting(*arns: str) -> str:
    """A trust that lets these principals assume a role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": list(arns)},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two accounts: in the second a role for responders, and one that Keith's role may assume."""
    with Lab(seed="bob-mary-keith", accounts=2, regions=REGIONS, propagation=3, trail_delay=60) as served:
        iam = client(served, "iam", served.credentials(f"root-{MEMBER}"))
        own = served.account
        for name, let_in in {
            "IncidentResponse": [f"arn:aws:iam::{own}:user/responder"],
            "Warehouse": [f"arn:aws:iam::{own}:role/{ROLE}", f"arn:aws:iam::{MEMBER}:role/IncidentResponse"],
        }.items():
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(*let_in))
            granted = WORK if name == "Warehouse" else ANYTHING
            iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=json.dumps(granted))
        at_home = client(served, "iam", served.credentials("admin"))
        reach = {"Effect": "Allow", "Action": "sts:*", "Resource": f"arn:aws:iam::{MEMBER}:role/*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [reach]})
        at_home.put_user_policy(UserName="responder", PolicyName="reach", PolicyDocument=text)
        at_home.put_role_policy(RoleName=ROLE, PolicyName="reach", PolicyDocument=text)
        served.clock.advance(60 * 5)
        yield served


def world(lab: Lab, folder: Path, accounts: tuple[str, ...] = (MEMBER,), role: str = "IncidentResponse") -> World:
    return connect(
        "responder", lab.region, lab.endpoint_url, credentials_file=str(lab.profiles_path), state_dir=str(folder),
        clock=lab.clock, reach_role=role, reach_accounts=accounts, incident="reach",
    )  # fmt: skip


def assumed(lab: Lab, by: Credentials, name: str) -> Credentials:
    """A session of the second account's role."""
    sts = client(lab, "sts", by)
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{MEMBER}:role/Warehouse", RoleSessionName=name)["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def works(lab: Lab, credentials: Credentials) -> bool:
    """Whether a call that policies judge is not refused by an explicit deny."""
    from botocore.exceptions import ClientError

    try:
        client(lab, "iam", credentials).list_account_aliases()
    except ClientError as error:
        return "explicit deny" not in str(error)
    return True


def planned(lab: Lab, here: World, *leads: str) -> Plan:
    lineage = find(parse_lead(" ".join(leads)), here)
    return plan(lineage, survey(lineage, here), Choices(incident="reach", canary=True))


def keith_arn(lab: Lab) -> str:
    return f"arn:aws:sts::{lab.account}:assumed-role/{ROLE}/keith"


def policies(lab: Lab) -> dict[str, Any]:
    """The names of the policies on both roles."""
    home, away = client(lab, "iam", lab.credentials("admin")), client(lab, "iam", lab.credentials(f"root-{MEMBER}"))
    return {
        ROLE: home.list_role_policies(RoleName=ROLE)["PolicyNames"],
        "Warehouse": away.list_role_policies(RoleName="Warehouse")["PolicyNames"],
    }


def test_one_plan_cuts_in_both_accounts(lab: Lab, tmp_path: Path) -> None:
    """What Keith's session took in the second account is cut there, by the role; the other's session goes on."""
    loot = assumed(lab, lab.credentials("keith"), "loot")
    other = assumed(lab, lab.credentials("bob"), "ann")
    assert works(lab, loot)
    before = policies(lab)
    lab.clock.advance(60 * 2)
    here = world(lab, tmp_path)
    made = planned(lab, here, keith_arn(lab))
    assert made.accounts == tuple(sorted((lab.account, MEMBER)))
    assert {region.account for region in made.coverage.regions} == {lab.account, MEMBER} if made.coverage else False
    receipt = apply(made, here, Consent(max_bystanders=0))
    lab.clock.advance(60)
    assert (works(lab, loot), works(lab, other)) == (False, True)
    lab.clock.advance(60 * 3)
    found = verify(receipt, here, patience=timedelta(minutes=30))
    assert isinstance(found, Evidence)
    assert found.contained, found.proofs
    apply(undo(receipt, here), here, Consent(reopen=True))
    assert policies(lab) == before
    lab.clock.advance(60)


def test_an_account_out_of_reach_is_refused_before_anything_is_written(lab: Lab, tmp_path: Path) -> None:
    """A plan for two accounts, applied with credentials of one."""
    assumed(lab, lab.credentials("keith"), "loot")
    lab.clock.advance(60 * 2)
    made, before = planned(lab, world(lab, tmp_path), keith_arn(lab)), policies(lab)
    assert MEMBER in made.accounts
    with pytest.raises(AccessError, match=f"account {MEMBER}"):
        apply(made, world(lab, tmp_path, accounts=()), Consent(max_bystanders=0))
    assert policies(lab) == before


def test_a_role_that_lets_nobody_in_is_a_gap_not_an_empty_trail(lab: Lab, tmp_path: Path) -> None:
    """The other account's trail was not read: that is said, and nothing is called complete."""
    lineage = find(parse_lead(keith_arn(lab)), world(lab, tmp_path, role="NoSuchRole"))
    assert lineage.leaked
    assert any(MEMBER in gap for gap in lineage.coverage.gaps)
    assert not lineage.coverage.is_complete
