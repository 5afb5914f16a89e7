"""Calls that would have effects the lab could not judge: requests to other servers, and resources of other services.

They are refused after the judgement, so that a caller who may not make them is told that instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.lab.operations.parts import parts
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.incoming import Incoming

_SENDS = "since requests would leave the lab for an address of the caller's choice"
_MAKES = "since what it makes or deletes would not be judged"
_RUNS = "since the lab runs no containers"
_READS = "with a template from S3, since the read would not be judged"
_LAUNCHES = "with parameters from a launch template or an instance, since the role in them would not be judged"

_CALLS: Mapping[tuple[str, str], str] = {
    (service, name): why
    for service, why, names in (
        ("events", _SENDS, "CreateApiDestination UpdateApiDestination CreateConnection UpdateConnection"),
        (
            "cloudformation", _MAKES,
            "CreateStack UpdateStack DeleteStack RollbackStack ContinueUpdateRollback CancelUpdateStack "
            "CreateChangeSet ExecuteChangeSet DeleteChangeSet CreateStackSet UpdateStackSet DeleteStackSet "
            "CreateStackInstances UpdateStackInstances DeleteStackInstances ImportStacksToStackSet "
            "StopStackSetOperation CreateStackRefactor ExecuteStackRefactor",
        ),
        ("lambda", _RUNS, "Invoke InvokeAsync InvokeWithResponseStream"),
        ("batch", _RUNS, "SubmitJob"),
        ("servicecatalog", _MAKES, "ProvisionProduct UpdateProvisionedProduct TerminateProvisionedProduct"),
        ("serverlessrepo", _MAKES, "CreateCloudFormationChangeSet CreateCloudFormationTemplate"),
    )
    for name in names.split()
}  # fmt: skip
"""Never done, whatever their parameters are."""

_PARAMETERS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("firehose", "CreateDeliveryStream"): (_SENDS, ("HttpEndpointDestinationConfiguration",)),
    ("firehose", "UpdateDestination"): (_SENDS, ("HttpEndpointDestinationUpdate",)),
    ("cloudformation", "ValidateTemplate"): (_READS, ("TemplateURL",)),
    ("cloudformation", "GetTemplateSummary"): (_READS, ("TemplateURL",)),
    ("cloudformation", "EstimateTemplateCost"): (_READS, ("TemplateURL",)),
    ("autoscaling", "CreateAutoScalingGroup"): (_LAUNCHES, ("InstanceId",)),
    ("autoscaling", "CreateLaunchConfiguration"): (_LAUNCHES, ("InstanceId",)),
}
"""Not done when one of these parameters is there."""

_LAUNCHERS = frozenset({"autoscaling", "batch", "ec2", "eks"})


def why_outside(operation: Operation, incoming: Incoming) -> str | None:
    """Why the lab does not do the call, or None."""
    call = (operation.service, operation.name)
    why = _CALLS.get(call)
    if why is not None:
        return why
    if call == ("sns", "Subscribe"):
        protocol = str(operation.parameters.get("Protocol") or "").strip().lower()
        return _SENDS if protocol.startswith("http") else None
    why, names = _PARAMETERS.get(call, ("", ()))
    if any(name in operation.parameters for name in names):
        return why
    return _LAUNCHES if _launches(operation, incoming) else None


def _launches(operation: Operation, incoming: Incoming) -> bool:
    """Whether the call uses a launch template; those about templates themselves do not."""
    if operation.service not in _LAUNCHERS or "LaunchTemplate" in operation.name:
        return False
    if operation.name.startswith(("Describe", "Get", "List")):
        return False
    return any(each.startswith("launchtemplate") for path, _ in parts(operation, incoming) for each in path)
