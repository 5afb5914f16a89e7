"""The Surroundings port on a real account: every question side by side, and given up after a few seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import assert_never

from unassume.aws.connection import Connection
from unassume.aws.permissions import AwsPermissions
from unassume.aws.policy_writes import writes
from unassume.aws.together import together
from unassume.aws.workloads import functions, pods, tasks
from unassume.aws.workloads.instances import Instances
from unassume.errors import UnassumeError
from unassume.model.preflights import Answer, AskAllowed, AskWorkloads, AskWrites, Question

SECONDS = 8.0
_WORKERS = 16


class AwsSurroundings:
    """What stands around roles and users of the account the responder's credentials are of."""

    def __init__(self, connection: Connection, seconds: float = SECONDS) -> None:
        self._connection, self._seconds = connection, seconds
        self._permissions = AwsPermissions(connection)
        self._looks = {"ec2": Instances().look, "lambda": functions.look, "ecs": tasks.look, "eks": pods.look}

    def look(self, questions: Iterable[Question]) -> Mapping[Question, Answer]:
        """Every question with its answer; a refusal, a failure and a long silence are answers too."""
        asked = list(dict.fromkeys(questions))
        given = together({one: partial(self._tried, one) for one in asked}, self._seconds, _WORKERS)
        late = Answer(missing=(f"no answer within {self._seconds:.0f} s",))
        return {one: given.get(one, late) for one in asked}

    def _tried(self, question: Question) -> Answer:
        try:
            return self._answer(question)
        except UnassumeError as error:
            return Answer(missing=(error.message,))
        except (AttributeError, LookupError, TypeError, ValueError):
            return Answer(missing=("AWS's answer could not be understood",))

    def _answer(self, question: Question) -> Answer:
        match question:
            case AskAllowed():
                return Answer(allowed=dict(self._permissions.allowed(question.actions, question.resource)))
            case AskWrites():
                return writes(self._connection, question)
            case AskWorkloads():
                return self._looks[question.service](self._connection, question)
            case _:
                assert_never(question)
