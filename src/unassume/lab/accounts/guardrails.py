"""The policies of an organization: where they hang, and which stand over an account, level by level.

The only place that reads moto's policies of organizations. moto's models are internals, so
`tests/lab/accounts/test_guardrails.py` holds every attribute used here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from moto.organizations.models import organizations_backends

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
DEFAULTS: Mapping[str, str] = {SCP: "p-FullAWSAccess", RCP: "p-RCPFullAWSAccess"}
"""AWS's own policy of each type, which stands everywhere once the type is enabled."""
Levels = tuple[tuple[tuple[str, str], ...], ...]


class Attachable(msgspec.Struct, frozen=True):
    """A policy of an organization: its type, and whether it is AWS's own."""

    kind: str
    is_aws: bool


class OrganizationView(msgspec.Struct, frozen=True):
    """An organization as it stands: policies by id, the ids attached to each root, unit and account, their parents."""

    enabled: frozenset[str]
    policies: Mapping[str, Attachable]
    attached: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, str | None]

    def attached_of(self, target: str, kind: str) -> tuple[str, ...]:
        """The policies of one type on a target."""
        return tuple(each for each in self.attached.get(target, ()) if self.policies[each].kind == kind)


def levels_over(account: str) -> tuple[Levels | None, Levels | None]:
    """The SCPs and the RCPs, as (name, text), at each level from the root down to the account; None where none bind."""
    master = organizations_backends.master_accounts.get(account)
    backend = None if master is None else _backend(master[0])
    if backend is None:
        return None, None
    chain = list(_chain(backend, account))[::-1]
    return _texts(backend, chain, SCP), _texts(backend, chain, RCP)


def organization(management: str) -> OrganizationView | None:
    """The organization that the account manages, or None where it manages none."""
    backend = _backend(management)
    if backend is None:
        return None
    targets = [*backend.ou, *backend.accounts]
    return OrganizationView(
        enabled=_enabled(backend),
        policies={each.id: Attachable(each.type, each.aws_managed) for each in backend.policies},
        attached={each.id: tuple(policy.id for policy in each.attached_policies) for each in targets},
        parents={each.id: each.parent_id for each in targets},
    )


def policy_type(account: str, policy: str) -> str | None:
    """The type of a policy of the organization that the account manages, or None."""
    backend = _backend(account)
    return next((str(each.type) for each in backend.policies if each.id == policy), None) if backend else None


def attach_default(management: str, kind: str) -> None:
    """Put AWS's own policy of the type wherever it is not: what enabling the type does."""
    backend = _backend(management)
    policy = next(each for each in backend.policies if each.id == DEFAULTS[kind])
    for target in (*backend.ou, *backend.accounts):
        if policy not in target.attached_policies:
            target.attached_policies.append(policy)
            policy.attachments.append(target)


def detach_all(management: str, kind: str) -> None:
    """Take every policy of the type off everything: what disabling the type does."""
    backend = _backend(management)
    for target in (*backend.ou, *backend.accounts):
        target.attached_policies = [each for each in target.attached_policies if each.type != kind]
    for policy in backend.policies:
        if policy.type == kind:
            policy.attachments.clear()


def forget_gone(management: str) -> None:
    """Let no policy be attached to what is gone: moto keeps a deleted unit among a policy's targets."""
    backend = _backend(management)
    standing = {each.id for each in (*backend.ou, *backend.accounts)}
    for policy in backend.policies:
        policy.attachments = [each for each in policy.attachments if each.id in standing]


def _backend(management: str) -> Any:
    if management not in organizations_backends:
        return None
    backend = organizations_backends[management]["aws"]
    return backend if backend.org is not None else None


def _enabled(backend: Any) -> frozenset[str]:
    return frozenset(kind["Type"] for root in backend.ou if root.type == "ROOT" for kind in root.policy_types)


def _chain(backend: Any, account: str) -> Iterator[Any]:
    """The account, the units above it, and the root."""
    units = {unit.id: unit for unit in backend.ou}
    each = next((member for member in backend.accounts if member.id == account), None)
    while each is not None:
        yield each
        each = units.get(each.parent_id)


def _texts(backend: Any, chain: list[Any], kind: str) -> Levels | None:
    if kind not in _enabled(backend):
        return None
    return tuple(
        tuple((policy.name, policy.content) for policy in target.attached_policies if policy.type == kind)
        for target in chain
    )
