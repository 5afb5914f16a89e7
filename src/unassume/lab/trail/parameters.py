"""requestParameters: what was asked, spelled as the services' events spell it.

The rule is botocore's name with its first letter in lower case, lists and numbers as such; the tables hold the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model

from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.hiding import HIDDEN, shown
from unassume.lab.trail.naming import is_data_event
from unassume.lab.wire.incoming import Incoming

_DYNAMODB = ("TableName", "Key", "IndexName", "ReturnConsumedCapacity")
_EC2_LISTS = {
    "instanceId": "instancesSet", "imageId": "imagesSet", "snapshotId": "snapshotSet", "volumeId": "volumeSet",
    "groupId": "securityGroupIdSet", "vpcId": "vpcSet", "subnetId": "subnetSet", "keyName": "keySet",
}  # fmt: skip
_DEEPEST = 12
_LONGEST_KEY = 2048
_EC2_ALWAYS = {"DescribeInstances": ("filterSet", "instancesSet")}
_S3_HEADERS = ("x-amz-acl", "x-amz-copy-source", "x-amz-server-side-encryption", "x-amz-storage-class",
               "x-amz-mfa", "x-amz-grant-read", "x-amz-grant-full-control")  # fmt: skip
_S3_SIGNING = ("X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "Expires")


def request_parameters(operation: Operation, incoming: Incoming | None, failed: bool) -> dict[str, Any] | None:
    """What the event shows of the request; None for nothing, and for an AssumeRole of any kind that was refused."""
    if operation.service == "sts" and failed and operation.name.startswith("AssumeRole"):
        return None
    match operation.service:
        case "s3":
            return _s3(operation, incoming)
        case "dynamodb" if is_data_event(operation):
            return _items(operation.parameters) or None
        case _:
            shape = input_shape(operation.service, operation.name)
            fields = shown(operation.service, _typed(nested(operation.parameters), shape), shape)
            return (_ec2(operation.name, fields) if operation.service == "ec2" else fields) or None


@lru_cache(maxsize=1024)
def operation_model(service: str, name: str) -> Any:
    """botocore's model of an operation, or None."""
    try:
        return get_service_model(service).operation_model(name)
    except (UnknownServiceError, OperationNotFoundError):
        return None


def input_shape(service: str, name: str) -> Any:
    """botocore's structure of what an operation is given, or None."""
    model = operation_model(service, name)
    return None if model is None else model.input_shape


def nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form with `Tags.member.1.Key` and `Filter.1.Name` gathered into lists of objects."""
    if not any("." in name for name in given):
        return dict(given)
    tree: dict[str, Any] = {}
    for name, value in given.items():
        parts = [part for part in name.split(".", _DEEPEST) if part not in ("member", "entry")] or [name]
        place = tree
        for part in parts[:-1]:
            deeper = place.setdefault(part, {})
            place = deeper if isinstance(deeper, dict) else place
        place[parts[-1]] = value
    return {name: _gathered(value) for name, value in tree.items()}


def _gathered(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _gathered(each) for name, each in value.items()}
    if inner and all(name.isdecimal() and len(name) < 7 for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _typed(given: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    """Texts of a form as the numbers and truths they are."""
    members = shape.members if shape is not None else {}
    return {name: _read(value, members[name].type_name) if name in members and isinstance(value, str) else value
            for name, value in given.items()}  # fmt: skip


def _read(value: str, kind: str) -> Any:
    if kind in ("integer", "long") and value.isdecimal() and len(value) < 19:
        return int(value)
    if kind == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def _s3(operation: Operation, incoming: Incoming | None) -> dict[str, Any] | None:
    given = dict(operation.parameters)
    found: dict[str, Any] = {}
    if "Bucket" in given:
        found["bucketName"] = given.pop("Bucket")
    if incoming is not None:
        found["Host"] = incoming.host
        found |= {name: incoming.header(name) for name in _S3_HEADERS if incoming.header(name)}
        found |= {name: value for name, value in incoming.sent_query if name in _S3_SIGNING}
    if "Key" in given:
        found["key"] = given.pop("Key")
    return (found | shown("s3", given)) or None


def _items(given: Mapping[str, Any]) -> dict[str, Any]:
    """An item's key and where it is, never what is in it."""
    found = shown("dynamodb", {name: given[name] for name in _DYNAMODB if name in given and name != "Key"})
    if isinstance(given.get("Key"), Mapping):
        found["key"] = {
            str(name): {str(kind): str(value)[:_LONGEST_KEY] for kind, value in each.items()}
            for name, each in given["Key"].items()
            if isinstance(each, Mapping)
        }
    item = given.get("Item")
    if isinstance(item, Mapping):
        found["items"] = list(item)
    if isinstance(given.get("RequestItems"), Mapping):
        found["requestItems"] = dict.fromkeys(given["RequestItems"], HIDDEN)
    return found


def _ec2(operation: str, fields: dict[str, Any]) -> dict[str, Any]:
    """EC2's lists stand as sets of items, RunInstances' image and counts as an item of their own."""
    found = {name: value for name, value in fields.items() if not isinstance(value, list)}
    found |= {name: {} for name in _EC2_ALWAYS.get(operation, ())}
    for name, value in fields.items():
        if isinstance(value, list) and name == "filter":
            found["filterSet"] = {"items": [_filter(each) for each in value if isinstance(each, Mapping)]}
        elif isinstance(value, list):
            items = [each if isinstance(each, Mapping) else {name: each} for each in value]
            found[_EC2_LISTS.get(name, f"{name}Set")] = {"items": items}
    if {"imageId", "minCount"} <= set(found):
        item = {name: found.pop(name) for name in ("imageId", "minCount", "maxCount", "keyName") if name in found}
        found["instancesSet"] = {"items": [item]}
    return found


def _filter(given: Mapping[str, Any]) -> dict[str, Any]:
    values = given.get("value")
    items = [{"value": value} for value in values] if isinstance(values, list) else []
    return {"name": given.get("name"), "valueSet": {"items": items}}
