"""The resources of an event: those LookupEvents finds it by, and those its record names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.event import Resource
from unassume.lab.trail.naming import is_data_event

_NAMED = {"RoleName": "AWS::IAM::Role", "UserName": "AWS::IAM::User", "GroupName": "AWS::IAM::Group",
          "PolicyName": "AWS::IAM::Policy", "PolicyArn": "AWS::IAM::Policy", "Bucket": "AWS::S3::Bucket",
          "TableName": "AWS::DynamoDB::Table", "AccessKeyId": "AWS::IAM::AccessKey",
          "FunctionName": "AWS::Lambda::Function", "SecretId": "AWS::SecretsManager::Secret",
          "KeyId": "AWS::KMS::Key"}  # fmt: skip
_TRAILS = frozenset({
    "CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "GetTrail", "GetTrailStatus",
})  # fmt: skip


def found_by(operation: Operation, answered: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """What LookupEvents lists under Resources; `answered` are those the answer named."""
    if operation.service == "sts":
        return answered
    given = operation.parameters
    found = [Resource(kind, str(given[name])) for name, kind in _NAMED.items() if name in given]
    if operation.service == "cloudtrail" and operation.name in _TRAILS and "Name" in given:
        found.append(Resource("AWS::CloudTrail::Trail", str(given["Name"])))
    return (*found, *answered)


def in_record(
    operation: Operation, answered: tuple[Resource, ...], owner: str, region: str
) -> list[dict[str, str]]:  # fmt: skip
    """The record's `resources`, of the kinds of events that have them; `owner` is the account they belong to."""
    given = operation.parameters
    match operation.service:
        case "sts":
            roles = [each.name for each in answered if each.kind == "AWS::IAM::Role"]
            return [_resource("AWS::IAM::Role", arn, arn.split(":")[4]) for arn in roles]
        case "s3" if is_data_event(operation):
            return _objects(given, owner)
        case "kms" if "KeyId" in given and "alias/" not in str(given["KeyId"]):
            return [_owned("AWS::KMS::Key", "kms", "key/", given["KeyId"], owner, region)]
        case "lambda" if is_data_event(operation):
            return [_owned("AWS::Lambda::Function", "lambda", "function:", given.get("FunctionName"), owner, region)]
        case "dynamodb" if is_data_event(operation):
            return [
                _owned("AWS::DynamoDB::Table", "dynamodb", "table/", name, owner, region) for name in _tables(given)
            ]
        case "sns" if is_data_event(operation) and "TopicArn" in given:
            return [_owned("AWS::SNS::Topic", "sns", "", given["TopicArn"], owner, region)]
        case "sqs" if is_data_event(operation) and "QueueUrl" in given:
            queue = str(given["QueueUrl"]).rpartition("/")[2]
            return [_owned("AWS::SQS::Queue", "sqs", "", queue, owner, region)]
        case _:
            return []


def _objects(given: Mapping[str, Any], owner: str) -> list[dict[str, str]]:
    bucket = f"arn:aws:s3:::{given.get('Bucket')}"
    first = {"type": "AWS::S3::Object", "ARN": f"{bucket}/{given['Key']}"} if "Key" in given else {
        "type": "AWS::S3::Object", "ARNPrefix": f"{bucket}/",
    }  # fmt: skip
    return [first, _resource("AWS::S3::Bucket", bucket, owner)]


def _tables(given: Mapping[str, Any]) -> list[str]:
    if "TableName" in given:
        return [str(given["TableName"])]
    wanted = given.get("RequestItems")
    if isinstance(wanted, Mapping):
        return [str(name) for name in wanted]
    items = given.get("TransactItems")
    wrapped = items if isinstance(items, list) else []
    inner = [each for item in wrapped if isinstance(item, Mapping) for each in item.values()]
    return sorted({str(each.get("TableName")) for each in inner if isinstance(each, Mapping)})


def _owned(kind: str, service: str, before: str, name: Any, owner: str, region: str) -> dict[str, str]:
    arn = str(name) if str(name).startswith("arn:") else f"arn:aws:{service}:{region}:{owner}:{before}{name}"
    return _resource(kind, arn, arn.split(":")[4])


def _resource(kind: str, arn: str, account: str) -> dict[str, str]:
    return {"accountId": account, "type": kind, "ARN": arn}
