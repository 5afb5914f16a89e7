"""What is simulated: the policies of each layer, who asks, in which context; every parameter checked on the way.

The simulator knows no session policies and no RCPs, and looks up no resource's policy by itself.
AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from unassume.iam.documents import DocumentKind
from unassume.iam.layers import Layers, Level
from unassume.iam.statements import Policy
from unassume.iam.values import Context
from unassume.lab.accounts.state import AccountView, GroupView, RoleView, UserView
from unassume.lab.simulation import exclusions
from unassume.lab.simulation.applying import check_actions, check_policy, check_resources
from unassume.lab.simulation.asked import CustomSimulation, PrincipalSimulation, invalid
from unassume.lab.simulation.entities import Entity, caller, owner, source, standing
from unassume.lab.simulation.entries import context
from unassume.lab.simulation.keys import keys_of, missing
from unassume.lab.simulation.scenarios import check_scenario
from unassume.lab.simulation.sources import Source, attached, given, named, parsed

Asked = CustomSimulation | PrincipalSimulation


class Case(msgspec.Struct, frozen=True):
    """One simulation: `sources` are the identity-based policies in the order of the layer, `owner` is ResourceOwner's.

    `missing` are the keys that identity-based and resource-based policies refer to and the context lacks.
    """

    sources: tuple[Source, ...]
    layers: Layers
    resource_source: Source | None
    caller: Entity | None
    owner: str | None
    context: Context
    missing: tuple[str, ...]
    resources: tuple[str, ...]

    @property
    def statements(self) -> int:
        """How many statements all policies have together."""
        levels = (self.layers.identity, self.layers.boundary or (), *(self.layers.scps or ()))
        policies = [each.policy for level in levels for each in level]
        policies += [self.layers.resource] if self.layers.resource else []
        return sum(len(policy.statements) for policy in policies)

    @property
    def is_for_all(self) -> bool:
        """Whether no resource was named."""
        return self.resources == ("*",)


def custom_case(asked: CustomSimulation) -> Case:
    """The case of policies that are all sent with the call."""
    levels = tuple(each.service_control_policy_input_list for each in asked.ordered_organization_policy_input_list)
    sent = [given(f"OrderedOrganizationPolicyInputList.{number}", texts) for number, texts in enumerate(levels, 1)]
    sources = given("PolicyInputList", asked.policy_input_list)
    return _case(asked, sources, _sent_boundary(asked), sent or None, None)


def principal_case(asked: PrincipalSimulation, view: AccountView) -> Case:
    """The case of an entity that the account holds."""
    entity, excluded = source(asked.policy_source_arn), asked.policy_exclusion_list
    exclusions.check(excluded)
    found = standing(entity, view)
    sources = exclusions.remaining(attached(found), excluded) + given("PolicyInputList", asked.policy_input_list)
    boundary = _sent_boundary(asked)
    if boundary is None and not exclusions.is_type_excluded(excluded, "permission-boundary"):
        boundary = _own_boundary(found)
    scps = None if exclusions.is_type_excluded(excluded, "scp") else _scps_over(entity, view)
    return _case(asked, sources, boundary, scps, entity)


def _case(
    asked: Asked, sources: tuple[Source, ...], boundary: Source | None, scps: Iterable[tuple[Source, ...]] | None,
    entity: Entity | None,
) -> Case:  # fmt: skip
    resources = tuple(dict.fromkeys(asked.resource_arns))
    check_actions(asked.action_names)
    check_resources(resources)
    check_scenario(asked.resource_handling_option, resources)
    who = caller(asked.caller_arn) if asked.caller_arn else entity
    resource_source = _resource_source(asked, who)
    layers = Layers(
        identity=named(sources, DocumentKind.IDENTITY),
        resource=_resource_policy(resource_source, asked, resources),
        boundary=named((boundary,), DocumentKind.BOUNDARY) if boundary else None,
        scps=_levels(scps),
    )
    told = context(asked.context_entries)
    policies = [each.policy for each in layers.identity] + ([layers.resource] if layers.resource else [])
    return Case(
        sources=sources,
        layers=layers,
        resource_source=resource_source,
        caller=who,
        owner=owner(asked.resource_owner) if asked.resource_owner else None,
        context=told,
        missing=missing(keys_of(policies), told),
        resources=resources,
    )


def _sent_boundary(asked: Asked) -> Source | None:
    sent = given("PermissionsBoundaryPolicyInputList", asked.permissions_boundary_policy_input_list)
    if len(sent) > 1:
        raise invalid("Only one permissions boundary can be simulated.")
    return sent[0] if sent else None


def _own_boundary(entity: UserView | GroupView | RoleView) -> Source | None:
    if isinstance(entity, GroupView) or entity.boundary is None:
        return None
    arn, text = entity.boundary
    return Source(arn.rpartition("/")[2], text, "user-managed", arn=arn)


def _scps_over(entity: Entity, view: AccountView) -> list[tuple[Source, ...]] | None:
    """The SCPs over the account; none bind service-linked roles.

    AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    if view.scps is None or ":role/aws-service-role/" in entity.arn:
        return None
    return [tuple(Source(name, text, "user-managed") for name, text in level) for level in view.scps]


def _levels(scps: Iterable[tuple[Source, ...]] | None) -> tuple[Level, ...] | None:
    return None if scps is None else tuple(named(level, DocumentKind.SCP) for level in scps)


def _resource_source(asked: Asked, who: Entity | None) -> Source | None:
    """The resource's policy, which the simulator judges for users only.

    Seen: https://github.com/ScottLogic/blog/pull/308 (2025-07-10). ASSUMPTION: the wording where there is no caller.
    """
    if asked.resource_policy is None:
        return None
    if who is None:
        raise invalid("Invalid caller - Caller cannot be null or empty.")
    if who.kind != "user":
        raise invalid("Invalid caller - Caller must be an IAM user in this context.")
    return Source("ResourcePolicy", asked.resource_policy, "given")


def _resource_policy(found: Source | None, asked: Asked, resources: tuple[str, ...]) -> Policy | None:
    if found is None:
        return None
    policy = parsed(found, DocumentKind.RESOURCE)
    check_policy(policy, asked.action_names, resources)
    return policy
