"""AWS's own way: every older session of the role is cut, and whoever may comes back by assuming it again.

Fact under test: Bob and Mary are hit and return with fresh sessions; Keith's old keys never work again.
"""

from __future__ import annotations

from unassume.drills.stage import Stage
from unassume.drills.story import chapter, figures, holders, matrix, told
from unassume.errors import RefusedError
from unassume.lab.seeds.bob_mary_keith import ROLE
from unassume.model.leads import RoleLead
from unassume.model.plans import Plan
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, preview_lines
from unassume.report.proof import evidence_lines
from unassume.report.times import time_of_day
from unassume.steps.guards import Consent
from unassume.steps.preview import preview

SUMMARY = "nobody knows which session leaked: all older ones are cut, people assume the role again"


def play(stage: Stage) -> Rehearsal:
    """From the role's name to the proof; the guards refuse first."""
    before, start = stage.everybody_works(), stage.policies()
    lineage, made = stage.planned(RoleLead(name=ROLE), "older-sessions")
    seen = preview(made, lineage.sessions, made.cut_off.expected(stage.now), targets=lineage.on_the_holders)
    refused = _refusal(stage, made)
    story = [
        *chapter("who holds what", *holders(lineage)),
        *chapter("the plan", *change_lines(made.changes[0])),
        *chapter("the preview", *preview_lines(made, seen)),
        *chapter("the guards", *told(f"apply alone: refused, {refused}. The responder types the role's name.")),
    ]  # fmt: skip

    receipt = stage.applied(made, Consent(max_bystanders=3, confirmed=frozenset({ROLE})))
    evidence = stage.verified(receipt)
    cut = stage.everybody_works()
    stage.lab.clock.advance(max(0.0, (receipt.begun.cut_off - stage.now).total_seconds()) + 1)
    after = {person: stage.come_back(person).work() for person in ("bob", "mary")} | {"keith": stage.thief.work()}
    keith = stage.come_back("keith").work()
    story += [
        *chapter("person x call, before -> after the cut", *matrix(before, cut)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter(
            f"Bob and Mary assume the role again after {time_of_day(receipt.begun.cut_off)}",
            *matrix(cut, after),
            *told(
                f"Keith's old keys stay dead; with fresh credentials of his own: s3:GetObject {keith['s3:GetObject']}."
            ),
        ),
    ]
    stage.undone(receipt)
    is_as_before = stage.policies() == start
    returned = (after["bob"], after["mary"], keith)
    came_back = all(answer == "ok" for answers in returned for answer in answers.values())
    gaps = () if is_as_before and came_back else ("somebody did not come back, or the undo was not exact",)
    result = stage.result(evidence, gaps)
    words = "byte for byte as at the start" if is_as_before else "NOT AS AT THE START"
    story += chapter("the undo", *told(f"37 h later: the role's policies are {words}."), *told(figures(result)))
    return Rehearsal(result=result, story=tuple(story))


def _refusal(stage: Stage, made: Plan) -> str:
    try:
        stage.applied(made)
    except RefusedError as error:
        return error.message
    return "NOT REFUSED"
