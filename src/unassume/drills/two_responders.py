"""Two sessions of one role leak, and two responders cut one each, at the same time.

Facts under test: both write, both cuts stand, and each undo takes away its own and nothing else.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor

from unassume.drills.stage import Stage
from unassume.drills.story import chapter, figures, told
from unassume.model.leads import parse_lead
from unassume.model.plans import Choices
from unassume.model.receipts import Receipt
from unassume.model.rehearsals import Rehearsal
from unassume.model.slots import RoleInlinePolicy
from unassume.ports import World
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.steps.apply import apply
from unassume.steps.find import find
from unassume.steps.plan import plan
from unassume.steps.survey import survey
from unassume.steps.undo import undo

SUMMARY = "two responders cut different sessions of one role at the same time"


def play(stage: Stage) -> Rehearsal:
    """Both cuts at once, their proofs, and the undo of one after the other."""
    start, bob = stage.policies(), stage.people["bob"]
    other = stage.leaked(stage.people["mary"])
    before = {"bob": bob.work(), "keith's": stage.thief.work(), "mary's": other.work()}
    with tempfile.TemporaryDirectory(prefix="unassume-drill-") as folder, ThreadPoolExecutor(2) as pool:
        second = stage.another_world(folder)
        cuts = [pool.submit(_cut, *one) for one in ((stage.world, stage.thief.key_id), (second, other.key_id))]
        ours, theirs = (cut.result() for cut in cuts)
        evidence = stage.verified(ours)
        after = {"bob": bob.work(), "keith's": stage.thief.work(), "mary's": other.work()}
        stage.undone(ours)
        left = set(stage.policies()) - set(start)
        apply(undo(theirs, second), second)
    rows = [(action, *(f"{before[who][action]} -> {after[who][action]}" for who in before)) for action in before["bob"]]
    stands = {change.slot.policy for change in theirs.begun.changes if isinstance(change.slot, RoleInlinePolicy)}
    both_cut = {after[who]["s3:GetObject"] for who in ("keith's", "mary's")} == {"DENIED"}
    is_right = both_cut and left == stands and stage.policies() == start and before["bob"] == after["bob"]
    result = stage.result(evidence, () if is_right else ("a cut was lost, or an undo took more than its own",))
    story = [
        *chapter("the leak", *told("Keith's session and Mary's leaked; one responder was called for each.")),
        *chapter(
            "both at once", *told(f"receipts {ours.id} and {theirs.id}: both written, neither knew of the other.")
        ),
        *chapter("session x call, before -> after both cuts", *table(("", *before), rows)),
        *chapter("the proof of the first", *evidence_lines(evidence)),
        *chapter("the end", *told("The first undo left the second's policy alone."), *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _cut(world: World, key_id: str) -> Receipt:
    lineage = find(parse_lead(key_id), world)
    choices = Choices(incident=f"drill-{key_id[-4:]}", canary=True)
    return apply(plan(lineage, survey(lineage, world), choices), world)
