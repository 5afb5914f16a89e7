"""One request before the rules of its layers: denied, allowed, or not known. What is not known is divided elsewhere.

Rules 1 to 4 of `authorize` stand here, as one formula in Kleene's logic.
"""

from __future__ import annotations

from unassume.iam.conditions import all_of, any_of
from unassume.iam.evaluate import Request, open_keys
from unassume.iam.layers import Decision, Layers
from unassume.iam.principals import AssumedRole, FederatedUser, Naming, Root, User, account_of, namings
from unassume.iam.rules import ActionRules, Rule, Rules
from unassume.iam.statements import DocumentKind

_WITH_IDENTITY = frozenset((AssumedRole, User, FederatedUser, Root))
"""Services, federated and anonymous callers have no identity-based policies: the resource's alone count."""


def decide(request: Request, layers: Layers, rules: ActionRules, resource_account: str | None) -> Decision:
    """The decision as far as three-valued logic alone can tell; `rules` are those of the request's action."""
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
