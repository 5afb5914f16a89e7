"""The statements of all layers, sorted by the action asked for: what a decision has to look at.

INVARIANT: a statement whose action does not match is never looked at again for that action, so a request costs what
its own action's statements cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from unassume.iam.evaluate import Check, always, compiled_but_action, covers_action
from unassume.iam.layers import Ground, Layers, Level
from unassume.iam.statements import DocumentKind, Policy, Statement


class Rule(msgspec.Struct, frozen=True):
    """One statement of one layer, and the test whether it applies once its action does."""

    ground: Ground
    statement: Statement
    check: Check


Rules = tuple[Rule, ...]


class ActionRules(msgspec.Struct, frozen=True):
    """What bears on one action: every Deny, and the Allows of each layer; None where the layer is not there.

    `around` holds those levels of the organisation's and the endpoint's policies that do not allow the action anyway,
    and `bounds` the boundary and the session policies likewise.
    """

    denies: Rules
    identity: Rules
    resource: Rules | None
    session: Rules | None
    boundary: Rules | None
    scps: tuple[Rules, ...]
    rcps: tuple[Rules, ...]
    endpoint: Rules | None
    around: tuple[Rules, ...]
    bounds: tuple[Rules, ...]

    @property
    def all(self) -> Rules:
        """Every rule that bears on the action."""
        layers = (self.identity, self.boundary, self.session, self.resource, self.endpoint, *self.scps, *self.rcps)
        return (*self.denies, *(rule for layer in layers for rule in layer or ()))


def rules_for(layers: Layers, action: str) -> ActionRules:
    """The rules of these layers for one action."""
    found = [rule for rule in _rules(layers) if covers_action(rule.statement, action)]
    allows = [rule for rule in found if rule.statement.effect == "Allow"]
    boundary = None if layers.boundary is None else _in(allows, DocumentKind.BOUNDARY)
    session = None if layers.session is None else _in(allows, DocumentKind.SESSION)
    endpoint = None if layers.endpoint is None else _in(allows, DocumentKind.ENDPOINT)
    scps, rcps = _levels(layers.scps, DocumentKind.SCP, action), _levels(layers.rcps, DocumentKind.RCP, action)
    return ActionRules(
        denies=tuple(rule for rule in found if rule.statement.effect == "Deny"),
        identity=_in(allows, DocumentKind.IDENTITY),
        resource=None if layers.resource is None else _in(allows, DocumentKind.RESOURCE, DocumentKind.TRUST),
        session=session,
        boundary=boundary,
        scps=scps,
        rcps=rcps,
        endpoint=endpoint,
        around=_open((*rcps, *scps, endpoint)),
        bounds=_open((boundary, session)),
    )


def _open(levels: Iterable[Rules | None]) -> tuple[Rules, ...]:
    """The levels that are there and do not allow whatever is asked."""
    return tuple(level for level in levels if level is not None and not any(rule.check is always for rule in level))


def all_rules(layers: Layers) -> Iterator[tuple[Ground, Statement]]:
    """Every statement of the layers, whatever its action, in the order of the layers."""
    return ((rule.ground, rule.statement) for rule in _rules(layers))


def _rules(layers: Layers) -> Iterator[Rule]:
    yield from _level(layers.identity, DocumentKind.IDENTITY)
    yield from _level(layers.boundary or (), DocumentKind.BOUNDARY)
    for policy in layers.session or ():
        yield from _policy(policy, DocumentKind.SESSION, DocumentKind.SESSION.value)
    if layers.resource is not None:
        kind = DocumentKind.TRUST if layers.resource.kind is DocumentKind.TRUST else DocumentKind.RESOURCE
        for rule in _policy(layers.resource, kind, kind.value):
            yield _reaching_bounded(rule) if layers.boundary is not None else rule
    yield from _level(layers.endpoint or (), DocumentKind.ENDPOINT)
    for level in layers.scps or ():
        yield from _level(level, DocumentKind.SCP)
    for level in layers.rcps or ():
        yield from _level(level, DocumentKind.RCP)


def _reaching_bounded(rule: Rule) -> Rule:
    """A Deny with NotPrincipal reaches every principal that has a permissions boundary, named or not.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if rule.statement.effect != "Deny" or not rule.statement.principals_excluded:
        return rule
    statement = msgspec.structs.replace(rule.statement, principals=None, principals_excluded=False)
    return Rule(rule.ground, statement, compiled_but_action(statement))


def _levels(levels: tuple[Level, ...] | None, kind: DocumentKind, action: str) -> tuple[Rules, ...]:
    return tuple(
        tuple(
            rule
            for rule in _level(level, kind)
            if rule.statement.effect == "Allow" and covers_action(rule.statement, action)
        )
        for level in levels or ()
    )


def _level(level: Level, kind: DocumentKind) -> Iterator[Rule]:
    for named in level:
        yield from _policy(named.policy, kind, named.name)


def _policy(policy: Policy, kind: DocumentKind, name: str) -> Iterator[Rule]:
    for statement in policy.statements:
        ground = Ground(kind, name, statement.sid, statement.path)
        yield Rule(ground, statement, compiled_but_action(statement))


def _in(rules: Iterable[Rule], *kinds: DocumentKind) -> Rules:
    return tuple(rule for rule in rules if rule.ground.layer in kinds)
