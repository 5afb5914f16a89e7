"""From layers of policies to one decision.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
Rule 1: one Deny that applies in any layer ends it; a Deny that may apply leaves the answer unknown.
Rule 2: RCPs and SCPs must allow at every level, and the endpoint policy must allow.
Rule 3: same account: the resource's policy is enough where it names the caller; naming the account only delegates.
Rule 4: across accounts both sides must allow. A role's trust and a KMS key's policy must always allow.
Rule 5: what Kleene's logic leaves open is decided where every case of the unknown keys agrees (`cases`).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType

import msgspec

from unassume.iam.cases import case_values
from unassume.iam.conditions import look_up
from unassume.iam.decide import decide
from unassume.iam.evaluate import Request
from unassume.iam.layers import Decision, Ground, Layers, NamedPolicy, Outcome
from unassume.iam.principals import AssumedRole, account_of
from unassume.iam.rules import ActionRules, rules_for
from unassume.iam.values import Context

__all__ = ["NO_PERMISSION_NEEDED", "Decision", "Ground", "Layers", "NamedPolicy", "Outcome", "authorize"]

# INVARIANT: no policy stops these, so an answer to one of them proves nothing about a revocation.
NO_PERMISSION_NEEDED = MappingProxyType(
    {
        "sts:getcalleridentity": "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
        "sts:getsessiontoken": "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
        "id_credentials_temp_control-access_getsessiontoken.html",
    }
)
_CASES = 4096
"""How many cases of the unknown keys are tried before the answer stays unknown."""


def authorize(
    request: Request, layers: Layers, *, resource_account: str | None = None, cases: int = _CASES
) -> Decision:
    """Judge a request; `resource_account` None means the caller's own account.

    `cases` bounds how many combinations of values of unknown keys are tried where three-valued logic alone cannot
    tell; 0 tries none. A trust policy in `layers.resource` says that the resource is a role to be assumed.
    """
    if request.action.lower() in NO_PERMISSION_NEEDED:
        return Decision("allow")
    rules = _rules(_binding(layers, request), request.action)
    decision = decide(request, layers, rules, resource_account)
    if decision.outcome != "unknown" or not cases:
        return decision
    return _Search(layers, rules, resource_account, cases).settled(request, decision) or decision


class _Search:
    """Dividing into cases, key by key, until all agree, two differ, or too many have been tried."""

    def __init__(self, layers: Layers, rules: ActionRules, resource_account: str | None, most: int) -> None:
        self._layers = layers
        self._rules = rules
        self._account = resource_account
        self._left = most

    def settled(self, request: Request, undecided: Decision) -> Decision | None:
        """The decision that all cases of the request share, or None."""
        found: Decision | None = None
        for each in self._cases(request, undecided.unknown_keys):
            decision: Decision | None = decide(each, self._layers, self._rules, self._account)
            self._left -= 1
            if decision is not None and decision.outcome == "unknown":
                decision = self.settled(each, decision)
            if decision is None or self._left < 0 or (found is not None and decision.outcome != found.outcome):
                return None
            found = decision if found is None else _resting_on_both(found, decision)
        return found

    def _cases(self, request: Request, keys: tuple[str, ...]) -> Iterator[Request]:
        """The request with each value that the first divisible key may have; none where no key can be divided."""
        for key in (key.lower() for key in keys):
            values = case_values(key, look_up(request.context, key), (rule.statement for rule in self._rules.all))
            if values is None:
                continue
            for value in values:
                context = Context(ChainMap({key: value}, request.context.values), request.context.unlisted)  # type: ignore[arg-type]  # only read
                yield msgspec.structs.replace(request, context=context)
            return


def _resting_on_both(one: Decision, other: Decision) -> Decision:
    """One decision for both cases, resting on the statements of both: which of them applies hangs on the key."""
    layer = one.layer if one.layer is other.layer else None
    return msgspec.structs.replace(one, layer=layer, grounds=tuple(dict.fromkeys((*one.grounds, *other.grounds))))


@lru_cache(maxsize=8192)
def _rules(layers: Layers, action: str) -> ActionRules:
    return rules_for(layers, action)


def _binding(layers: Layers, request: Request) -> Layers:
    """The layers that bind this caller: organisation policies spare service-linked roles, SCPs all who have no account.

    AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    if layers.scps is None and layers.rcps is None:
        return layers
    principal = request.principal
    if isinstance(principal, AssumedRole):
        return _without(layers, "scps", "rcps") if ":role/aws-service-role/" in principal.role_arn else layers
    is_of_account = principal is None or account_of(principal) is not None
    return layers if is_of_account or layers.scps is None else _without(layers, "scps")


@lru_cache(maxsize=1024)
def _without(layers: Layers, *names: str) -> Layers:
    fields = {name: getattr(layers, name) for name in layers.__struct_fields__ if name not in names}
    return Layers(**fields)
