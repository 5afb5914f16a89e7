"""One action on one resource: the decision, and what each kind of policy has to say of it.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
ASSUMPTION: without a ResourcePolicy only the caller's side is simulated, whoever owns the resource; a permissions
boundary that denies makes the decision explicitDeny, as it does a request's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from unassume.iam.authorize import authorize
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request, matches
from unassume.iam.layers import Ground, Layers, NamedPolicy, Outcome
from unassume.iam.rules import all_rules
from unassume.lab.operations.needed import owner_of
from unassume.lab.simulation.cases import Case
from unassume.lab.wire.refusals import not_implemented

Decided = Literal["explicitDeny", "implicitDeny", "allowed"]
_WORDS: Mapping[Outcome, Decided] = {
    "allow": "allowed", "explicit-deny": "explicitDeny", "implicit-deny": "implicitDeny",
}  # fmt: skip
_EFFECTS: Mapping[Decided, str] = {"allowed": "Allow", "explicitDeny": "Deny"}
_SHOWN = (DocumentKind.IDENTITY, DocumentKind.RESOURCE)
_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
_ANYTHING = (NamedPolicy("anything", parse(_ALL)),)
"""The identity-based policy of somebody whom only the other layers stop."""


class Verdict(msgspec.Struct, frozen=True):
    """The answer for one resource; `boundary` and `organizations` say whether they allow, None where they have no say.

    `details` hold the decision of each kind of policy across accounts, nothing within one, and are None where the
    organization ended the simulation.
    """

    resource: str
    decision: Decided
    matched: tuple[Ground, ...] = ()
    boundary: bool | None = None
    organizations: bool | None = None
    details: Mapping[str, Decided] | None = None


def verdict(case: Case, action: str, resource: str) -> Verdict:
    """The verdict; a Refusal where our evaluator cannot tell.

    What SCPs do not allow is an implicit deny without statements, also where one of them denies.
    Seen: https://github.com/aws/aws-sdk/issues/102 (2023-02-24), and
    https://github.com/aws-containers/amazon-ecs-exec-checker/issues/70 (2024-06-13)
    """
    request = Request(action, resource, case.context, case.caller.principal if case.caller else None)
    organizations = _allows(request, Layers(identity=_ANYTHING, scps=case.layers.scps), case.layers.scps)
    if organizations is False:
        return Verdict(resource, "implicitDeny", organizations=False)
    layers, account = case.layers, _account(case, resource)
    decision = _decided(request, layers, account)
    return Verdict(
        resource=resource,
        decision=decision,
        matched=_matched(request, layers, decision),
        boundary=_allows(request, Layers(identity=_ANYTHING, boundary=layers.boundary), layers.boundary),
        organizations=organizations,
        details=_details(request, layers, account) if account else {},
    )


def _account(case: Case, resource: str) -> str | None:
    """The account of the resource where it is another than the caller's and its policy was sent."""
    if case.layers.resource is None or case.caller is None:
        return None
    account = owner_of(resource) or case.owner or case.caller.account
    return account if account != case.caller.account else None


def _decided(request: Request, layers: Layers, account: str | None = None) -> Decided:
    decision = authorize(request, layers, resource_account=account)
    if decision.outcome == "unknown":
        hangs = ", ".join(f"`{key}`" for key in decision.unknown_keys)
        raise not_implemented(f"a simulation of {request.action} that hangs on {hangs or 'who asks'} in this way")
    return _WORDS[decision.outcome]


def _allows(request: Request, layers: Layers, layer: object) -> bool | None:
    return None if layer is None else _decided(request, layers) == "allowed"


def _details(request: Request, layers: Layers, account: str) -> dict[str, Decided]:
    """Each kind of policy by itself. ASSUMPTION: the names of the kinds, which no document gives."""
    found = {
        "IAM Policy": _decided(request, Layers(identity=layers.identity)),
        "Resource Policy": _decided(request, Layers(identity=_ANYTHING, resource=layers.resource), account),
    }
    if layers.boundary is not None:
        found["Permissions Boundary"] = _decided(request, Layers(identity=_ANYTHING, boundary=layers.boundary))
    return found


def _matched(request: Request, layers: Layers, decision: Decided) -> tuple[Ground, ...]:
    """The statements that made the decision: with a deny, the denying ones only."""
    effect = _EFFECTS.get(decision)
    return tuple(
        ground
        for ground, statement in all_rules(layers)
        if ground.layer in _SHOWN and statement.effect == effect and matches(statement, request)
    )
