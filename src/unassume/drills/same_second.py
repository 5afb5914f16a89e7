"""The edges of a cut-off: sessions issued just before it, in its own second, and before the deny holds.

Facts under test: `DateLessThan` is strict, so a pinned cut-off spares its own second and whatever is issued until the
deny is enforced; verify sees both, does not call that contained, and proposes the later cut-off that is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.drills.actors import Actor
from unassume.drills.stage import ELSEWHERE, HOME, Stage
from unassume.drills.story import chapter, figures, holders, matrix, told
from unassume.lab import Credentials
from unassume.lab.clients import client
from unassume.model.evidence import Evidence
from unassume.model.leads import parse_lead
from unassume.model.plans import CutOff
from unassume.model.receipts import Receipt
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import change_lines, tally
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.report.times import time_of_day
from unassume.steps.preview import preview

SUMMARY = "sessions issued in the cut-off's own second, and between cut-off and enforcement"
_SECOND = timedelta(seconds=1)


def play(stage: Stage) -> Rehearsal:
    """A cut-off pinned too early, what verify makes of it, and the later one."""
    before, start = stage.everybody_works(), stage.policies()
    cut_off = stage.now.replace(microsecond=0) + 3 * _SECOND
    minted = {
        "a second before the cut-off": _mint(stage, cut_off - _SECOND),
        "in its own second": _mint(stage, cut_off),
    }

    lineage, pinned = stage.planned(parse_lead(stage.thief.key_id), cut_off=CutOff(at=cut_off))
    seen = preview(pinned, lineage.sessions, cut_off, targets=lineage.on_the_holders)
    first = stage.applied(pinned)
    minted["before the deny was enforced"] = _mint(stage, stage.now)
    early = stage.verified(first)
    after_first = {title: actor.work()["s3:GetObject"] for title, actor in minted.items()}
    story = [
        *chapter("who holds what", *holders(lineage)),
        *chapter(
            "the leak",
            *told(
                "The thief holds Keith's session and the user key Keith assumed it with: he mints more sessions of "
                f"the same name while the responder pins the cut-off to {time_of_day(cut_off)}."
            ),
        ),
        *chapter("the plan", *change_lines(pinned.changes[0])[:2], *told(f"preview: {tally(seen)}")),
        *chapter("the first cut", *_rows(minted, after_first), *_missing(early)),
    ]

    _close_the_way_back(stage)
    _, wider = stage.planned(parse_lead(stage.thief.key_id))
    second = stage.applied(wider)
    evidence = stage.verified(second)
    after_second = {title: actor.work()["s3:GetObject"] for title, actor in minted.items()}
    after = stage.everybody_works()
    story += chapter(
        "the second cut",
        *told(
            "Keith's user key is deactivated, then the name is cut up to "
            f"{time_of_day(second.begun.cut_off)}, 30 s after AWS's now."
        ),
        *_rows(minted, after_second),
        *evidence_lines(evidence),
    )
    story += chapter("person x call, before -> after both cuts", *matrix(before, after))
    return _end(stage, early, evidence, start, story, after_second, [first, second])


def _end(
    stage: Stage, early: Evidence, evidence: Evidence, start: dict[str, str], story: list[str],
    after: dict[str, str], receipts: list[Receipt],
) -> Rehearsal:  # fmt: skip
    keith = _new_key(stage).assume(stage.role_arn, "keith", SourceIdentity="keith")
    back = Actor(stage.lab, "keith", keith, HOME).work()
    for receipt in receipts:
        stage.undone(receipt)
    is_as_before = stage.policies() == start
    words = "byte for byte as at the start" if is_as_before else "NOT AS AT THE START"
    is_right = (
        is_as_before
        and back["s3:GetObject"] == "ok"
        and not early.contained
        and len(early.uncut) == 2
        and set(after.values()) == {"DENIED"}
    )
    result = stage.result(evidence, () if is_right else ("an edge of the cut-off was judged wrongly",))
    story += chapter("Keith comes back", *told(f"On a new user key: s3:GetObject {back['s3:GetObject']}."))
    story += chapter("the undo", *told(f"37 h later: the role's policies are {words}."), *told(figures(result)))
    return Rehearsal(result=result, story=tuple(story))


def _mint(stage: Stage, at: datetime) -> Actor:
    """A session under Keith's name, issued at that instant by whoever holds his user key, and put to use."""
    stage.lab.clock.advance(max(0.0, (at - stage.now).total_seconds()) + 0.1)
    given = stage.user("keith").assume(stage.role_arn, "keith", SourceIdentity="keith")
    minted = stage.as_thief(given, ELSEWHERE)
    minted.work()
    return minted


def _missing(evidence: Evidence) -> list[str]:
    """What verify says of a cut that is not proved: the proof that failed, and what to do."""
    lines = evidence_lines(evidence)
    return lines[next(index for index, line in enumerate(lines) if line.startswith("✗")) :]


def _new_key(stage: Stage) -> Actor:
    """Keith on a user key made after the old one was deactivated, once it is known everywhere."""
    admin = client(stage.lab, "iam", stage.lab.credentials("admin"))
    key = admin.create_access_key(UserName="keith")["AccessKey"]
    stage.lab.clock.advance(60)
    return Actor(stage.lab, "keith", Credentials(key["AccessKeyId"], key["SecretAccessKey"]), HOME)


def _rows(minted: dict[str, Actor], answers: dict[str, str]) -> list[str]:
    return table(("session issued", "s3:GetObject"), [(title, answers[title]) for title in minted])


def _close_the_way_back(stage: Stage) -> None:
    admin = client(stage.lab, "iam", stage.lab.credentials("admin"))
    admin.update_access_key(UserName="keith", AccessKeyId=stage.user("keith").key_id, Status="Inactive")
