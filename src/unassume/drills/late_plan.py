"""A plan is saved, and applied 20 minutes later; in between the thief has minted another session.

Fact under test: the cut-off is bound at apply, so what was issued since the plan is cut too, and is shown before.
"""

from __future__ import annotations

from unassume.drills.stage import ELSEWHERE, Stage
from unassume.drills.story import chapter, figures, matrix, told
from unassume.lab.clients import client
from unassume.model.leads import parse_lead
from unassume.model.rehearsals import Rehearsal
from unassume.report.proof import evidence_lines
from unassume.report.times import time_of_day

SUMMARY = "a plan is applied 20 minutes after it was made, and the thief was busy meanwhile"
LATE = 20 * 60


def play(stage: Stage) -> Rehearsal:
    """Plan, wait while the thief mints, apply, prove, undo."""
    before, start = stage.everybody_works(), stage.policies()
    _, made = stage.planned(parse_lead(stage.thief.key_id))
    planned_at = stage.now
    stage.lab.clock.advance(LATE / 2)
    minted = stage.as_thief(stage.user("keith").assume(stage.role_arn, "keith", SourceIdentity="keith"), ELSEWHERE)
    worked = minted.work()["s3:GetObject"]
    _close_the_way_back(stage)
    stage.lab.clock.advance(LATE / 2)

    receipt = stage.applied(made)
    evidence = stage.verified(receipt)
    after = stage.everybody_works()
    cut = minted.work()["s3:GetObject"]
    stage.undone(receipt)
    is_right = (worked, cut) == ("ok", "DENIED") and stage.policies() == start and before["bob"] == after["bob"]
    result = stage.result(evidence, () if is_right else ("what was minted since the plan was spared",))
    story = [
        *chapter(
            "the plan",
            *told(f"made at {time_of_day(planned_at)} and saved: `keith` is cut up to AWS's now at apply, and 30 s."),
        ),
        *chapter(
            "meanwhile",
            *told(
                f"The thief holds Keith's user key too and assumes the role again: s3:GetObject {worked}. The key is "
                "deactivated."
            ),
        ),
        *chapter(
            "the cut",
            *told(f"applied 20 minutes late, the cut-off is {time_of_day(receipt.begun.cut_off)}."),
            *told(f"The session that the plan never saw: s3:GetObject {cut}."),
        ),
        *chapter("person x call, before -> after the cut", *matrix(before, after)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _close_the_way_back(stage: Stage) -> None:
    admin = client(stage.lab, "iam", stage.lab.credentials("admin"))
    admin.update_access_key(UserName="keith", AccessKeyId=stage.user("keith").key_id, Status="Inactive")
