"""The seed incident in memory: bob, mary and keith hold sessions of one role, and keith's leaked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.fakes import ACCOUNT, START, FakeAccounts, FakeBlobs, FakeClock, FakeJournal, FakeTrail
from unassume.errors import AccessError
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import Lead, RoleLead, SessionLead
from unassume.model.lineages import Lineage
from unassume.model.plans import Choices, CutOff, Leaked, Plan, RungName
from unassume.model.receipts import Receipt, fold
from unassume.model.sightings import Identity, Issuance, RawEvent, Use
from unassume.model.slots import Slot
from unassume.model.surveys import Role
from unassume.ports import World
from unassume.sources.progress import SilentProgress
from unassume.steps.find import find
from unassume.steps.guards import Consent
from unassume.steps.plan import plan
from unassume.steps.survey import survey

ROLE_NAME, ROLE_ID = "DataAnalyst", "AROAEXAMPLEANALYST000"
CHILD_NAME, CHILD_ID = "Reporting", "AROAEXAMPLEREPORTS000"
KEITH = SessionLead(account=ACCOUNT, role_name=ROLE_NAME, session_name="keith")
WHOLE_ROLE = RoleLead(name=ROLE_NAME)
WORK = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:AssumeRole"], "Resource": "*"}]}
)
FOREIGN = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/keith"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
LOST = AccessError("no answer from `AWS`")
THROTTLED = AccessError("AWS throttled `iam:PutRolePolicy`", facts={"code": "Throttling"})
REFUSED = AccessError("not allowed to call `iam:PutRolePolicy`", facts={"refused": "true"})


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def made_role(name: str = ROLE_NAME, role_id: str = ROLE_ID, **more: Any) -> Role:
    """A role that lets its sessions work with S3; `more` replaces any field."""
    fields: dict[str, Any] = {
        "account": ACCOUNT, "name": name, "id": role_id, "arn": role_arn(name), "path": "/",
        "max_session_seconds": 3600, "trust": TRUST, "inline": {"work": WORK}, "attached": {}, **more,
    }  # fmt: skip
    return Role(**fields)


def issuance(
    name: str,
    at: datetime,
    key: str,
    *,
    caller: Identity | None = None,
    role: tuple[str, str] = (ROLE_NAME, ROLE_ID),
    hours: float = 12,
) -> Issuance:
    """An AssumeRole: `name` got a session of the role at that second, from a user of the same name by default."""
    user = Identity(
        kind="IAMUser",
        account=ACCOUNT,
        arn=f"arn:aws:iam::{ACCOUNT}:user/{name}",
        principal_id=f"AIDAEXAMPLE{name.upper()}",
    )
    text = json.dumps([name, str(at), key])
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Issuance(
        origin="AssumeRole", account=ACCOUNT, region="us-east-1", issued_at=at, caller=caller or user,
        holder_arn=role_arn(role[0]), principal_id=f"{role[1]}:{name}", session_name=name, key_ids=(key,),
        expires_at=at + timedelta(hours=hours), raw=RawEvent(digest[:12], digest, text),
    )  # fmt: skip


def use(name: str, issued_at: datetime | None, key: str, at: datetime, **more: Any) -> Use:
    """Calls of a session of the role, the last of them at `at`; `more` replaces any field."""
    fields: dict[str, Any] = {
        "account": ACCOUNT, "principal_arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/{name}",
        "principal_id": f"{ROLE_ID}:{name}", "session_name": name, "issued_at": issued_at, "key_ids": (key,),
        "calls": 1, "first_seen": at, "last_seen": at, **more,
    }  # fmt: skip
    return Use(**fields)


ISSUED = {"bob": START - timedelta(hours=1), "mary": START - timedelta(minutes=50), "keith": START - timedelta(hours=2)}
KEYS = {name: f"ASIAEXAMPLE{name.upper():0<9}" for name in ISSUED}


def keith_identity() -> Identity:
    """Keith's leaked session, as the caller of a further call."""
    return Identity(
        kind="AssumedRole",
        account=ACCOUNT,
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/keith",
        principal_id=f"{ROLE_ID}:keith",
        key_id=KEYS["keith"],
        issued_at=ISSUED["keith"],
    )


@dataclass
class Scene:
    """The incident, and the steps with its names filled in."""

    clock: FakeClock
    journal: FakeJournal
    accounts: FakeAccounts
    trail: FakeTrail

    @property
    def world(self) -> World:
        return World(
            trail=self.trail, blobs=FakeBlobs(), accounts=self.accounts, journal=self.journal, clock=self.clock,
            progress=SilentProgress(),
        )  # fmt: skip

    def found(self, lead: Lead = KEITH) -> Lineage:
        return find(lead, self.world)

    def planned(
        self, lead: Lead = KEITH, *, rung: RungName | None = None, canary: bool = True, cut_off: CutOff | None = None,
        leaked: Leaked = "unknown", person_tag: str | None = None, close_trust: bool = False,
    ) -> Plan:  # fmt: skip
        lineage = self.found(lead)
        choices = Choices(
            incident="inc-1", rung=rung, canary=canary, cut_off=cut_off or CutOff(), leaked=leaked,
            person_tag=person_tag, close_trust=close_trust,
        )  # fmt: skip
        return plan(lineage, survey(lineage, self.world), choices)

    def receipt(self, receipt_id: str | None = None) -> Receipt:
        """The receipt as the journal has it; the newest when not named."""
        return fold(self.journal.entries(receipt_id or list(self.journal.kept)[-1]))

    def slot(self, made: Plan) -> Slot:
        return made.changes[0].slot

    def child(self, at: datetime, hours: float = 1) -> None:
        """Keith's leaked session assumes a second role."""
        self.trail.seen.append(
            issuance(
                "loot", at, "ASIAEXAMPLECHILD0000", caller=keith_identity(), role=(CHILD_NAME, CHILD_ID), hours=hours
            )
        )


def scene(**more: Any) -> Scene:
    """Everything as it stands before the cut; `more` are fields of the fake accounts."""
    clock, journal = FakeClock(), FakeJournal()
    accounts = FakeAccounts(clock=clock, journal=journal, **more)
    accounts.roles = {ROLE_NAME: made_role(), CHILD_NAME: made_role(CHILD_NAME, CHILD_ID)}
    trail = FakeTrail(accounts=accounts)
    for name, at in ISSUED.items():
        trail.seen.append(issuance(name, at, KEYS[name]))
        trail.seen.append(
            use(name, at, KEYS[name], START - timedelta(minutes=9), last_allowed_at=START - timedelta(minutes=9))
        )
    return Scene(clock=clock, journal=journal, accounts=accounts, trail=trail)


EVERYTHING = Consent(
    max_bystanders=None, confirmed=frozenset({ROLE_NAME}), protected=frozenset({ROLE_NAME}), reopen=True
)


def proof(found: Evidence | Wait, name: str) -> bool:
    """Whether that proof of an evidence is met."""
    evidence = found.evidence if isinstance(found, Wait) else found
    return next(one.is_met for one in evidence.proofs if one.name == name)
