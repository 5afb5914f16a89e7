"""DynamoDB's operations.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html (condition keys)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.operations.dynamodb_keys import item_keys
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.partiql import read_statement
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, missing, on
from unassume.lab.operations.scene import Scene

_TRANSACT = {"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
_TRANSACT |= {"ConditionCheck": "ConditionCheckItem"}
_DIRECT: Mapping[str, Value] = {"dynamodb:enclosingoperation": ABSENT}


def _table(name: object, scene: Scene) -> str:
    if not isinstance(name, str) or not name:
        raise missing("TableName")
    start = f"arn:aws:dynamodb:{scene.region}:{scene.account}:"
    if name.startswith("arn:"):
        check_arn(name, start + "table/", start, scene.region)
        if name.count("/") > 1:
            raise missing("TableName")
        return name
    return f"{start}table/{name}"


def _read(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """Query and Scan are on the index when they name one, which the table's own ARN does not cover."""
    given = operation.parameters
    table = _table(given.get("TableName"), scene)
    resource = f"{table}/index/{given['IndexName']}" if given.get("IndexName") else table
    return (on(f"dynamodb:{operation.name}", resource, {**_DIRECT, **item_keys(operation.name, given, table)}),)


def _item(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    table = _table(operation.parameters.get("TableName"), scene)
    keys = {**_DIRECT, **item_keys(operation.name, operation.parameters, table)}
    return (on(f"dynamodb:{operation.name}", table, keys),)


def _batch(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    asked = operation.parameters.get("RequestItems")
    if not isinstance(asked, Mapping) or not asked:
        raise missing("RequestItems")
    action = f"dynamodb:{operation.name}"
    return tuple(on(action, _table(table, scene), _DIRECT) for table in asked)


def _transaction(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """Each part of a transaction needs the action of the single call."""
    found = []
    for item in _listed(operation.parameters.get("TransactItems"), "TransactItems"):
        for kind, what in item.items():
            if kind not in _TRANSACT or not isinstance(what, Mapping):
                raise missing("TransactItems")
            table = _table(what.get("TableName"), scene)
            keys = {**item_keys(_TRANSACT[kind], what, table), **_enclosed(operation.name)}
            found.append(on(f"dynamodb:{_TRANSACT[kind]}", table, keys))
    return tuple(found)


def _statements(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    given = operation.parameters
    if operation.name == "ExecuteStatement":
        return (_statement(given.get("Statement"), scene, _DIRECT),)
    name = "Statements" if operation.name == "BatchExecuteStatement" else "TransactStatements"
    keys = _DIRECT if name == "Statements" else _enclosed(operation.name)
    return tuple(_statement(each.get("Statement"), scene, keys) for each in _listed(given.get(name), name))


def _statement(text: object, scene: Scene, keys: Mapping[str, Value]) -> Needed:
    action, table, index = read_statement(text)
    resource = _table(table, scene)
    return on(f"dynamodb:{action}", f"{resource}/index/{index}" if index else resource, keys)


def _enclosed(name: str) -> dict[str, Value]:
    return {"dynamodb:enclosingoperation": Known((name,))}


def _listed(items: object, name: str) -> Iterable[Mapping[str, Any]]:
    if not isinstance(items, list) or not items or not all(isinstance(each, Mapping) for each in items):
        raise missing(name)
    return items


def _restore(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A restore is judged on what is read and on the table that is made."""
    given, action = operation.parameters, f"dynamodb:{operation.name}"
    target = on(action, _table(given.get("TargetTableName"), scene))
    if operation.name == "RestoreTableFromBackup":
        backup = str(given.get("BackupArn") or "")
        start = f"arn:aws:dynamodb:{scene.region}:{scene.account}:"
        check_arn(backup, start + "table/", start, scene.region)
        return (on(action, backup), target)
    source = given.get("SourceTableArn") or given.get("SourceTableName")
    return (on(action, _table(source, scene)), target)


def _import(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    made = operation.parameters.get("TableCreationParameters")
    name = made.get("TableName") if isinstance(made, Mapping) else None
    return (on("dynamodb:ImportTable", _table(name, scene)),)


_ITEM = dict.fromkeys(("GetItem", "PutItem", "UpdateItem", "DeleteItem"), _item)
DYNAMODB = Service(
    base="arn:aws:dynamodb:{region}:{account}:",
    rows={
        "*": "ListTables ListBackups DescribeEndpoints DescribeLimits ListImports",
        "table/{TableName:table}": "CreateTable DeleteTable DescribeTable UpdateTable DescribeTimeToLive "
        "UpdateTimeToLive DescribeContinuousBackups UpdateContinuousBackups CreateBackup "
        "DescribeContributorInsights DescribeKinesisStreamingDestination DescribeTableReplicaAutoScaling",
        "table/{TableArn:table}": "ExportTableToPointInTime",
        "table/{TableArn|*}": "ListExports",
        "table/{BackupArn}": "DeleteBackup DescribeBackup",
        "table/{ExportArn}": "DescribeExport",
        "table/{ImportArn}": "DescribeImport",
        "table/{ResourceArn}": "ListTagsOfResource TagResource UntagResource GetResourcePolicy PutResourcePolicy "
        "DeleteResourcePolicy",
    },
    resolvers={"table": _table},
    special={
        **_ITEM,
        "Query": _read, "Scan": _read,
        "BatchGetItem": _batch, "BatchWriteItem": _batch,
        "TransactGetItems": _transaction, "TransactWriteItems": _transaction,
        "ExecuteStatement": _statements, "BatchExecuteStatement": _statements, "ExecuteTransaction": _statements,
        "RestoreTableFromBackup": _restore, "RestoreTableToPointInTime": _restore, "ImportTable": _import,
    },
)  # fmt: skip
