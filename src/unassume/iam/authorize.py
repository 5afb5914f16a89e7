"""From layers of policies to one decision.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
Judged now: identity-based policies, the resource's policy or the role's trust, and session policies. Permissions
boundary, SCPs, RCPs and endpoint policies have no place in `Layers` yet: a caller who knows that one applies must not
ask here. They will each become one more field, and one more factor in `_allowed`.

Rule 1: one Deny that applies in any layer ends it; a Deny that may apply leaves the answer unknown.
Rule 2: same account: the resource's policy is enough where it names the caller; naming the account only delegates.
Rule 3: across accounts both sides must allow. A role's trust must always allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Literal

import msgspec

from unassume.iam.conditions import all_of, any_of
from unassume.iam.evaluate import Request, matches, open_keys
from unassume.iam.principals import AssumedRole, FederatedUser, Naming, Root, User, account_of, namings
from unassume.iam.statements import DocumentKind, Policy, Statement

Outcome = Literal["allow", "implicit-deny", "explicit-deny", "unknown"]

# INVARIANT: no policy stops these, so an answer to one of them proves nothing about a revocation.
NO_PERMISSION_NEEDED = MappingProxyType(
    {
        "sts:getcalleridentity": "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
        "sts:getsessiontoken": "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
        "id_credentials_temp_control-access_getsessiontoken.html",
    }
)


class NamedPolicy(msgspec.Struct, frozen=True, cache_hash=True):
    """A policy under the name it is attached by."""

    name: str
    policy: Policy


class Layers(msgspec.Struct, frozen=True):
    """The policies that bear on a request; None means the layer is not there, an empty tuple that it allows nothing."""

    identity: tuple[NamedPolicy, ...] = ()
    resource: Policy | None = None
    session: tuple[Policy, ...] | None = None


class Decision(msgspec.Struct, frozen=True):
    """The outcome, the layer that decided it, the statements it rests on, and the unknown keys it hangs on.

    For an implicit deny, `layer` is the first one that should have allowed and did not.
    """

    outcome: Outcome
    layer: DocumentKind | None = None
    statements: tuple[str, ...] = ()
    unknown_keys: tuple[str, ...] = ()


class _Finding(msgspec.Struct, frozen=True):
    """A statement that applies, or may."""

    layer: DocumentKind
    policy_name: str
    statement: Statement
    applies: Literal[True] | None

    @property
    def label(self) -> str:
        """The policy's name, and the statement's Sid or path."""
        return f"{self.policy_name}:{self.statement.label}"


def authorize(
    request: Request, layers: Layers, *, resource_account: str | None = None, trust: bool = False
) -> Decision:
    """Judge a request; `trust` says that the resource is a role to be assumed and `layers.resource` its trust policy.

    `resource_account` None means the caller's own account.
    """
    if request.action.lower() in NO_PERMISSION_NEEDED:
        return Decision("allow")
    found = tuple(_findings(request, layers, trust))
    denies = [each for each in found if each.statement.effect == "Deny"]
    certain = [each for each in denies if each.applies]
    if certain:
        return Decision("explicit-deny", certain[0].layer, tuple(each.label for each in certain))
    allows = [each for each in found if each.statement.effect == "Allow"]
    case = _Case(request, layers, allows, resource_account, trust)
    allowed = case.allowed()
    if denies or allowed is None:
        return _undecided(request, [*denies, *(each for each in allows if each.applies is None)])
    if not allowed:
        return Decision("implicit-deny", case.missing_layer())
    labels = tuple(each.label for each in allows if each.applies)
    return Decision("allow", case.deciding_layer(), labels)


def _undecided(request: Request, findings: list[_Finding]) -> Decision:
    """INVARIANT: a Deny that may apply is never reported as an implicit deny: learning more could make it explicit."""
    open_findings = [each for each in findings if each.applies is None]
    keys = (key for each in open_findings for key in open_keys(each.statement, request))
    return Decision(
        "unknown",
        open_findings[0].layer if open_findings else None,
        tuple(each.label for each in open_findings),
        tuple(dict.fromkeys(keys)),
    )


class _Case(msgspec.Struct, frozen=True):
    """The allowing side of one request, once no Deny certainly applies."""

    request: Request
    layers: Layers
    allows: list[_Finding]
    resource_account: str | None
    trust: bool

    def allowed(self) -> bool | None:
        """Section "allow" of the evaluation logic, as one formula in Kleene's logic."""
        caller_side = all_of((self.identity_allows(), self.session_allows()))
        if self.trust and isinstance(self.request.principal, Root):
            return False  # AWS: STS answers "Roles may not be assumed by root accounts."
        if not self._has_identity():
            return self.resource_allows(*Naming)
        if self._is_cross_account():
            return all_of((self.resource_allows(*Naming), caller_side))
        named = (
            self.resource_allows(Naming.CALLER, Naming.EVERYONE),
            all_of((self.resource_allows(Naming.ROLE), self.session_allows())),
        )
        if self.trust:
            return any_of((*named, all_of((self.resource_allows(Naming.ACCOUNT), caller_side))))
        return any_of((*named, caller_side))

    def identity_allows(self) -> bool | None:
        """Whether an identity-based policy allows; the root user is allowed by default."""
        if isinstance(self.request.principal, Root):
            return True
        return any_of(each.applies for each in self.allows if each.layer is DocumentKind.IDENTITY)

    def session_allows(self) -> bool | None:
        """Whether the session policies, if there are any, allow."""
        if self.layers.session is None:
            return True
        return any_of(each.applies for each in self.allows if each.layer is DocumentKind.SESSION)

    def resource_allows(self, *wanted: Naming) -> bool | None:
        """Whether the resource's policy allows in a statement that names the caller in one of these ways."""
        return any_of(each.applies for each in self._resource_findings() if self._namings(each) & frozenset(wanted))

    def deciding_layer(self) -> DocumentKind:
        """The layer that gave the permission."""
        if self.trust or self.identity_allows() is not True or not self._has_identity():
            return self._resource_kind()
        return DocumentKind.IDENTITY

    def missing_layer(self) -> DocumentKind:
        """The first layer that should have allowed and did not."""
        needs_resource = self.trust or self._is_cross_account() or not self._has_identity()
        if needs_resource and not self.resource_allows(*Naming):
            return self._resource_kind()
        if self.identity_allows() is False:
            return DocumentKind.IDENTITY
        return DocumentKind.SESSION if self.session_allows() is False else self._resource_kind()

    def _resource_kind(self) -> DocumentKind:
        return DocumentKind.TRUST if self.trust else DocumentKind.RESOURCE

    def _resource_findings(self) -> Iterable[_Finding]:
        return (each for each in self.allows if each.layer in (DocumentKind.TRUST, DocumentKind.RESOURCE))

    def _namings(self, finding: _Finding) -> frozenset[Naming]:
        if self.request.principal is None:
            return frozenset(Naming)
        return namings(finding.statement.principals or (), self.request.principal)

    def _has_identity(self) -> bool:
        """Services, federated and anonymous callers have no identity-based policies: the resource's alone count."""
        return self.request.principal is None or isinstance(
            self.request.principal, AssumedRole | User | FederatedUser | Root
        )

    def _is_cross_account(self) -> bool:
        principal = self.request.principal
        return bool(self.resource_account and principal and self.resource_account != account_of(principal))


def _findings(request: Request, layers: Layers, trust: bool) -> Iterable[_Finding]:
    for named in layers.identity:
        yield from _of(request, DocumentKind.IDENTITY, named.policy, named.name)
    for policy in layers.session or ():
        yield from _of(request, DocumentKind.SESSION, policy, DocumentKind.SESSION.value)
    if layers.resource is not None:
        kind = DocumentKind.TRUST if trust else DocumentKind.RESOURCE
        yield from _of(request, kind, layers.resource, kind.value)


def _of(request: Request, layer: DocumentKind, policy: Policy, name: str) -> Iterable[_Finding]:
    for statement in policy.statements:
        answer = matches(statement, request)
        if answer is not False:
            yield _Finding(layer, name, statement, True if answer else None)
