"""Secrets Manager's operations: a secret is named by name, ARN or the ARN without its six last marks.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
"""

from __future__ import annotations

from collections.abc import Mapping

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, on, values_of
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import secret_arn
from unassume.lab.wire.refusals import not_implemented


def _secret(text: str, scene: Scene) -> str:
    return secret_arn(text, scene.account, scene.region)


def _batch(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The batch itself, and GetSecretValue on each secret listed; with filters the lab cannot tell which they are.

    AWS: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
    """
    start = f"arn:aws:secretsmanager:{scene.region}:{scene.account}:"
    found = [Needed("secretsmanager:BatchGetSecretValue", "*")]
    names = values_of(operation.parameters, "SecretIdList")
    if not names:
        raise not_implemented("secretsmanager:BatchGetSecretValue without a list of secrets")
    for name in names:
        if name.startswith("arn:"):
            check_arn(name, start + "secret:", start, scene.region)
        arn = _secret(name, scene)
        found.append(on("secretsmanager:GetSecretValue", arn))
    return tuple(found)


def _validate(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The secret that a policy is for, if the call names one."""
    action, named = "secretsmanager:ValidateResourcePolicy", str(operation.parameters.get("SecretId") or "")
    start = f"arn:aws:secretsmanager:{scene.region}:{scene.account}:"
    if named.startswith("arn:"):
        check_arn(named, start + "secret:", start, scene.region)
    return (on(action, _secret(named, scene)) if named else Needed(action, "*"),)


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    given = operation.parameters
    if operation.name == "CreateSecret":
        return {"secretsmanager:name": _text(given.get("Name"))}
    keys: dict[str, Value] = {"secretsmanager:secretid": Known((resource,))}
    if operation.name == "GetSecretValue":
        keys["secretsmanager:versionid"] = _text(given.get("VersionId"))
        keys["secretsmanager:versionstage"] = _text(given.get("VersionStage"))
    return keys


def _text(value: object) -> Value:
    return Known((str(value),)) if value else ABSENT


SECRETSMANAGER = Service(
    base="arn:aws:secretsmanager:{region}:{account}:",
    rows={
        "*": "GetRandomPassword ListSecrets",
        "secret:{Name:secret}": "CreateSecret",
        "secret:{SecretId:secret}": "CancelRotateSecret DeleteResourcePolicy DeleteSecret DescribeSecret "
        "GetResourcePolicy GetSecretValue ListSecretVersionIds PutResourcePolicy PutSecretValue "
        "RemoveRegionsFromReplication ReplicateSecretToRegions RestoreSecret RotateSecret StopReplicationToReplica "
        "TagResource UntagResource UpdateSecret UpdateSecretVersionStage",
    },
    resolvers={"secret": _secret},
    special={"BatchGetSecretValue": _batch, "ValidateResourcePolicy": _validate},
    keys=_keys,
)
