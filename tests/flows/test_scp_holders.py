"""SCPs for a user's tokens and for everybody on a role, planned, applied and undone over HTTP against the lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import REGIONS
from tests.lab.acting import answer_of, assume
from tests.steps.made import proof
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.model.leads import Lead, RoleLead, parse_lead
from unassume.model.plans import Choices, Plan, RungName
from unassume.model.receipts import fold
from unassume.model.slots import RoleManagedPolicy, UserScp
from unassume.ports import World
from unassume.steps.apply import apply
from unassume.steps.find import find
from unassume.steps.guards import Consent
from unassume.steps.plan import plan
from unassume.steps.status import status
from unassume.steps.survey import survey
from unassume.steps.undo import undo
from unassume.steps.verify import verify
from unassume.wiring import connect

MEMBER, KIND, ROLE = "111122223333", "SERVICE_CONTROL_POLICY", "Deployer"
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": MEMBER}, "Action": "sts:AssumeRole"}],
    }
)
CONSENT = Consent(max_bystanders=None, confirmed=frozenset({MEMBER, ROLE}), reopen=True)
AN_HOUR = 3600


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A member account with two users who may do everything, and two roles that both of them may assume."""
    with Lab(seed="bob-mary-keith", accounts=2, regions=REGIONS) as served:
        organizations = client(served, "organizations", served.credentials("admin"))
        organizations.enable_policy_type(RootId=organizations.list_roots()["Roots"][0]["Id"], PolicyType=KIND)
        iam = client(served, "iam", served.credentials(f"root-{MEMBER}"))
        for name in ("keith", "mary"):
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="All", PolicyDocument=EVERYTHING)
        for name in (ROLE, "Reporting"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
            iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=EVERYTHING)
        served.clock.advance(60)
        yield served


@pytest.fixture(scope="module")
def people(lab: Lab) -> dict[str, Credentials]:
    """Each user's long-term key."""
    iam, found = client(lab, "iam", lab.credentials(f"root-{MEMBER}")), {}
    for name in ("keith", "mary"):
        key = iam.create_access_key(UserName=name)["AccessKey"]
        found[name] = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    return found


@pytest.fixture
def world(lab: Lab, tmp_path: Path) -> World:
    return connect(
        f"root-{MEMBER}", lab.region, lab.endpoint_url, credentials_file=str(lab.profiles_path),
        state_dir=str(tmp_path), clock=lab.clock, organization_profile="admin",
    )  # fmt: skip


def token(lab: Lab, user: Credentials) -> Credentials:
    return _held(client(lab, "sts", user).get_session_token())


def given_out(lab: Lab, user: Credentials, name: str) -> Credentials:
    return _held(client(lab, "sts", user).get_federation_token(Name=name, Policy=EVERYTHING))


def _held(answer: dict[str, Any]) -> Credentials:
    given = answer["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def works(lab: Lab, **actors: Credentials) -> dict[str, bool]:
    """Who is let in; a refusal has to be our SCP's, in AWS's words."""
    found = {}
    for name, credentials in actors.items():
        code, _, message = answer_of(client(lab, "ec2", credentials).describe_instances)
        assert code == "OK" or "with an explicit deny in a service control policy" in message, (code, message)
        found[name] = code == "OK"
    return found


def planned(world: World, lead: Lead, rung: RungName) -> Plan:
    lineage = find(lead, world)
    return plan(lineage, survey(lineage, world), Choices(incident="inc-1", rung=rung))


def scps(lab: Lab) -> list[str]:
    found = client(lab, "organizations", lab.credentials("admin")).list_policies(Filter=KIND)["Policies"]
    return [one["Name"] for one in found]


def test_a_user_s_token_is_cut_and_nobody_else_s(lab: Lab, people: dict[str, Credentials], world: World) -> None:
    """His token dies; his key, what he gave out, his next token and the other user's go on; undone, it lives again."""
    keith = people["keith"]
    leaked, portal = token(lab, keith), given_out(lab, keith, "portal")
    mary, session = token(lab, people["mary"]), assume(lab, keith, f"arn:aws:iam::{MEMBER}:role/{ROLE}", "keith")
    lab.clock.advance(AN_HOUR / 2)
    made = planned(world, parse_lead(leaked.access_key_id), "scp")
    assert isinstance(made.changes[0].slot, UserScp)
    receipt = apply(made, world, CONSENT)
    lab.clock.advance(60)
    later = token(lab, keith)
    others = {"key": keith, "portal": portal, "mary": mary, "mary_key": people["mary"], "later": later, "role": session}
    assert works(lab, leaked=leaked, **others) == {"leaked": False, **dict.fromkeys(others, True)}
    (one,) = status(world).ours
    assert one.slot == made.changes[0].slot
    lab.clock.advance(AN_HOUR / 2)
    assert proof(verify(receipt, world), "enforced")  # by its own refusal in the trail: no other SCP denies
    apply(undo(receipt, world), world, CONSENT)
    lab.clock.advance(60)
    assert works(lab, leaked=leaked) == {"leaked": True}
    assert scps(lab) == ["FullAWSAccess"]


def test_what_a_user_gave_out_is_cut_by_its_name(lab: Lab, people: dict[str, Credentials], world: World) -> None:
    """That name of the account, whoever gave it out, as the guard says; no other name, nor the user's own tokens."""
    keith, mary = people["keith"], people["mary"]
    leaked, namesake = given_out(lab, keith, "kiosk"), given_out(lab, mary, "kiosk")
    others = {"own": token(lab, keith), "other": given_out(lab, keith, "kiosk2"), "mary": token(lab, mary)}
    lab.clock.advance(AN_HOUR / 2)
    receipt = apply(planned(world, parse_lead(leaked.access_key_id), "scp"), world, CONSENT)
    lab.clock.advance(60)
    assert works(lab, leaked=leaked, namesake=namesake) == {"leaked": False, "namesake": False}
    assert works(lab, **others) == dict.fromkeys(others, True)
    apply(undo(receipt, world), world, CONSENT)
    lab.clock.advance(60)


@pytest.mark.parametrize("rung", ["scp-older-sessions", "scp-hold"])
def test_everybody_on_one_role_is_cut(lab: Lab, people: dict[str, Credentials], world: World, rung: RungName) -> None:
    """Any name on the role, and who comes later only under a hold; the other role and its users go on."""
    arns = {name: f"arn:aws:iam::{MEMBER}:role/{name}" for name in (ROLE, "Reporting")}
    on = {name: assume(lab, people[name], arns[ROLE], name) for name in ("keith", "mary")}
    beside = {"other": assume(lab, people["keith"], arns["Reporting"], "keith"), "key": people["keith"]}
    lab.clock.advance(AN_HOUR / 4)
    receipt = apply(planned(world, RoleLead(name=ROLE), rung), world, CONSENT)
    lab.clock.advance(60)
    later = assume(lab, people["mary"], arns[ROLE], "mary")
    assert works(lab, **on) == dict.fromkeys(on, False)
    assert works(lab, **beside) == dict.fromkeys(beside, True)
    assert works(lab, later=later) == {"later": rung == "scp-older-sessions"}
    apply(undo(receipt, world), world, CONSENT)
    lab.clock.advance(60)
    assert works(lab, **on) == dict.fromkeys(on, True)
    assert scps(lab) == ["FullAWSAccess"]


@pytest.mark.parametrize("rung", ["scp", "session-name"])
@pytest.mark.parametrize("is_made_anew", [False, True])
def test_a_cut_on_a_role_that_is_gone_is_undone(
    lab: Lab, people: dict[str, Credentials], world: World, rung: RungName, is_made_anew: bool
) -> None:
    """Deleted since, perhaps made anew by a pipeline: the SCP goes, the new role is untouched, the receipt closed."""
    iam = client(lab, "iam", lab.credentials(f"root-{MEMBER}"))
    name = f"Short-{rung}-{is_made_anew}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    lab.clock.advance(60)
    leaked = assume(lab, people["keith"], f"arn:aws:iam::{MEMBER}:role/{name}", "keith")
    lab.clock.advance(AN_HOUR / 4)
    receipt = apply(planned(world, parse_lead(leaked.access_key_id), rung), world, CONSENT)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)
    if is_made_anew:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=EVERYTHING)
    lab.clock.advance(60)
    undone = apply(undo(receipt, world), world, CONSENT)
    assert undone.is_complete
    assert undone.begun.absent == (() if rung == "scp" else (0,))
    assert fold(world.journal.entries(receipt.id)).undone_by == undone.id
    assert scps(lab) == ["FullAWSAccess"]
    assert not is_made_anew or iam.list_role_policies(RoleName=name)["PolicyNames"] == ["All"]


def test_a_managed_policy_outlives_its_role_and_is_removed(lab: Lab, world: World) -> None:
    """Detached when the role was deleted, it stands in the account until it is taken back."""
    iam = client(lab, "iam", lab.credentials(f"root-{MEMBER}"))
    slot = RoleManagedPolicy(account=MEMBER, role="Gone", policy="Unassume-inc-99999999")
    iam.create_policy(PolicyName=slot.policy, PolicyDocument=EVERYTHING)
    assert world.accounts.read(slot).text is None
    world.accounts.write(slot, EVERYTHING, None)
    assert slot.arn not in [one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]]
