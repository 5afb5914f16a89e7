"""What stands around the roles and users a plan writes to, found out in one look before anything is tried.

Rule: a plan never fails for it: what cannot be found out is said to be not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from unassume.model.plans import Gap, Plan
from unassume.model.preflights import Answer, AskWrites, Preflight, Question
from unassume.model.surveys import Role, Survey, Surveyed
from unassume.ports import World
from unassume.steps import lacking, workloads
from unassume.steps.writers import writers, written_words

_MOST_HOLDERS = 5  # LookupEvents takes two calls a second


def look_around(made: Plan, survey: Survey, world: World) -> Plan:
    """The plan with its preflight; as it was where nothing is written or nobody can look."""
    if world.surroundings is None or not made.changes:
        return made
    world.progress.tell("survey", "looking who writes the role, what runs on it, and what we may do")
    holders = _holders(made, survey)
    answers = world.surroundings.look(_questions(made, survey, holders))
    preflight = _preflight(made, survey, holders, answers)
    return msgspec.structs.replace(made, preflight=preflight, gaps=_noted(made, holders, answers, preflight))


def _holders(made: Plan, survey: Survey) -> tuple[Surveyed, ...]:
    """The roles and users of our own account that it writes to."""
    written = {change.holder_id for change in made.changes}
    return tuple(one for one in survey.holders if one.id in written and one.account == survey.caller.account)


def _ask_writes(holder: Surveyed) -> AskWrites:
    return AskWrites(subject=holder.subject, partition=holder.arn.split(":")[1])


def _questions(made: Plan, survey: Survey, holders: tuple[Surveyed, ...]) -> Iterator[Question]:
    yield from lacking.questions(made, survey)
    yield from (_ask_writes(one) for one in holders[:_MOST_HOLDERS])
    for one in holders:
        if isinstance(one, Role):
            yield from workloads.questions(one, made)


def _preflight(
    made: Plan, survey: Survey, holders: tuple[Surveyed, ...], answers: Mapping[Question, Answer]
) -> Preflight:
    slots = {one.id: [change.slot for change in made.changes if change.holder_id == one.id] for one in holders}
    asked = [(one, answers[question]) for one in holders if (question := _ask_writes(one)) in answers]
    roles = [one for one in holders if isinstance(one, Role)]
    return Preflight(
        lacking=lacking.lacking(answers),
        writers=tuple(each for one, answer in asked for each in writers(one, answer, slots[one.id])),
        workloads=tuple(each for role in roles for each in workloads.running(role, answers)),
        not_known=(
            *lacking.missing(made, survey, answers),
            *(f"{one.subject.label}: who writes it: {why}" for one, answer in asked for why in answer.missing),
            *(f"{one.subject.label}: who writes it was not asked" for one in holders[_MOST_HOLDERS:]),
            *(f"{role.subject.label}: {why}" for role in roles for why in workloads.missing(role, answers)),
        ),
    )


def _noted(
    made: Plan, holders: tuple[Surveyed, ...], answers: Mapping[Question, Answer], found: Preflight
) -> tuple[Gap, ...]:
    """The plan's gaps with what was found, among the notes that block nothing."""
    notes = made.gaps
    for one in holders:
        if isinstance(one, Role):
            notes = workloads.noted(one, answers, notes)
    told = [(writer.holder, written_words(writer)) for writer in found.writers]
    told += [("not known", why) for why in found.not_known]
    return (*notes, *(Gap(what=what, why=why, blocks_containment=False) for what, why in told))
