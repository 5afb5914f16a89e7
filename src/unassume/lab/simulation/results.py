"""EvaluationResults: one for each action, with all its resources together and each by itself.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
ASSUMPTION: the types of policies are those clients have met ("IAM Policy", which
https://github.com/soto-project/soto/pull/230 had to add to its enumeration on 2020-01-22, and "Resource Policy" of
https://github.com/ScottLogic/blog/pull/308, 2025-07-10), not the documented `user`, `group`, `role`, `resource`.
The lab holds no table of ARN formats, so EvalResourceName of an action is always `*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unassume.iam.documents import DocumentKind
from unassume.iam.layers import Ground
from unassume.lab.simulation.cases import Case
from unassume.lab.simulation.positions import Place, positions
from unassume.lab.simulation.verdicts import Decided, Verdict, verdict
from unassume.lab.wire.shapes import Entries

_RESTRICTIVE: tuple[Decided, ...] = ("explicitDeny", "implicitDeny", "allowed")


def result(case: Case, action: str) -> dict[str, Any]:
    """The result of one action on every resource of the case."""
    verdicts = tuple(verdict(case, action, resource) for resource in case.resources)
    decision = _strictest(each.decision for each in verdicts)
    grounds = (ground for each in verdicts if each.decision == decision for ground in each.matched)
    return {
        "EvalActionName": action,
        "EvalResourceName": "*",
        "EvalDecision": decision,
        "MatchedStatements": [_statement(case, ground) for ground in dict.fromkeys(grounds)],
        "MissingContextValues": list(case.missing),
        "OrganizationsDecisionDetail": _detail("AllowedByOrganizations", (each.organizations for each in verdicts)),
        "PermissionsBoundaryDecisionDetail": _boundary(verdicts),
        "EvalDecisionDetails": None if case.is_for_all else _details(verdicts),
        "ResourceSpecificResults": None if case.is_for_all else [_specific(case, each) for each in verdicts],
    }


def _specific(case: Case, found: Verdict) -> dict[str, Any]:
    return {
        "EvalResourceName": found.resource,
        "EvalResourceDecision": found.decision,
        "MatchedStatements": [_statement(case, ground) for ground in found.matched],
        "MissingContextValues": list(case.missing),
        "EvalDecisionDetails": Entries(found.details) if found.details else None,
        "PermissionsBoundaryDecisionDetail": _boundary((found,)),
    }


def _boundary(verdicts: tuple[Verdict, ...]) -> dict[str, bool] | None:
    return _detail("AllowedByPermissionsBoundary", (each.boundary for each in verdicts))


def _detail(name: str, answers: Iterable[bool | None]) -> dict[str, bool] | None:
    """Whether the layer allows every resource; nothing where it has no say in any."""
    said = [answer for answer in answers if answer is not None]
    return {name: all(said)} if said else None


def _details(verdicts: tuple[Verdict, ...]) -> Entries | None:
    """The most restrictive decision of each kind of policy; nothing where an SCP ended the simulation everywhere."""
    told = [each.details for each in verdicts if each.details is not None]
    names = dict.fromkeys(name for each in told for name in each)
    return Entries({name: _strictest(each[name] for each in told if name in each) for name in names}) if told else None


def _strictest(decisions: Iterable[Decided]) -> Decided:
    return min(decisions, key=_RESTRICTIVE.index)


def _statement(case: Case, ground: Ground) -> dict[str, Any]:
    is_resource = ground.layer is DocumentKind.RESOURCE
    source = case.resource_source if is_resource else case.sources[int(ground.policy_name)]
    assert source is not None  # a statement of a resource's policy stands in one that was sent
    start, end = positions(source.text)[ground.path]
    return {
        "SourcePolicyId": source.id,
        "SourcePolicyType": "Resource Policy" if is_resource else "IAM Policy",
        "StartPosition": _position(start),
        "EndPosition": _position(end),
    }


def _position(place: Place) -> Mapping[str, int]:
    return {"Line": place[0], "Column": place[1]}
