"""Responders who work in bad weather: each with a World and receipts of his own, on any clock and any credentials."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from unassume.aws.accounts import AwsAccounts
from unassume.aws.connection import ATTEMPTS, Connection
from unassume.aws.reach import Reach
from unassume.aws.trail import LookupTrail
from unassume.journal import FileJournal
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import CHILD_ROLE, ROLE
from unassume.model.evidence import Evidence, Wait
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices, Plan
from unassume.model.receipts import Receipt, fold
from unassume.ports import Clock, World
from unassume.sources.blobs import LocalBlobs
from unassume.sources.progress import SilentProgress
from unassume.steps.find import find
from unassume.steps.guards import Consent
from unassume.steps.needs import responder_policy
from unassume.steps.plan import plan
from unassume.steps.survey import survey

AGREED = Consent(reopen=True, confirmed=frozenset({ROLE}))


@dataclass
class OffClock:
    """A responder's own clock, which goes so many seconds beside AWS's; waiting jumps the lab's."""

    lab: Lab
    off: float = 0.0

    def now(self) -> datetime:
        return self.lab.clock.now() + timedelta(seconds=self.off)

    def sleep(self, seconds: float) -> None:
        self.lab.clock.sleep(seconds)


def responder(
    lab: Lab, folder: Path, *, profile: str = "responder", clock: Clock | None = None, file: Path | None = None
) -> World:
    """A World of real adapters whose repeats of a failed call are as many as ever, and do not wait."""
    clock = clock or lab.clock
    connection = Connection(
        clock, profile=profile, region=lab.region, endpoint_url=lab.endpoint_url,
        credentials_file=str(file or lab.profiles_path),
    )  # fmt: skip
    for service in ("iam", "sts"):
        connection.session.events.register_first(f"needs-retry.{service}", _at_once)
    return World(
        trail=LookupTrail(connection), blobs=LocalBlobs(), accounts=AwsAccounts(Reach(connection)),
        journal=FileJournal(folder), clock=clock, progress=SilentProgress(),
    )  # fmt: skip


def _at_once(attempts: int, response: tuple[Any, Mapping[str, Any]] | None, **_: object) -> float | None:
    """botocore's answer to whether to repeat a call, without the wait; None leaves it to botocore, which gives up."""
    if attempts >= ATTEMPTS or response is None:
        return None
    code = response[1].get("Error", {}).get("Code", "")
    return 1e-9 if code.startswith("Throttl") or response[0].status_code >= 500 else None


def planned(world: World, lead: str, incident: str = "weather", **more: Any) -> Plan:
    """find, survey and plan, with a canary."""
    lineage = find(parse_lead(lead), world)
    return plan(lineage, survey(lineage, world), Choices(incident=incident, canary=True, **more))


def latest(world: World) -> Receipt | None:
    """The newest receipt kept here; None where there is none."""
    known = world.journal.receipts()
    return fold(world.journal.entries(known[-1])) if known else None


def evidence_of(found: Evidence | Wait) -> Evidence:
    """What was found, proved or not."""
    return found.evidence if isinstance(found, Wait) else found


def policies(lab: Lab, role: str = ROLE) -> dict[str, str]:
    """The role's inline policies by name, and what is attached, as they stand for an administrator."""
    iam = client(lab, "iam", lab.credentials("admin"))
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    inline = {name: json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names}
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return inline | {one["PolicyArn"]: one["PolicyName"] for one in attached}


def account(lab: Lab) -> tuple[dict[str, str], ...]:
    """The policies of both roles of the seed."""
    return policies(lab), policies(lab, CHILD_ROLE)


def widen(lab: Lab) -> None:
    """Let the responder do all that doctor says he needs, on any role."""
    iam = client(lab, "iam", lab.credentials("admin"))
    wider = json.dumps(responder_policy(account=lab.account), separators=(",", ":"))
    made = iam.create_policy(PolicyName="Responder", PolicyDocument=wider)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="responder", PolicyArn=made)


def signed_in(file: Path, credentials: Credentials, profile: str = "responder") -> Path:
    """A credentials file with one profile on these credentials, new or replaced."""
    lines = [
        f"[{profile}]",
        f"aws_access_key_id = {credentials.access_key_id}",
        f"aws_secret_access_key = {credentials.secret_access_key}",
        *([f"aws_session_token = {credentials.session_token}"] if credentials.session_token else []),
    ]
    file.write_text("\n".join(lines) + "\n")
    return file


def outcome(step: Callable[[], object], *expected: type[Exception]) -> Exception | None:
    """The error a step ended with, if it is one of those expected; None when it ended well."""
    raised: list[Exception] = []
    with suppress(*expected):
        try:
            step()
        except expected as error:
            raised.append(error)
    return raised[0] if raised else None
