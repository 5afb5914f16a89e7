"""Surroundings in memory: answers by kind of question, and every question kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tests.steps.made import Scene
from unassume.model.leads import Lead
from unassume.model.plans import Choices, Leaked, Plan, RungName
from unassume.model.preflights import (
    Answer,
    AskAllowed,
    AskWorkloads,
    AskWrites,
    PolicyWrite,
    Question,
    Workload,
)
from unassume.steps.plan import plan
from unassume.steps.surroundings import look_around
from unassume.steps.survey import survey


@dataclass
class FakeSurroundings:
    """All is allowed but what is `refused` or `unknown`; what runs is by service and region; `silent` fails a kind."""

    refused: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    writes: tuple[PolicyWrite, ...] = ()
    runs: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    silent: Mapping[object, str] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def look(self, questions: Iterable[Question]) -> Mapping[Question, Answer]:
        self.asked = list(questions)
        return {one: self._answer(one) for one in self.asked}

    def _answer(self, question: Question) -> Answer:
        key = question.service if isinstance(question, AskWorkloads) else type(question)
        if key in self.silent:
            return Answer(missing=(self.silent[key],))
        match question:
            case AskAllowed():
                known = [action for action in question.actions if action not in self.unknown]
                return Answer(allowed={action: action not in self.refused for action in known})
            case AskWrites():
                return Answer(writes=self.writes)
            case AskWorkloads():
                names = self.runs.get((question.service, question.region), ())
                return Answer(
                    workloads=tuple(
                        Workload(role=question.role.name, service=question.service, region=question.region, name=name)
                        for name in names
                    )
                )

    def of(self, kind: type) -> list[Question]:
        """The questions of one kind."""
        return [one for one in self.asked if isinstance(one, kind)]


def looked(
    set_up: Scene, around: FakeSurroundings | None, lead: Lead, *, rung: RungName | None = None,
    leaked: Leaked = "unknown", canary: bool = True, deactivate_keys: bool = False,
) -> Plan:  # fmt: skip
    """find, survey, plan and the look around."""
    lineage = set_up.found(lead)
    choices = Choices(incident="inc-1", rung=rung, leaked=leaked, canary=canary, deactivate_keys=deactivate_keys)
    seen = survey(lineage, set_up.world)
    return look_around(plan(lineage, seen, choices), seen, replace(set_up.world, surroundings=around))


def notes(made: Plan) -> str:
    """What the plan says that blocks nothing, line by line."""
    return "\n".join(f"{gap.what}: {gap.why}" for gap in made.gaps if not gap.blocks_containment)
