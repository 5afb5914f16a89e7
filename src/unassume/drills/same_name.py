"""Two people hold sessions of one role under one name, as a team's script gives it; one of the two leaks.

Facts under test: a cut by name would hit the other, and asks for consent; told that one session leaked, the cut takes
its issue time besides, and the leaked session's own refusal proves it.
"""

from __future__ import annotations

from unassume.drills.actors import Actor
from unassume.drills.stage import HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.errors import RefusedError
from unassume.model.leads import parse_lead
from unassume.model.plans import Plan
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, preview_lines
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.steps.preview import preview

SUMMARY = "two people share a session name, and the session of one of them leaks"
SHARED = "prod"


def play(stage: Stage) -> Rehearsal:
    """A refusal of the cut by name, then the cut of one issuance, its proof, and the undo."""
    start = stage.policies()
    bob = stage.stands_by(_assumed(stage, "bob"))
    stage.lab.clock.advance(30)
    thief = stage.leaked(_assumed(stage, "keith"))
    before = {"bob": bob.work(), "thief": thief.work()}
    stage.lab.clock.advance(TRAIL_DELAY)

    lead = parse_lead(thief.key_id)
    _, by_name = stage.planned(lead)
    refusal = _refused(stage, by_name)
    lineage, made = stage.planned(lead, leaked="session")
    seen = preview(made, lineage.sessions, made.cut_off.expected(stage.now), targets=made.targets)
    receipt = stage.applied(made)
    stage.lab.clock.advance(10)
    after = {"bob": bob.work(), "thief": thief.work()}
    evidence = stage.verified(receipt)
    stage.undone(receipt)

    rows = [(action, *(f"{before[who][action]} -> {after[who][action]}" for who in before)) for action in before["bob"]]
    is_right = bool(refusal) and stage.policies() == start and before["bob"] == after["bob"]
    result = stage.result(evidence, () if is_right else ("the other of the name was hit, or the undo was not exact",))
    story = [
        *chapter("the leak", *told(f"Bob and Keith both go by `{SHARED}`; Keith's key {thief.key_id} leaks.")),
        *chapter("by name", *told(f"apply refuses: {refusal}")),
        *chapter("told that one session leaked", *change_lines(made.changes[0]), *preview_lines(made, seen)),
        *chapter("person x call, before -> after the cut", *table(("", *before), rows)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _assumed(stage: Stage, person: str) -> Actor:
    given = stage.user(person).assume(stage.role_arn, SHARED, SourceIdentity=person)
    return Actor(stage.lab, person, given, HOME)


def _refused(stage: Stage, made: Plan) -> str:
    try:
        stage.applied(made)
    except RefusedError as error:
        return error.message
    return ""
