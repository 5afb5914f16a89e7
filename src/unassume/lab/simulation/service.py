"""The policy simulator of IAM: the four calls, answered after the gate has judged whether the caller may make them.

It reads IAM as the Get and List calls do, so a policy may be simulated before it is enforced (ASSUMPTION).
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from __future__ import annotations

from typing import Any, assert_never

from unassume.iam.documents import DocumentKind
from unassume.lab.accounts.history import History
from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.resolve import Operation
from unassume.lab.simulation.asked import (
    CALLS,
    Asked,
    CustomKeys,
    CustomSimulation,
    PrincipalKeys,
    PrincipalSimulation,
    read,
)
from unassume.lab.simulation.cases import Case, custom_case, principal_case
from unassume.lab.simulation.entities import source, standing
from unassume.lab.simulation.keys import keys_of
from unassume.lab.simulation.paging import page
from unassume.lab.simulation.results import result
from unassume.lab.simulation.sources import Source, attached, given, parsed
from unassume.lab.wire.shapes import Answer, query_result

SIMULATIONS = frozenset(CALLS)
"""The names of the operations answered here."""


def simulate(operation: Operation, account: str, history: History, request: str) -> Answer:
    """The answer to one call of the simulator; a Refusal as IAM words it."""
    asked = read(operation.name, operation.parameters)
    fields = _fields(asked, history.readable(account))
    return query_result("iam", operation.name, fields, request)


def _fields(asked: Asked, view: AccountView) -> dict[str, Any]:
    match asked:
        case CustomSimulation():
            return _simulated(asked, custom_case(asked))
        case PrincipalSimulation():
            return _simulated(asked, principal_case(asked, view))
        case CustomKeys(policy_input_list=texts):
            return _keys(given("PolicyInputList", texts))
        case PrincipalKeys(policy_source_arn=arn, policy_input_list=texts):
            return _keys(attached(standing(source(arn), view)) + given("PolicyInputList", texts))
        case _:
            assert_never(asked)


def _simulated(asked: CustomSimulation | PrincipalSimulation, case: Case) -> dict[str, Any]:
    actions, marker = page(asked.action_names, asked.marker, asked.max_items, len(case.resources), case.statements)
    results = [result(case, action) for action in actions]
    return {"EvaluationResults": results, "IsTruncated": marker is not None, "Marker": marker}


def _keys(sources: tuple[Source, ...]) -> dict[str, Any]:
    """ASSUMPTION: a policy of a resource may be among those sent, for its keys are needed to simulate with it."""
    policies = (parsed(each, DocumentKind.IDENTITY, DocumentKind.RESOURCE) for each in sources)
    return {"ContextKeyNames": list(keys_of(policies))}
