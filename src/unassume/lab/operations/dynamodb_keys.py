"""What a DynamoDB call says of its partition key and attributes; what would need an expression parsed stays unknown.

AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unassume.iam.values import ABSENT, UNKNOWN, Known, Value
from unassume.lab.operations.standing import partition_key

_READS = frozenset({"GetItem", "Query", "Scan"})
_EXPRESSIONS = ("FilterExpression", "ConditionExpression", "UpdateExpression", "KeyConditionExpression")
_OLD_FORMS = ("KeyConditions", "QueryFilter", "ScanFilter", "Expected", "AttributeUpdates", "ConditionalOperator")


def item_keys(action: str, given: Mapping[str, Any], table: str) -> dict[str, Value]:
    """`dynamodb:LeadingKeys`, `dynamodb:Attributes` and `dynamodb:Select` of one call on items."""
    return {
        "dynamodb:leadingkeys": _leading(action, given, table),
        "dynamodb:attributes": _attributes(action, given),
        "dynamodb:select": _select(action, given),
    }


def _leading(action: str, given: Mapping[str, Any], table: str) -> Value:
    """The partition key's value; a Scan has none. In an expression it is not looked for."""
    if action == "Scan":
        return ABSENT
    item = given.get("Key") or given.get("Item")
    name = partition_key(table) if isinstance(item, Mapping) else None
    value = item.get(name) if name and isinstance(item, Mapping) else None
    texts = [str(each) for each in value.values()] if isinstance(value, Mapping) else []
    return Known((texts[0],), several=True) if len(texts) == 1 else UNKNOWN


def _attributes(action: str, given: Mapping[str, Any]) -> Value:
    if any(name in given for name in (*_EXPRESSIONS, *_OLD_FORMS)):
        return UNKNOWN
    key, item = given.get("Key"), given.get("Item")
    own = list(key) if isinstance(key, Mapping) else list(item) if isinstance(item, Mapping) else []
    if action not in _READS:
        return Known(tuple(own), several=True) if own else UNKNOWN
    asked = _projected(given)
    return Known(tuple(dict.fromkeys([*own, *asked])), several=True) if asked else UNKNOWN


def _projected(given: Mapping[str, Any]) -> list[str]:
    """The top-level names of a projection, with `#name` looked up."""
    if isinstance(given.get("AttributesToGet"), list):
        return [str(name) for name in given["AttributesToGet"]]
    names = given.get("ExpressionAttributeNames") or {}
    paths = str(given.get("ProjectionExpression") or "").split(",")
    tops = [path.strip().split(".")[0].split("[")[0] for path in paths if path.strip()]
    return [str(names.get(top, top)) if isinstance(names, Mapping) else top for top in tops]


def _select(action: str, given: Mapping[str, Any]) -> Value:
    """The Select parameter of a Query or Scan, or what it is when not sent."""
    if action not in ("Query", "Scan"):
        return UNKNOWN if action == "GetItem" else ABSENT
    if given.get("Select"):
        return Known((str(given["Select"]),))
    if _projected(given):
        return Known(("SPECIFIC_ATTRIBUTES",))
    return Known(("ALL_PROJECTED_ATTRIBUTES" if given.get("IndexName") else "ALL_ATTRIBUTES",))
