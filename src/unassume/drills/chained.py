"""The thief goes on to a second role with the leaked session, where Mary works too; one plan cuts both of his.

Facts under test: what came of the leaked session is found and cut on its own role, Mary's session of that role is not
touched, and each role's deny is proved by itself: there by the thief's own refusal, for the responder may not enter it.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.drills.actors import UNSTOPPABLE, Actor
from unassume.drills.stage import ELSEWHERE, HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.lab.seeds.bob_mary_keith import CHILD_ROLE
from unassume.lab.seeds.documents import arn
from unassume.model.leads import parse_lead
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, preview_lines
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.steps.preview import preview

SUMMARY = "the thief goes on to a second role: what he holds there is cut with the rest"
_CALLS = ("s3:GetObject", UNSTOPPABLE)
"""What the second role allows. The thief tries more: calls for S3's objects do not show in the events looked up."""


def play(stage: Stage) -> Rehearsal:
    """From the leaked key over the thief's second session to the proof on both roles, and the undo."""
    child = arn(stage.lab.account, f"role/{CHILD_ROLE}")
    loot = stage.as_thief(stage.thief.assume(child, "nightly-export"), ELSEWHERE)
    mary = stage.stands_by(Actor(stage.lab, "mary", stage.people["mary"].assume(child, "mary"), HOME))
    actors = {"thief": stage.thief, "thief's second": loot, "mary's second": mary, "bob": stage.people["bob"]}
    before = _worked(actors)
    stage.lab.clock.advance(TRAIL_DELAY)

    lineage, made = stage.planned(parse_lead(stage.thief.key_id))
    seen = preview(made, lineage.sessions, made.cut_off.expected(stage.now), targets=made.targets)
    receipt = stage.applied(made)
    stage.lab.clock.advance(10)
    after = _worked(actors)
    evidence = stage.verified(receipt)
    stage.undone(receipt)

    roles = {change.slot.subject.name for change in made.changes}
    spared = all(after[name] == before[name] for name in ("mary's second", "bob"))
    left = [slot for slot in (change.slot for change in made.changes) if stage.world.accounts.read(slot).text]
    is_right = len(roles) == 2 and spared and not left
    result = stage.result(evidence, () if is_right else ("somebody else was hit, or a role was left uncut",))
    rows = [(action, *(f"{before[name][action]} -> {after[name][action]}" for name in actors)) for action in _CALLS]
    story = [
        *chapter("the leak", *told(f"On Keith's key {stage.thief.key_id} the thief assumed {CHILD_ROLE} as well.")),
        *chapter("the plan", *(line for change in made.changes for line in change_lines(change))),
        *chapter("the preview", *preview_lines(made, seen)),
        *chapter("person x call, before -> after the cut", *table(("", *actors), rows)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _worked(actors: Mapping[str, Actor]) -> dict[str, dict[str, str]]:
    """One round: the thief tries all, everybody else does what he may."""
    return {name: actor.work(() if actor.name == "thief" else _CALLS) for name, actor in actors.items()}
