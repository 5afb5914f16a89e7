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
from unassume.iam.conditions import all_of, any_of, look_up
from unassume.iam.evaluate import Request, open_keys
from unassume.iam.layers import Decision, Ground, Layers, NamedPolicy, Outcome
from unassume.iam.principals import AssumedRole, FederatedUser, Naming, Root, User, account_of, namings
from unassume.iam.rules import ActionRules, Rule, Rules, rules_for
from unassume.iam.statements import DocumentKind
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
_WITH_IDENTITY = frozenset((AssumedRole, User, FederatedUser, Root))
"""Services, federated and anonymous callers have no identity-based policies: the resource's alone count."""
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
    decision = _decide(request, layers, rules, resource_account)
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
            decision: Decision | None = _decide(each, self._layers, self._rules, self._account)
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
    if isinstance(principal, AssumedRole) and ":role/aws-service-role/" in principal.role_arn:
        return _without(layers, "scps", "rcps")
    is_of_account = principal is None or account_of(principal) is not None
    return layers if is_of_account or layers.scps is None else _without(layers, "scps")


@lru_cache(maxsize=1024)
def _without(layers: Layers, *names: str) -> Layers:
    fields = {name: getattr(layers, name) for name in layers.__struct_fields__ if name not in names}
    return Layers(**fields)


def _decide(request: Request, layers: Layers, rules: ActionRules, resource_account: str | None) -> Decision:
    denied: list[Rule] = []
    may_deny: list[Rule] = []
    for rule in rules.denies:
        answer = rule.check(request)
        if answer:
            denied.append(rule)
        elif answer is None:
            may_deny.append(rule)
    if denied:
        return Decision("explicit-deny", denied[0].ground.layer, tuple(rule.ground for rule in denied))
    case = _Case(request, layers, rules, resource_account)
    allowed = case.allowed()
    if may_deny or allowed is None:
        return _undecided(request, may_deny, [] if allowed is False else case.open_allows())
    if not allowed:
        return Decision("implicit-deny", case.missing_layer())
    return Decision("allow", case.deciding_layer(), tuple(rule.ground for rule in case.applying()))


def _undecided(request: Request, may_deny: list[Rule], open_allows: list[Rule]) -> Decision:
    """INVARIANT: a Deny that may apply is never reported as an implicit deny: learning more could make it explicit."""
    rules = [*may_deny, *open_allows]
    keys = (key for rule in rules for key in open_keys(rule.statement, request))
    return Decision(
        "unknown",
        rules[0].ground.layer if rules else None,
        tuple(rule.ground for rule in rules),
        tuple(dict.fromkeys(keys)),
    )


class _Case:
    """The allowing side of one request, once no Deny certainly applies."""

    __slots__ = ("_account", "_has_identity", "_is_decisive", "_is_trust", "_kind", "_layers", "_request", "_rules")

    def __init__(self, request: Request, layers: Layers, rules: ActionRules, account: str | None) -> None:
        self._request = request
        self._layers = layers
        self._rules = rules
        self._account = account
        resource = layers.resource
        self._kind = DocumentKind.RESOURCE if resource is None else resource.kind
        self._is_trust = self._kind is DocumentKind.TRUST
        self._is_decisive = self._is_trust or (resource is not None and _is_key(request))
        self._has_identity = request.principal is None or type(request.principal) in _WITH_IDENTITY

    def allowed(self) -> bool | None:
        """Section "allow" of the evaluation logic, as one formula in Kleene's logic."""
        if self._is_trust and isinstance(self._request.principal, Root):
            return False  # AWS: STS answers "Roles may not be assumed by root accounts."
        around = self._around()
        return around if around is False else _and(around, self._core())

    def _around(self) -> bool | None:
        """Whether the policies of the organisation and of the endpoint allow."""
        return self._all(self._rules.around)

    def _all(self, levels: tuple[Rules, ...]) -> bool | None:
        result: bool | None = True
        for level in levels:
            answer = self._any(level)
            if answer is False:
                return False
            result = result and answer
        return result

    def _core(self) -> bool | None:
        if not self._has_identity:
            return self._resource_allows(*Naming)
        if self._is_cross_account():
            return _and(self._resource_allows(*Naming), self._caller_side())
        if self._rules.resource is None and not self._is_decisive:
            return self._caller_side()
        named = (
            self._resource_allows(Naming.CALLER, Naming.EVERYONE),
            _and(self._resource_allows(Naming.ROLE), self._bounds()),
        )
        if self._is_decisive:
            return any_of((*named, _and(self._resource_allows(Naming.ACCOUNT), self._caller_side())))
        return any_of((*named, self._caller_side()))

    def _caller_side(self) -> bool | None:
        return _and(self._identity_allows(), self._bounds())

    def _identity_allows(self) -> bool | None:
        """Whether an identity-based policy allows; the root user is allowed by default."""
        return True if isinstance(self._request.principal, Root) else self._any(self._rules.identity)

    def _bounds(self) -> bool | None:
        """Whether the permissions boundary and the session policies allow, where there are any."""
        return False if self._is_bare_federated() else self._all(self._rules.bounds)

    def _within(self, rules: Rules | None) -> bool | None:
        return True if rules is None else self._any(rules)

    def _any(self, rules: Rules) -> bool | None:
        result: bool | None = False
        for rule in rules:
            answer = rule.check(self._request)
            if answer:
                return True
            if answer is None:
                result = None
        return result

    def _resource_allows(self, *wanted: Naming) -> bool | None:
        """Whether the resource's policy allows in a statement that names the caller in one of these ways."""
        return self._any(tuple(rule for rule in self._rules.resource or () if self._namings(rule) & frozenset(wanted)))

    def applying(self) -> list[Rule]:
        """The Allow statements of the deciding layer that apply."""
        rules = self._rules
        decisive = rules.identity if self.deciding_layer() is DocumentKind.IDENTITY else rules.resource or ()
        return [rule for rule in decisive if rule.check(self._request)]

    def open_allows(self) -> list[Rule]:
        """The Allow statements of which it is not known whether they apply."""
        return [rule for rule in self._allows() if rule.check(self._request) is None]

    def _allows(self) -> list[Rule]:
        return [rule for rule in self._rules.all if rule.statement.effect == "Allow"]

    def deciding_layer(self) -> DocumentKind:
        """The layer that gave the permission."""
        if self._layers.resource is None:
            return DocumentKind.IDENTITY
        if self._is_decisive or self._identity_allows() is not True or not self._has_identity:
            return self._kind
        return DocumentKind.IDENTITY

    def missing_layer(self) -> DocumentKind:
        """The first layer that should have allowed and did not."""
        rules = self._rules
        for kind, levels in ((DocumentKind.RCP, rules.rcps), (DocumentKind.SCP, rules.scps)):
            if any(self._any(level) is False for level in levels):
                return kind
        if self._within(rules.endpoint) is False:
            return DocumentKind.ENDPOINT
        needs_resource = self._is_decisive or self._is_cross_account() or not self._has_identity
        if needs_resource and not self._resource_allows(*Naming):
            return self._kind
        if self._identity_allows() is False:
            return DocumentKind.IDENTITY
        if self._within(rules.boundary) is False:
            return DocumentKind.BOUNDARY
        is_outside = self._is_bare_federated() or self._within(rules.session) is False
        return DocumentKind.SESSION if is_outside else self._kind

    def _namings(self, rule: Rule) -> frozenset[Naming]:
        if self._request.principal is None:
            return frozenset(Naming)
        return namings(rule.statement.principals or (), self._request.principal)

    def _is_bare_federated(self) -> bool:
        """Whether the caller is a federated user without session policies: nothing of its user's reaches it.

        AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html
        """
        return self._layers.session is None and isinstance(self._request.principal, FederatedUser)

    def _is_cross_account(self) -> bool:
        principal = self._request.principal
        return bool(self._account and principal and self._account != account_of(principal))


def _is_key(request: Request) -> bool:
    """Whether a KMS key is asked for, whose policy must allow in its own account too, as a role's trust must.

    AWS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    return ":key/" in str(request.resource) and request.action.lower().startswith("kms:")


def _and(one: bool | None, other: bool | None) -> bool | None:
    return all_of((one, other))
