"""The stage of a drill: a lab, the responder's World in it, the people, and what is told of it.

The lab lags as AWS does: 5 s until a policy is enforced, 2 s until a read shows a write, 5 minutes until the trail
shows an event. Its clock is jumped, not waited for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from unassume.drills.actors import UNSTOPPABLE, Actor
from unassume.lab import Call, Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import PEOPLE, RESPONDER, ROLE
from unassume.lab.seeds.documents import arn
from unassume.means.mark import POLICY_PREFIX
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import Lead
from unassume.model.lineages import Lineage
from unassume.model.plans import Choices, CutOff, Leaked, Plan, RungName
from unassume.model.receipts import Receipt
from unassume.model.rehearsals import DrillResult
from unassume.ports import World
from unassume.sources.progress import SilentProgress
from unassume.steps.apply import apply
from unassume.steps.find import find
from unassume.steps.guards import Consent
from unassume.steps.needs import responder_policy
from unassume.steps.plan import plan
from unassume.steps.survey import survey
from unassume.steps.undo import undo
from unassume.steps.verify import verify
from unassume.wiring import connect

PROPAGATION, READ_DELAY, TRAIL_DELAY = 5.0, 2.0, 300.0
PATIENCE = timedelta(minutes=30)
HOME, ELSEWHERE = "192.0.2.10", "203.0.113.66"
_WRITES = ("iam:Put", "iam:Delete", "iam:Attach", "iam:Detach", "iam:Update", "iam:Create")
_BY_ORGANIZATION = ("organizations:Create", "organizations:Attach", "organizations:Detach", "organizations:Delete")


Lens = Callable[[World], World]
"""What every World of a drill is looked through: by a test that keeps what was asked and written."""


class Stage:
    """One drill under way: the steps with the drill's names filled in, and the counting."""

    def __init__(self, lab: Lab, world: World, name: str, lens: Lens) -> None:
        self.lab, self.name, self.lens = lab, name, lens
        self.world = lens(world)
        self.role_arn = arn(lab.account, f"role/{ROLE}")
        self.people = {person: Actor(lab, person, lab.credentials(person), HOME) for person in PEOPLE}
        self.thief = Actor(lab, "thief", lab.credentials("keith"), ELSEWHERE)
        self._began_at = lab.clock.now()
        self._bystanders = {self.people[person].key_id for person in PEOPLE if person != "keith"}
        self._thief_keys = {self.thief.key_id}
        self._shared: set[str] = set()

    def everybody_works(self) -> dict[str, dict[str, str]]:
        """Bob, Mary and the thief on Keith's credentials each make their calls."""
        actors = {"bob": self.people["bob"], "mary": self.people["mary"], "keith": self.thief}
        return {name: actor.work() for name, actor in actors.items()}

    def come_back(self, person: str) -> Actor:
        """The person assumes the role again with his own long-term credentials."""
        given = self.user(person).assume(self.role_arn, person, SourceIdentity=person)
        self.people[person] = Actor(self.lab, person, given, HOME)
        return self.people[person]

    def user(self, person: str) -> Actor:
        """The person on his long-term credentials."""
        return Actor(self.lab, person, self.lab.credentials(f"{person}-user"), HOME)

    def as_thief(self, credentials: Credentials, address: str) -> Actor:
        """The thief on more credentials; his calls on them are counted with the rest."""
        self._thief_keys.add(credentials.access_key_id)
        return Actor(self.lab, "thief", credentials, address)

    def leaked(self, actor: Actor) -> Actor:
        """The thief on that person's credentials, which leaked too: no call on them is a bystander's any more."""
        self._bystanders.discard(actor.key_id)
        return self.as_thief(actor.credentials, ELSEWHERE)

    def share(self, credentials: Credentials) -> tuple[Actor, Actor]:
        """Their owner at home, who must not notice anything, and the thief elsewhere, on the very same credentials."""
        self._shared.add(credentials.access_key_id)
        return Actor(self.lab, "owner", credentials, HOME), Actor(self.lab, "thief", credentials, ELSEWHERE)

    def stands_by(self, actor: Actor) -> Actor:
        """Somebody who must not notice anything: his calls are counted as a bystander's."""
        self._bystanders.add(actor.key_id)
        return actor

    def planned(
        self, lead: Lead, rung: RungName | None = None, cut_off: CutOff | None = None, leaked: Leaked = "unknown",
        *, deactivate_keys: bool = False, close_trust: bool = False, egress: tuple[str, ...] = (),
    ) -> tuple[Lineage, Plan]:  # fmt: skip
        """find, survey and plan with a canary."""
        lineage = find(lead, self.world)
        choices = Choices(
            incident=f"drill-{self.name}", rung=rung, canary=True, cut_off=cut_off or CutOff(), leaked=leaked,
            deactivate_keys=deactivate_keys, close_trust=close_trust, egress=egress, no_presigned_urls=bool(egress),
        )  # fmt: skip
        return lineage, plan(lineage, survey(lineage, self.world), choices)

    def applied(self, made: Plan, consent: Consent | None = None) -> Receipt:
        """apply, with what the responder agreed to."""
        return apply(made, self.world, consent)

    def another_world(self, state_dir: str) -> World:
        """The World of a second responder, with receipts of his own."""
        return self.lens(responder_world(self.lab, state_dir, self.name))

    def verified(self, receipt: Receipt) -> Evidence:
        """verify, waiting for the trail by jumping the clock; the evidence so far when patience runs out."""
        found = verify(receipt, self.world, patience=PATIENCE)
        return found.evidence if isinstance(found, Wait) else found

    def undone(self, receipt: Receipt) -> Receipt:
        """undo on the day after the last cut session died; what has no end asks to be reopened all the same."""
        self.lab.clock.advance(timedelta(hours=37).total_seconds())
        return apply(undo(receipt, self.world), self.world, Consent(reopen=True))

    def result(self, verdict: Evidence, gaps: tuple[str, ...] = ()) -> DrillResult:
        """The drill in figures, counted by the lab; the thief's calls after the verdict leave out the unstoppable."""
        calls = self._calls()
        stolen = {id(call) for call in calls if call.key_id in self._shared and call.source_ip == ELSEWHERE}
        thief = [call for call in calls if call.key_id in self._thief_keys or id(call) in stolen]
        known = self._bystanders | self._shared
        others = [call for call in calls if call.key_id in known and id(call) not in stolen]
        after = [
            call for call in thief if call.at >= verdict.checked_at and call.allowed and call.action != UNSTOPPABLE
        ]
        return DrillResult(
            name=self.name,
            contained=verdict.contained,
            thief_calls_tried=len(thief),
            thief_calls_after_verified_cut=len(after),
            bystander_calls_made=len(others),
            bystander_calls_denied=sum(not call.allowed for call in others),
            lab_seconds_to_contain=round((verdict.checked_at - self._began_at).total_seconds(), 1),
            aws_writes=sum(self._is_write(call) for call in self._calls()),
            gaps=gaps,
        )

    def policies(self) -> dict[str, str]:
        """The role's inline policies as they stand, so that an undo can be held against them."""
        from unassume.model.surveys import RoleSubject

        role = self.world.accounts.survey(RoleSubject(account=self.lab.account, name=ROLE))
        return dict(role.inline) if role else {}

    def standing(self) -> tuple[dict[str, str], list[str], list[str]]:
        """The role's inline policies, its managed ones, and every managed policy of ours in the account."""
        admin = client(self.lab, "iam", self.lab.credentials("admin"))
        attached = admin.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
        local = admin.list_policies(Scope="Local")["Policies"]
        ours = [policy["PolicyName"] for policy in local if policy["PolicyName"].startswith(POLICY_PREFIX)]
        return self.policies(), [policy["PolicyArn"] for policy in attached], ours

    def widen_responder(self) -> None:
        """Give the responder what `doctor --policy` prints: the lab's own is for inline cuts of roles only."""
        admin = client(self.lab, "iam", self.lab.credentials("admin"))
        wider = json.dumps(responder_policy(account=self.lab.account), separators=(",", ":"))
        admin.create_policy(PolicyName="Responder", PolicyDocument=wider)
        admin.attach_user_policy(UserName=RESPONDER, PolicyArn=arn(self.lab.account, "policy/Responder"))
        self.lab.clock.advance(60)

    @property
    def now(self) -> datetime:
        """The lab's time."""
        return self.lab.clock.now()

    def _calls(self) -> list[Call]:
        return [call for call in self.lab.calls() if call.at >= self._began_at]

    def _is_write(self, call: Call) -> bool:
        is_ours = call.principal_arn.endswith(f"/{RESPONDER}") and call.action.startswith(_WRITES)
        return call.allowed and (is_ours or call.action.startswith(_BY_ORGANIZATION))


@contextmanager
def stage(name: str, accounts: int = 1, lens: Lens = lambda world: world) -> Iterator[Stage]:
    """Open a lab with the seed played, and the responder's World in it; everything is gone afterwards."""
    lab = Lab(
        seed="bob-mary-keith", accounts=accounts, propagation=PROPAGATION, read_delay=READ_DELAY,
        trail_delay=TRAIL_DELAY,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="unassume-drill-") as state_dir, lab:
        # The leak is a few minutes old: what was issued since is in the trail, the thief's first calls are not.
        world = responder_world(lab, state_dir, name)
        lab.clock.advance(TRAIL_DELAY)
        yield Stage(lab, world, name, lens)


def responder_world(lab: Lab, state_dir: str, name: str) -> World:
    """The responder's World in the lab."""
    return connect(
        RESPONDER, lab.region, lab.endpoint_url, credentials_file=str(lab.profiles_path),
        state_dir=state_dir, clock=lab.clock, progress=SilentProgress(), incident=f"drill-{name}",
    )  # fmt: skip
