"""An instance's credentials are stolen: thief and instance hold the very same keys, and the instance must not notice.

Facts under test: cut elsewhere, the thief is refused from wherever he is but the instance's own egress, every call of
the instance succeeds, and renewed credentials that leak too are cut as well.
"""

from __future__ import annotations

import json

from unassume.drills.stage import ELSEWHERE, HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.lab import Credentials
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import ROLE
from unassume.model.leads import parse_lead
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, gap_lines
from unassume.report.proof import evidence_lines
from unassume.report.table import table

SUMMARY = "an instance's keys are stolen: the thief is cut wherever he is, the instance is not"
INSTANCE, EGRESS = "i-0a1b2c3d4e5f67890", f"{HOME}/32"


def play(stage: Stage) -> Rehearsal:
    """From the stolen key to the cut elsewhere, with credentials renewed and stolen again after it."""
    _prepare(stage)
    start, keys = stage.policies(), _given(stage)
    instance, thief = stage.share(keys)
    before = {"instance": instance.work(), "thief": thief.work()}
    stage.lab.clock.advance(TRAIL_DELAY)

    _, made = stage.planned(parse_lead(keys.access_key_id), rung="elsewhere", leaked="session", egress=(EGRESS,))
    receipt = stage.applied(made)
    stage.lab.clock.advance(10)
    renewed, stolen_again = stage.share(_given(stage))
    own, again = renewed.work(), stolen_again.work()
    after = {"instance": instance.work(), "thief": thief.work()}
    evidence = stage.verified(receipt)
    late = {"instance": instance.work(), "thief": thief.work()}
    stage.undone(receipt)

    rounds = (before["instance"], after["instance"], late["instance"], own)
    works = all(answer == "ok" for answers in rounds for answer in answers.values())
    cut = {answers[_TELLING] for answers in (after["thief"], late["thief"], again)} == {"DENIED"}
    is_right = works and cut and stage.policies() == start
    result = stage.result(evidence, () if is_right else ("the instance was hit, or the thief was not",))
    rows = [(call, *(f"{before[who][call]} -> {late[who][call]}" for who in before)) for call in before["thief"]]
    story = [
        *chapter("the leak", *told(f"{INSTANCE} calls from {HOME}, the thief from {ELSEWHERE}, on the same key.")),
        *chapter("the plan", *gap_lines(made), *change_lines(made.changes[0])),
        *chapter("who x call, before -> after the cut", *table(("", *before), rows)),
        *told(f"The instance renews, and the new key is stolen too: the thief's {_TELLING} is {again[_TELLING]}."),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


_TELLING = "s3:GetObject"


def _prepare(stage: Stage) -> None:
    """Let EC2 assume the role, as the role of an instance does."""
    iam = client(stage.lab, "iam", stage.lab.credentials("admin"))
    trusted = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    service = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({**trusted, "Statement": [*trusted["Statement"], service]})
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)
    stage.lab.clock.advance(60)


def _given(stage: Stage) -> Credentials:
    """Credentials of the role, as EC2 gives them to an instance: the session is named after it."""
    return stage.lab.assume_as_service("ec2.amazonaws.com", stage.role_arn, INSTANCE)
