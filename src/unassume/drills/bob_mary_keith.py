"""The seed: Bob, Mary and Keith hold sessions of one role, Keith's leaks, only Keith's is cut.

Fact under test: the narrow cut stops the leaked session on every call a policy can stop, and nobody else notices.
"""

from __future__ import annotations

from unassume.drills.stage import Stage
from unassume.drills.story import chapter, figures, holders, matrix, told
from unassume.model.leads import parse_lead
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, preview_lines
from unassume.report.proof import evidence_lines
from unassume.report.times import time_of_day
from unassume.steps.preview import preview

SUMMARY = "one of three sessions of a role leaks: it alone is cut, the others never notice"


def play(stage: Stage) -> Rehearsal:
    """From the leaked key id to the proof, Keith's return, and the undo."""
    before, start = stage.everybody_works(), stage.policies()
    lineage, made = stage.planned(parse_lead(stage.thief.key_id))
    seen = preview(made, lineage.sessions, made.cut_off.expected(stage.now), targets=lineage.on_the_holders)
    story = [
        *chapter("who holds what", *holders(lineage)),
        *chapter("the leak", *told(f"Keith's key {stage.thief.key_id} is used from {stage.thief.address}.")),
        *chapter("the plan", *told(f"assumed: {made.assumed}"), *change_lines(made.changes[0])),
        *chapter("the preview", *preview_lines(made, seen)),
    ]  # fmt: skip

    receipt = stage.applied(made)
    during = stage.everybody_works()
    evidence = stage.verified(receipt)
    after = stage.everybody_works()
    story += [
        *chapter("person x call, before -> after the cut", *matrix(before, after)),
        *told("GetCallerIdentity works for Keith still: no policy stops it, so it counts for nothing here."),
        *chapter("the proof", *evidence_lines(evidence)),
    ]

    stage.lab.clock.advance(40)
    back, old = stage.come_back("keith").work(), stage.thief.work()
    story += chapter(
        "Keith comes back",
        *told(
            f"With credentials of his own, after {time_of_day(receipt.begun.cut_off)}: "
            f"s3:GetObject {back['s3:GetObject']}. "
            f"The leaked ones: {old['s3:GetObject']}."
        ),
    )
    stage.undone(receipt)
    is_as_before = stage.policies() == start
    worked = all(
        round_[who][call] == "ok" for round_ in (before, during, after) for who in ("bob", "mary") for call in back
    )
    gaps = () if is_as_before and worked else ("somebody else was hit, or the undo was not exact",)
    result = stage.result(evidence, gaps)
    words = "byte for byte as at the start" if is_as_before else "NOT AS AT THE START"
    story += chapter(
        "the undo",
        *told(f"37 h later no session of then can be alive: undo removes our policy; the role's policies are {words}."),
        *told(figures(result)),
    )
    return Rehearsal(result=result, story=tuple(story))
