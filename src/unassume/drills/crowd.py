"""A build system holds 2,000 sessions of one role, and the credentials of 500 of them leak with a cache.

Facts under test: 500 leads, session ARNs and key ids mixed, make one plan of several policies; each of the 500 is
refused, none of the 1,500 others and of the people on the role notices, and the undo leaves no trace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from unassume.drills.actors import Actor
from unassume.drills.quick import Quick
from unassume.drills.stage import ELSEWHERE, HOME, TRAIL_DELAY, Stage
from unassume.drills.story import chapter, figures, told
from unassume.lab import Credentials
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import ROLE
from unassume.means.packing import size
from unassume.model.leads import describe_lead, parse_lead
from unassume.model.previews import Preview, Verdict
from unassume.model.rehearsals import Rehearsal
from unassume.report.plan import tally
from unassume.report.proof import evidence_lines
from unassume.report.table import table
from unassume.steps.preview import preview

SUMMARY = "500 of a role's 2,000 sessions leak: one plan cuts them all, and nobody else"
SESSIONS, EVERY = 2_000, 4
"""How many sessions there are, and which of them leaked: every fourth."""


def play(stage: Stage, sessions: int = SESSIONS) -> Rehearsal:
    """From the leads over one plan to the proof on every policy, a call of every session, and the undo."""
    stage.widen_responder()
    start, quick = stage.standing(), Quick(stage.lab)
    held = _assumed(stage, sessions)
    names = list(held)[::EVERY]
    thieves = [stage.leaked(Actor(stage.lab, name, held[name], ELSEWHERE)) for name in names]
    builds = [stage.stands_by(Actor(stage.lab, name, held[name], HOME)) for name in held if name not in set(names)]
    before = _answers(quick, thieves)
    stage.lab.clock.advance(TRAIL_DELAY)

    lead = parse_lead("\n".join(_leads(stage, {name: held[name] for name in names})))
    lineage, made = stage.planned(lead)
    seen = preview(made, lineage.sessions, made.cut_off.expected(stage.now), targets=made.targets)
    receipt = stage.applied(made)
    evidence = stage.verified(receipt)
    after, others = _answers(quick, thieves), _answers(quick, builds)
    people = [stage.people[person].work()["dynamodb:GetItem"] for person in ("bob", "mary")]
    stage.undone(receipt)

    is_cut = after == Counter(DENIED=len(thieves)) and len(made.targets) == len(thieves)
    spared = others == Counter(ok=len(builds)) and people == ["ok", "ok"]
    is_right = is_cut and spared and _is_exact(seen) and stage.standing() == start
    result = stage.result(evidence, () if is_right else ("not all leaked were cut, or somebody else was hit",))
    rows = [("leaked", _words(before), _words(after)), ("others", "not tried", _words(others))]
    sizes = ", ".join(f"{size(change.after or ''):,}" for change in made.changes)
    wrote = f"{len(made.changes)} policies of {sizes} characters, each with a canary of its own"
    story = [
        *chapter("the leak", *told(f"{describe_lead(lead)}; {len(held):,} sessions of {ROLE} are live.")),
        *chapter("the plan", *told(wrote), *told(tally(seen))),
        *chapter("dynamodb:GetItem by every session", *table(("", "before", "after the cut"), rows)),
        *chapter("the proof", *evidence_lines(evidence)),
        *chapter("the end", *told(figures(result))),
    ]
    return Rehearsal(result=result, story=tuple(story))


def _assumed(stage: Stage, sessions: int) -> dict[str, Credentials]:
    """The build system's sessions by name, one an issuance, all on the credentials of Bob, who set it up."""
    sts, held = client(stage.lab, "sts", stage.lab.credentials("bob-user")), {}
    for number in range(sessions):
        name = f"build-{number:04}"
        given = sts.assume_role(RoleArn=stage.role_arn, RoleSessionName=name, DurationSeconds=43_200)["Credentials"]
        held[name] = Credentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"]
        )
    return held


def _leads(stage: Stage, leaked: Mapping[str, Credentials]) -> list[str]:
    """What the responder was given: of every second session its key id, of the others their ARN."""
    sessions = f"arn:aws:sts::{stage.lab.account}:assumed-role/{ROLE}/"
    pairs = enumerate(leaked.items())
    return [one.access_key_id if number % 2 else sessions + name for number, (name, one) in pairs]


def _answers(quick: Quick, actors: Iterable[Actor]) -> Counter[str]:
    return Counter(quick.get_item(actor) for actor in actors)


def _words(answers: Counter[str]) -> str:
    return ", ".join(f"{count:,} {answer}" for answer, count in answers.items())


def _is_exact(seen: Preview) -> bool:
    """Whether every leaked session is CUT, and every other live one SPARED."""
    live = (one for one in seen.judgements if one.is_live)
    return all(one.verdict is (Verdict.CUT if one.is_target else Verdict.SPARED) for one in live)
