"""The role's inline quota is used up: the cut stands in a managed policy of ours.

Fact under test: it cuts as an inline policy does, and its undo leaves no trace, the policy itself included.
"""

from __future__ import annotations

import json

from unassume.drills.stage import Stage
from unassume.drills.story import chapter, figures, holders, matrix, told
from unassume.iam.limits import LIMITS, measure
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import ROLE
from unassume.model.leads import parse_lead
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines
from unassume.report.proof import evidence_lines

SUMMARY = "the role has no room for another inline policy"
_LEFT = 100
"""The characters of the inline quota that are left: too few for any cut."""


def play(stage: Stage) -> Rehearsal:
    """The role is filled, the session is cut, proved and undone."""
    _prepare(stage)
    before, start = stage.everybody_works(), stage.standing()
    lineage, made = stage.planned(parse_lead(stage.thief.key_id))
    receipt = stage.applied(made)
    evidence = stage.verified(receipt)
    after = stage.everybody_works()
    stage.undone(receipt)
    is_as_before = stage.standing() == start
    is_right = is_as_before and before["bob"] == after["bob"] and before["mary"] == after["mary"]
    result = stage.result(evidence, () if is_right else ("somebody else was hit, or the undo left a trace",))
    words = "byte for byte as at the start, and no policy of ours is left" if is_as_before else "NOT AS AT THE START"
    story = [
        *chapter("who holds what", *holders(lineage)),
        *chapter("the plan", *change_lines(made.changes[0])),
        *chapter("person x call, before -> after the cut", *matrix(before, after)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the undo", *told(f"37 h later: the role is {words}."), *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _prepare(stage: Stage) -> None:
    """Fill the role, so that no cut fits inline."""
    admin = client(stage.lab, "iam", stage.lab.credentials("admin"))
    free = LIMITS["role"] - sum(map(measure, stage.policies().values())) - measure(_filler(0))
    admin.put_role_policy(RoleName=ROLE, PolicyName="Filler", PolicyDocument=_filler(free - _LEFT))
    stage.widen_responder()


def _filler(length: int) -> str:
    """A policy that takes so many characters more than its shortest form."""
    resource = "arn:aws:s3:::" + "x" * length
    statement = {"Effect": "Allow", "Action": "s3:GetObjectTagging", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})
