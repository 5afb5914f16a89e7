"""Lambda's operations.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
AWS: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, on, values_of
from unassume.lab.operations.scene import Scene

# A call that no function URL and no event source made.
_DIRECT: Mapping[str, Value] = dict.fromkeys(
    ("lambda:eventsourcetoken", "lambda:invokedviafunctionurl", "lambda:functionurlauthtype"), ABSENT
)
_PARTIAL = re.compile(r"(\d{12}):function:(.+)")


def _function(text: str, scene: Scene) -> str:
    """A function's name or ARN from any form of it: name, partial ARN, ARN, each with a version or alias."""
    partial = _PARTIAL.fullmatch(text)
    if partial:
        return f"arn:aws:lambda:{scene.region}:{partial[1]}:function:{partial[2]}"
    return text


def _unqualified(text: str, scene: Scene) -> str:
    found = _function(text, scene)
    parts = found.split(":")
    return ":".join(parts[:7]) if found.startswith("arn:") else parts[0]


def function_named(given: Mapping[str, object], account: str, region: str) -> tuple[str, str | None]:
    """The ARN without a qualifier of the function that a call names, and the version or alias, wherever it stands."""
    name = str(given.get("FunctionName") or "")
    partial = _PARTIAL.fullmatch(name)
    if partial:
        account, name = partial.groups()
    parts = name.split(":")
    start = ":".join(parts[:6]) + ":" if name.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:"
    rest = parts[6:] if name.startswith("arn:") else parts
    qualifier = given.get("Qualifier") or (rest[1] if len(rest) > 1 else None)
    return start + (rest[0] if rest else ""), str(qualifier) if qualifier else None


def _qualified(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The function, or the version or alias of it that the call names: policies for one do not cover the other."""
    given = operation.parameters
    resource = _whole(_function(str(given.get("FunctionName") or ""), scene), scene)
    qualifier = given.get("Qualifier")
    if qualifier and resource.count(":") == 6:
        resource += f":{qualifier}"
    start = f"arn:aws:lambda:{scene.region}:{scene.account}:"
    check_arn(resource, start + "function:", start, scene.region)
    return (on("lambda:InvokeFunction", resource, _DIRECT),)


def _whole(text: str, scene: Scene) -> str:
    if not text.startswith("arn:"):
        return f"arn:aws:lambda:{scene.region}:{scene.account}:function:{text}"
    return text


def _mapping(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """Event source mappings are judged on `*`, with the function in a key of Lambda's own."""
    given = values_of(operation.parameters, "FunctionName")
    keys: dict[str, Value] = {"lambda:functionarn": ABSENT}
    if given:
        keys["lambda:functionarn"] = Known((_whole(_unqualified(given[0], scene), scene),))
    return (Needed(f"lambda:{operation.name}", "*", keys),)


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    given = operation.parameters
    layers = values_of(given, "Layers")
    network = given.get("VpcConfig")
    subnets, groups = (values_of(given, f"VpcConfig.{name}") for name in ("SubnetIds", "SecurityGroupIds"))
    if operation.name not in ("CreateFunction", "UpdateFunctionConfiguration"):
        return _DIRECT
    return {
        **_DIRECT,
        "lambda:layer": Known(layers, several=True) if layers else ABSENT,
        "lambda:subnetids": Known(subnets, several=True) if network and subnets else ABSENT,
        "lambda:securitygroupids": Known(groups, several=True) if network and groups else ABSENT,
        "lambda:codesigningconfigarn": _text(given.get("CodeSigningConfigArn")),
    }


def _text(value: object) -> Value:
    return Known((str(value),)) if value else ABSENT


LAMBDA = Service(
    base="arn:aws:lambda:{region}:{account}:",
    rows={
        "*": "ListEventSourceMappings ListFunctions ListLayers ListLayerVersions GetAccountSettings",
        "function:{FunctionName:function}": "AddPermission CreateAlias CreateFunction CreateFunctionUrlConfig "
        "DeleteAlias DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig DeleteFunctionUrlConfig GetAlias "
        "GetFunctionCodeSigningConfig GetFunctionConcurrency GetFunctionEventInvokeConfig "
        "GetFunctionUrlConfig ListAliases ListFunctionEventInvokeConfigs ListVersionsByFunction PublishVersion "
        "PutFunctionConcurrency PutFunctionEventInvokeConfig RemovePermission UpdateAlias UpdateFunctionCode "
        "UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig UpdateFunctionUrlConfig "
        "PutFunctionCodeSigningConfig DeleteFunctionCodeSigningConfig DeleteFunction GetFunction "
        "GetFunctionConfiguration GetPolicy",
        "layer:{LayerName}": "PublishLayerVersion",
        "layer:{LayerName}:{VersionNumber}": "AddLayerVersionPermission DeleteLayerVersion GetLayerVersion "
        "GetLayerVersionPolicy RemoveLayerVersionPermission",
        "event-source-mapping:{UUID}": "GetEventSourceMapping DeleteEventSourceMapping UpdateEventSourceMapping",
        "{Resource,ResourceArn,ARN}": "ListTags TagResource UntagResource",
    },
    resolvers={"function": _unqualified},
    special={
        "Invoke": _qualified, "InvokeAsync": _qualified, "InvokeWithResponseStream": _qualified,
        "CreateEventSourceMapping": _mapping,
    },
    keys=_keys,
    passes={"CreateFunction": "Role", "UpdateFunctionConfiguration": "Role"},
    passed_to="lambda.amazonaws.com",
)  # fmt: skip
