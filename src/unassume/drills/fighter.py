"""The leaked role may write IAM, and the thief polls twice a second for a deny on it, which he deletes in time.

Facts under test: a deny on the role is gone before it is enforced, and the plan said so; an SCP names the same session
where nobody of the account can reach it, spares the other of the role, is proved by its canary, and is undone whole.
"""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from unassume.drills.actors import Actor
from unassume.drills.stage import ELSEWHERE, HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.errors import PartialError
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.documents import allow, arn, policy, trust
from unassume.means.mark import POLICY_PREFIX
from unassume.model.leads import parse_lead
from unassume.model.plans import Plan
from unassume.model.receipts import Receipt, fold
from unassume.model.rehearsals import Rehearsal
from unassume.ports import World
from unassume.report.plan import change_lines, gap_lines
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.sources.progress import SilentProgress
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.undo import undo
from unassume.wiring import connect

SUMMARY = "the role may write IAM, and the thief deletes every deny on it: an SCP holds"
ROLE, RESPONDER = "Deployer", "responder"


def play(stage: Stage) -> Rehearsal:
    """A deny on the role, deleted while it propagates; then the SCP, its proof, and the undo."""
    with tempfile.TemporaryDirectory(prefix="unassume-drill-") as folder:
        return _play(stage, Path(folder))


def _play(stage: Stage, folder: Path) -> Rehearsal:
    member = _Member(stage.lab)
    thief = stage.leaked(member.assumed("keith"))
    mary = stage.stands_by(member.assumed("mary"))
    stage.world = stage.lens(member.world(folder, _Fighting(stage.lab, thief)))
    before = {"thief": thief.work(_CALLS), "mary": mary.work(_CALLS)}
    stage.lab.clock.advance(TRAIL_DELAY)
    lead = parse_lead(thief.key_id)

    _, on_the_role = stage.planned(lead)
    lost = _fought(stage, on_the_role)
    _, made = stage.planned(lead, rung="scp")
    receipt = stage.applied(made, Consent(confirmed=frozenset({member.account})))
    stage.lab.clock.advance(10)
    after = {"thief": thief.work(_CALLS), "mary": mary.work(_CALLS)}
    evidence = stage.verified(receipt)
    stage.undone(receipt)

    is_named = any("could remove our deny" in gap.why and gap.blocks_containment for gap in on_the_role.gaps)
    is_right = bool(lost) and is_named and after["mary"] == before["mary"] and member.scps() == ["FullAWSAccess"]
    result = stage.result(evidence, () if is_right else ("somebody else was hit, or a trace of the SCP is left",))
    rows = [(call, *(f"{before[name][call]} -> {after[name][call]}" for name in before)) for call in _CALLS]
    story = [
        *chapter("a deny on the role", *gap_lines(on_the_role), *told(f"applied all the same: {lost}")),
        *chapter("an SCP", *(line for change in made.changes for line in change_lines(change))),
        *chapter("person x call, before -> after the cut", *table(("", *before), rows)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


_CALLS = ("ec2:DescribeInstances", "sts:GetCallerIdentity")


def _fought(stage: Stage, made: Plan) -> str:
    """What became of a deny on the role; whatever is left of it is undone."""
    try:
        receipt = stage.applied(made)
    except PartialError as error:
        apply(undo(_kept(error.receipt_id, stage), stage.world), stage.world, Consent(reopen=True))
        return error.message
    found = stage.verified(receipt)
    apply(undo(receipt, stage.world), stage.world, Consent(reopen=True))
    return "" if found.contained else next(proof.detail for proof in found.proofs if not proof.is_met)


def _kept(receipt_id: str, stage: Stage) -> Receipt:
    return fold(stage.world.journal.entries(receipt_id))


class _Fighting:
    """The lab's clock; as it runs, the thief looks twice a second for a deny on the role and deletes what he sees."""

    def __init__(self, lab: Lab, thief: Actor) -> None:
        self._lab, self._iam = lab, client(lab, "iam", thief.credentials)

    def now(self) -> datetime:
        """The lab's time."""
        return self._lab.clock.now()

    def sleep(self, seconds: float) -> None:
        """Jump forward, in steps of half a second while it is few of them."""
        steps = int(seconds * 2) if seconds <= 10 else 1
        for _ in range(max(1, steps)):
            self._lab.clock.advance(seconds / max(1, steps))
            self._look()

    def _look(self) -> None:
        from botocore.exceptions import ClientError

        try:
            for name in self._iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
                if name.startswith(POLICY_PREFIX):
                    self._iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
        except ClientError:
            pass  # refused at last


class _Member:
    """The member account: a role that may do everything, two people on it, and a responder of its own."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.account = next(name for name in lab.profiles if name.startswith("root-")).removeprefix("root-")
        self._root = lab.credentials(f"root-{self.account}")
        self._iam = client(lab, "iam", self._root)
        people = {name: self._user(name, policy(allow("Assume", ["sts:AssumeRole"], "*"))) for name in _PEOPLE}
        self._responder = self._user(RESPONDER, policy(allow("All", ["*"], "*")))
        self._people = people
        allowed = [arn(self.account, f"user/{name}") for name in (*_PEOPLE, RESPONDER)]
        trusted = {"Version": "2012-10-17", "Statement": [one for user in allowed for one in trust(user)["Statement"]]}
        self._iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trusted))
        everything = json.dumps(policy(allow("All", ["*"], "*")))
        self._iam.put_role_policy(RoleName=ROLE, PolicyName="Everything", PolicyDocument=everything)
        self._organizations = client(lab, "organizations", lab.credentials("admin"))
        root = self._organizations.list_roots()["Roots"][0]["Id"]
        self._organizations.enable_policy_type(RootId=root, PolicyType=_SCP)
        lab.clock.advance(60)

    def assumed(self, person: str) -> Actor:
        """That person's session of the role."""
        given = Actor(self._lab, person, self._people[person], HOME).assume(arn(self.account, f"role/{ROLE}"), person)
        return Actor(self._lab, person, given, HOME if person == "mary" else ELSEWHERE)

    def world(self, folder: Path, clock: _Fighting) -> World:
        """The responder's World of this account, with the organization's credentials for SCPs."""
        admin, lines = self._lab.credentials("admin"), []
        for name, held in ((RESPONDER, self._responder), ("organization", admin)):
            lines += [f"[{name}]", f"aws_access_key_id={held.access_key_id}"]
            lines += [f"aws_secret_access_key={held.secret_access_key}"]
        path = folder / "credentials"
        path.touch(0o600)
        path.write_text("\n".join(lines) + "\n")
        return connect(
            RESPONDER, self._lab.region, self._lab.endpoint_url, credentials_file=str(path), state_dir=str(folder),
            clock=clock, progress=SilentProgress(), incident="drill-fighter", organization_profile="organization",
        )  # fmt: skip

    def scps(self) -> list[str]:
        """The SCPs of the organization."""
        return [one["Name"] for one in self._organizations.list_policies(Filter=_SCP)["Policies"]]

    def _user(self, name: str, document: dict[str, Any]) -> Credentials:
        self._iam.create_user(UserName=name)
        self._iam.put_user_policy(UserName=name, PolicyName="Own", PolicyDocument=json.dumps(document))
        key = self._iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


_PEOPLE, _SCP = ("keith", "mary"), "SERVICE_CONTROL_POLICY"
