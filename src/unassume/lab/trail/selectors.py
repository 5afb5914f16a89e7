"""Which events a trail takes: its event selectors, basic and advanced; what cannot be judged is refused when put.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from unassume.lab.trail.event import Event
from unassume.lab.trail.trails import TrailView
from unassume.lab.wire.refusals import Refusal, not_implemented

_ALL = {"AWS::S3::Object": ("arn:aws:s3", "arn:aws:s3:::"), "AWS::Lambda::Function": ("arn:aws:lambda",),
        "AWS::DynamoDB::Table": ("arn:aws:dynamodb",)}  # fmt: skip
_GLOBAL = frozenset({"iam.amazonaws.com", "sts.amazonaws.com", "cloudfront.amazonaws.com"})
_FIELDS: dict[str, Callable[[Event], Iterable[str]]] = {
    "eventCategory": lambda event: ("Management" if event.management else "Data",),
    "readOnly": lambda event: ("true" if event.read_only else "false",),
    "eventSource": lambda event: (event.source,),
    "eventName": lambda event: (event.name,),
    "eventType": lambda event: (str(event.record["eventType"]),),
    "userIdentity.arn": lambda event: (str((event.record["userIdentity"] or {}).get("arn", "")),),
    "resources.type": lambda event: {str(each.get("type", "")) for each in _resources(event)},
    "resources.ARN": lambda event: _arns(event),
}
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__, "StartsWith": str.startswith, "EndsWith": str.endswith,
}  # fmt: skip
_CATEGORIES = {"Management", "Data"}
_NOT_DONE = (
    "SnsTopicName",
    "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn",
    "KmsKeyId",
    "EnableLogFileValidation",
)


def check_trail_call(name: str, given: Mapping[str, Any]) -> None:
    """A Refusal (501) for a trail that would do what the lab does not, or a selector it cannot judge."""
    match name:
        case "CreateTrail" | "UpdateTrail":
            for parameter in _NOT_DONE:
                if given.get(parameter):
                    raise not_implemented(f"{parameter} of a trail")
        case "PutEventSelectors":
            for selector in _structures(given, "EventSelectors"):
                _check_basic(selector)
            for selector in _structures(given, "AdvancedEventSelectors"):
                for field in _structures(selector, "FieldSelectors"):
                    _check_field(field)
        case "PutInsightSelectors":
            raise not_implemented("insight events")
        case _:
            pass


def takes(trail: TrailView, event: Event) -> bool:
    """Whether the event goes into the trail's files, were it logging."""
    accounts = trail.organization.accounts if trail.organization else {trail.account}
    if event.account not in accounts | {trail.account}:
        return False
    if not trail.is_multi_region and event.region != trail.region:
        return False
    if event.source in _GLOBAL and event.region == "us-east-1" and not trail.has_global_events:
        return False
    if trail.selectors:
        return any(_basic(selector, event) for selector in trail.selectors)
    if trail.advanced:
        return any(_advanced(selector, event) for selector in trail.advanced)
    return event.management


def _basic(selector: Mapping[str, Any], event: Event) -> bool:
    wanted = selector.get("ReadWriteType") or "All"
    if wanted != "All" and (wanted == "ReadOnly") != event.read_only:
        return False
    if event.management:
        excluded = selector.get("ExcludeManagementEventSources") or ()
        return selector.get("IncludeManagementEvents", True) is not False and event.source not in excluded
    return any(_is_of(resource, event) for resource in selector.get("DataResources") or ())


def _is_of(wanted: Mapping[str, Any], event: Event) -> bool:
    kind, values = str(wanted.get("Type")), [str(value) for value in wanted.get("Values") or ()]
    arns = [_arn(each) for each in _resources(event) if each.get("type") == kind]
    if not arns:
        return False
    if set(values) & set(_ALL.get(kind, ())):
        return True
    is_prefix = kind == "AWS::S3::Object"
    return any(arn.startswith(value) if is_prefix else arn == value for arn in arns for value in values)


def _advanced(selector: Mapping[str, Any], event: Event) -> bool:
    return all(_fits(field, event) for field in selector.get("FieldSelectors") or ())


def _fits(field: Mapping[str, Any], event: Event) -> bool:
    """Values of one operator are alternatives, operators of one field must all hold."""
    found = tuple(_FIELDS[str(field.get("Field"))](event))
    for name, operator in _OPERATORS.items():
        values = field.get(name)
        if values and not any(operator(each, str(value)) for each in found for value in values):
            return False
        refused = field.get(f"Not{name}")
        if refused and any(operator(each, str(value)) for each in found for value in refused):
            return False
    return True


def _check_basic(selector: Mapping[str, Any]) -> None:
    if (selector.get("ReadWriteType") or "All") not in ("All", "ReadOnly", "WriteOnly"):
        raise _invalid("ReadWriteType")
    _texts(selector, "ExcludeManagementEventSources")
    for resource in _structures(selector, "DataResources"):
        _texts(resource, "Values")
        if str(resource.get("Type")) not in _ALL:
            raise not_implemented(f"data events of {resource.get('Type')}")


def _check_field(field: Mapping[str, Any]) -> None:
    if str(field.get("Field")) not in _FIELDS:
        raise not_implemented(f"the event selector field {field.get('Field')}")
    unknown = set(field) - {"Field"} - set(_OPERATORS) - {f"Not{name}" for name in _OPERATORS}
    if unknown:
        raise not_implemented(f"the event selector operator {min(unknown)}")
    for operator in set(field) - {"Field"}:
        _texts(field, operator)
    if field.get("Field") == "eventCategory" and not set(_texts(field, "Equals")) <= _CATEGORIES:
        raise not_implemented("events other than management and data events")


def _structures(given: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = given.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise _invalid(name)
    return found


def _texts(given: Mapping[str, Any], name: str) -> list[str]:
    found = given.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise _invalid(name)
    return found


def _invalid(name: str) -> Refusal:
    return Refusal(code="InvalidEventSelectorsException", status=400, message=f"{name} is not valid.")


def _resources(event: Event) -> Iterable[Mapping[str, Any]]:
    return event.record.get("resources") or ()


def _arns(event: Event) -> list[str]:
    """The first resource is the one the call is about; an S3 object stands before its bucket."""
    return [_arn(each) for each in _resources(event)][:1]


def _arn(resource: Mapping[str, Any]) -> str:
    return str(resource.get("ARN") or resource.get("ARNPrefix") or "")
