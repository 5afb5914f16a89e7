"""What a call must be allowed: IAM actions, resources and the service's own context keys.

The rule is `prefix:Operation`; tables hold the exceptions. What no table knows is judged on `*` and marked unmapped.
# AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.s3 import s3_needs
from unassume.lab.wire.incoming import Incoming


class Scene(msgspec.Struct, frozen=True):
    """Where a call happens: what its resources are named after."""

    account: str
    region: str
    view: AccountView
    incoming: Incoming
    caller_user: str | None = None


class Needs(msgspec.Struct, frozen=True):
    """All that must be allowed for one call; `mapped` is false where no table knows the operation."""

    all: tuple[Needed, ...]
    mapped: bool = True


NOT_JUDGED_YET = frozenset({
    ("s3", "PutBucketPolicy"), ("s3", "PutObjectAcl"), ("s3", "PutBucketAcl"),
    ("iam", "PutUserPermissionsBoundary"), ("iam", "PutRolePermissionsBoundary"),
    ("dynamodb", "PutResourcePolicy"), ("sns", "AddPermission"), ("sqs", "AddPermission"),
    ("lambda", "AddPermission"), ("secretsmanager", "PutResourcePolicy"), ("kms", "PutKeyPolicy"),
    ("organizations", "AttachPolicy"),
})  # fmt: skip
"""Calls that would write a kind of policy the lab does not judge yet: refused, never ignored in silence."""


def needs(operation: Operation, scene: Scene) -> Needs:
    """The actions and resources of one call."""
    service = _SERVICES.get(operation.prefix)
    found = service(operation, scene) if service else None
    if found is None:
        return Needs((Needed(f"{operation.prefix}:{operation.name}", "*"),), mapped=False)
    return Needs(found)


def _s3(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    return s3_needs(operation, scene.incoming)


def _ec2(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    return (Needed(f"ec2:{operation.name}", "*"),) if operation.name.startswith("Describe") else None


def _wildcard(*names: str) -> Callable[[Operation, Scene], tuple[Needed, ...] | None]:
    def found(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
        return (Needed(f"{operation.prefix}:{operation.name}", "*"),) if operation.name in names else None

    return found


def _account(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    if operation.name != "ListRegions":
        return None
    return (Needed("account:ListRegions", f"arn:aws:account::{scene.account}:account"),)


_ITEM_CALLS = frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"})
_TRANSACT = {"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
_TRANSACT |= {"ConditionCheck": "ConditionCheckItem"}
_TABLE_CALLS = frozenset({
    "CreateTable", "DeleteTable", "DescribeTable", "UpdateTable", "DescribeTimeToLive", "UpdateTimeToLive",
    "DescribeContinuousBackups", "UpdateContinuousBackups",
})  # fmt: skip


def _dynamodb(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    name, given = operation.name, operation.parameters
    if name in ("ListTables", "DescribeEndpoints", "DescribeLimits"):
        return (Needed(f"dynamodb:{name}", "*"),)
    if name in ("BatchGetItem", "BatchWriteItem") and isinstance(given.get("RequestItems"), Mapping):
        return tuple(Needed(f"dynamodb:{name}", _table(str(table), scene)) for table in given["RequestItems"])
    if name in ("TransactGetItems", "TransactWriteItems"):
        return _transaction(given.get("TransactItems"), scene)
    if name not in _ITEM_CALLS | _TABLE_CALLS or not isinstance(given.get("TableName"), str):
        return None
    resource = _table(given["TableName"], scene)
    if name in ("Query", "Scan") and given.get("IndexName"):
        resource += f"/index/{given['IndexName']}"
    return (Needed(f"dynamodb:{name}", resource),)


def _transaction(items: object, scene: Scene) -> tuple[Needed, ...] | None:
    found = []
    for item in items if isinstance(items, list) else ():
        for kind, what in item.items():
            found.append(Needed(f"dynamodb:{_TRANSACT.get(kind, kind)}", _table(str(what.get("TableName")), scene)))
    return tuple(found) or None


def _table(name: str, scene: Scene) -> str:
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:{scene.region}:{scene.account}:table/{name}"


_LISTS = {
    "ListRoles": "role/", "ListUsers": "user/", "ListGroups": "group/", "ListPolicies": "policy/",
    "ListInstanceProfiles": "instance-profile/",
}  # fmt: skip
_OWN = frozenset({"GetUser", "ListAccessKeys", "CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey"})
_ON_ALL = frozenset({
    "ListAccountAliases", "GetAccountSummary", "GetAccountAuthorizationDetails", "GetAccountPasswordPolicy",
    "GenerateCredentialReport", "GetCredentialReport",
})  # fmt: skip


def _iam(operation: Operation, scene: Scene) -> tuple[Needed, ...] | None:
    action, given = f"iam:{operation.name}", operation.parameters
    root = f"arn:aws:iam::{scene.account}:"
    extra: dict[str, Value] = {"iam:policyarn": ABSENT, "iam:permissionsboundary": ABSENT}
    if operation.name in _ON_ALL:
        return (Needed(action, "*"),)
    if operation.name in _LISTS:
        return (Needed(action, root + _LISTS[operation.name], extra),)
    if "RoleName" in given:
        role = scene.view.role_named(given["RoleName"])
        path = str(given.get("Path", "/"))
        arn = role.arn if role else f"{root}role{path}{given['RoleName']}"
        return (Needed(action, arn, extra | _policy_arn(given)),)
    user = given.get("UserName") or (scene.caller_user if operation.name in _OWN else None)
    if user is not None:
        known = next((u.arn for u in scene.view.users.values() if u.name == user), None)
        return (Needed(action, known or f"{root}user{given.get('Path', '/')}{user}", extra | _policy_arn(given)),)
    if "GroupName" in given:
        return (Needed(action, f"{root}group{given.get('Path', '/')}{given['GroupName']}", extra | _policy_arn(given)),)
    if operation.name == "CreatePolicy":
        return (Needed(action, f"{root}policy{given.get('Path', '/')}{given.get('PolicyName')}", extra),)
    if "PolicyArn" in given:
        return (Needed(action, str(given["PolicyArn"]), extra),)
    return None


def _policy_arn(given: Mapping[str, object]) -> dict[str, Value]:
    return {"iam:policyarn": Known((str(given["PolicyArn"]),))} if "PolicyArn" in given else {}


_SERVICES: dict[str, Callable[[Operation, Scene], tuple[Needed, ...] | None]] = {
    "s3": _s3,
    "dynamodb": _dynamodb,
    "ec2": _ec2,
    "iam": _iam,
    "account": _account,
    "cloudtrail": _wildcard("LookupEvents", "DescribeTrails", "ListTrails"),
    "sts": _wildcard("GetAccessKeyInfo", "GetCallerIdentity"),
}
