"""A user's laptop leaks: a token of GetSessionToken, the long-term key it was taken with, and a role session of it.

Facts under test: the deny goes on the user and spares whatever carries no issue time; the role the thief went on to
is cut too; no policy stops GetSessionToken, so the plan names the key as not cut, and whatever else the key issued.
"""

from __future__ import annotations

from unassume.drills.actors import Actor
from unassume.drills.stage import ELSEWHERE, HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.lab.clients import client
from unassume.model.leads import parse_lead
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, gap_lines
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.steps.apply import apply
from unassume.steps.guards import Consent
from unassume.steps.undo import undo

SUMMARY = "a user's token leaks, and the key behind it: both stop, his role session works on"


def play(stage: Stage) -> Rehearsal:
    """From the leaked token to the inactive key, the proof on user and role, and the undo."""
    stage.widen_responder()
    key = Actor(stage.lab, "thief", stage.lab.credentials("keith-user"), ELSEWHERE)
    token = stage.as_thief(key.take_token(), ELSEWHERE)
    loot = stage.as_thief(token.assume(stage.role_arn, "build-7"), ELSEWHERE)
    keith = stage.stands_by(Actor(stage.lab, "keith", stage.lab.credentials("keith"), HOME))
    actors = {"thief's token": token, "thief's role": loot, "keith's role": keith, "bob": stage.people["bob"]}
    before = {name: actor.work() for name, actor in actors.items()}
    stage.lab.clock.advance(TRAIL_DELAY)

    lead, start = parse_lead(token.key_id), _standing(stage)
    _, open_ = stage.planned(lead)
    _, made = stage.planned(lead, leaked="session", deactivate_keys=True)
    receipt = stage.applied(made, Consent(confirmed=frozenset({"keith"})))
    stage.lab.clock.advance(10)
    after = {name: actor.work() for name, actor in actors.items()}
    again = key.answer_to_token()
    evidence = stage.verified(receipt)
    stage.lab.clock.advance(37 * 3600)
    apply(undo(receipt, stage.world), stage.world, Consent(reopen=True))

    spared = all(after[name] == before[name] for name in ("keith's role", "bob"))
    is_named = {gap.what.partition(" ")[0] for gap in open_.gaps if gap.blocks_containment} == {"key", "session"}
    is_right = spared and is_named and again != "ok" and _standing(stage) == start
    result = stage.result(evidence, () if is_right else ("somebody else was hit, or the key was not stopped",))
    rows = [(call, *(f"{before[name][call]} -> {after[name][call]}" for name in actors)) for call in before["bob"]]
    story = [
        *chapter("the leak", *told(f"Keith's token {token.key_id}, and the key {key.key_id} it was taken with.")),
        *chapter("nobody said what leaked", *gap_lines(open_)),
        *chapter(
            "--leaked session --deactivate-keys", *(line for change in made.changes for line in change_lines(change))
        ),
        *chapter("person x call, before -> after the cut", *table(("", *actors), rows)),
        *told(f"The thief asks for another token with the key: {again}."),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _standing(stage: Stage) -> tuple[dict[str, str], list[str], list[str]]:
    """The role's inline policies, the user's, and the status of his keys."""
    admin = client(stage.lab, "iam", stage.lab.credentials("admin"))
    keys = admin.list_access_keys(UserName="keith")["AccessKeyMetadata"]
    return stage.policies(), admin.list_user_policies(UserName="keith")["PolicyNames"], [key["Status"] for key in keys]
