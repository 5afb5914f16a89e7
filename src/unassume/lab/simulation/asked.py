"""What a call of the simulator is given, read from its form and held to the model's limits.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from unassume.lab.trail.parameters import nested
from unassume.lab.wire.refusals import Refusal, not_implemented

Document = Annotated[str, Meta(min_length=1, max_length=131_072, pattern=r"^[\t\n\r -\xff]+$")]
Arn = Annotated[str, Meta(min_length=20, max_length=2048)]
Resource = Annotated[str, Meta(min_length=1, max_length=2048)]
_Action = Annotated[str, Meta(min_length=3, max_length=128)]
_Key = Annotated[str, Meta(min_length=5, max_length=256)]
_Name = Annotated[str, Meta(min_length=1, max_length=128)]
_SHOWN, _LARGEST = 512, 2_000_000
ContextType = Literal["string", "stringList", "numeric", "numericList", "boolean", "booleanList",
                      "ip", "ipList", "binary", "binaryList", "date", "dateList"]  # fmt: skip


class ContextEntry(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """A condition key and what it holds."""

    context_key_name: _Key
    context_key_values: tuple[str, ...] = ()
    context_key_type: ContextType | None = None


class InlinePolicy(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """Inline policies by their name and whom they are in."""

    policy_name: _Name
    attachment_type: Literal["user", "group", "role"]
    attachment_name: _Name


class Excluded(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """Policies to leave out, named in exactly one of three ways."""

    policy_type: Literal["inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"] | None = None
    policy_arn: Arn | None = None
    inline_policy_identifier: InlinePolicy | None = None


class OrganizationLevel(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """The SCPs of one level, from the organization's root down to the account."""

    service_control_policy_input_list: tuple[Document, ...] = ()


class _Simulation(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True, kw_only=True):
    action_names: Annotated[tuple[_Action, ...], Meta(min_length=1)]
    permissions_boundary_policy_input_list: tuple[Document, ...] = ()
    resource_arns: tuple[Resource, ...] = ("*",)
    resource_policy: Document | None = None
    resource_owner: Resource | None = None
    caller_arn: Resource | None = None
    context_entries: tuple[ContextEntry, ...] = ()
    resource_handling_option: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    max_items: Annotated[int, Meta(ge=1, le=1000)] = 100
    marker: Annotated[str, Meta(min_length=1, max_length=320)] | None = None


class CustomSimulation(_Simulation, frozen=True, kw_only=True):
    """SimulateCustomPolicy: policies that are sent."""

    policy_input_list: Annotated[tuple[Document, ...], Meta(min_length=1)]
    ordered_organization_policy_input_list: Annotated[tuple[OrganizationLevel, ...], Meta(max_length=7)] = ()


class PrincipalSimulation(_Simulation, frozen=True, kw_only=True):
    """SimulatePrincipalPolicy: the policies of a user, group or role, and those sent with them."""

    policy_source_arn: Arn
    policy_input_list: tuple[Document, ...] = ()
    policy_exclusion_list: Annotated[tuple[Excluded, ...], Meta(max_length=256)] = ()


class CustomKeys(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """GetContextKeysForCustomPolicy."""

    policy_input_list: Annotated[tuple[Document, ...], Meta(min_length=1)]


class PrincipalKeys(Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """GetContextKeysForPrincipalPolicy."""

    policy_source_arn: Arn
    policy_input_list: tuple[Document, ...] = ()


Asked = CustomSimulation | PrincipalSimulation | CustomKeys | PrincipalKeys
CALLS: Mapping[str, type[Asked]] = {
    "SimulateCustomPolicy": CustomSimulation,
    "SimulatePrincipalPolicy": PrincipalSimulation,
    "GetContextKeysForCustomPolicy": CustomKeys,
    "GetContextKeysForPrincipalPolicy": PrincipalKeys,
}


def read(name: str, given: Mapping[str, Any]) -> Asked:
    """The call of that name; a Refusal for what breaks the model. A list sent empty counts as not sent."""
    if sum(map(len, map(str, given.values()))) > _LARGEST:
        raise not_implemented(f"a simulation of more than {_LARGEST} characters")
    fields = {key: value for key, value in nested(given).items() if value != ""}
    try:
        return msgspec.convert(fields, CALLS[name], strict=False)
    except UnicodeError:
        raise Refusal(code="ValidationError", status=400, message="The request holds half a character.") from None
    except msgspec.ValidationError as problem:
        message = f"1 validation error detected: {str(problem)[:_SHOWN]}"
        raise Refusal(code="ValidationError", status=400, message=message) from None


def invalid(message: str) -> Refusal:
    """IAM's answer to a value that the simulator does not take."""
    return Refusal(code="InvalidInput", status=400, message=message)
