"""A service that reads or writes S3 for its caller does what the caller may do there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.operations.asking import ask, pairs
from unassume.iam.values import UNKNOWN
from unassume.lab.wire.refusals import Refusal

_CODE = {"S3Bucket": "b", "S3Key": "k"}
_TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/t"
_SOURCE = {"S3BucketSource": {"S3Bucket": "b", "S3KeyPrefix": "p/"}, "TableCreationParameters": {"TableName": "t"}}


@pytest.mark.parametrize(
    ("service", "name", "given", "wanted"),
    [
        ("lambda", "CreateFunction", {"FunctionName": "f", "Code": _CODE}, {("s3:GetObject", "b/k")}),
        ("lambda", "UpdateFunctionCode", {"FunctionName": "f", **_CODE, "S3ObjectVersion": "1"},
         {("s3:GetObjectVersion", "b/k")}),
        ("lambda", "PublishLayerVersion", {"LayerName": "l", "Content": _CODE}, {("s3:GetObject", "b/k")}),
        ("lambda", "UpdateFunctionCode", {"FunctionName": "f", "ZipFile": "x"}, set()),
        ("dynamodb", "ExportTableToPointInTime", {"TableArn": _TABLE, "S3Bucket": "b", "S3Prefix": "p"},
         {("s3:PutObject", "b/p/AWSDynamoDB/*")}),
        ("dynamodb", "ExportTableToPointInTime", {"TableArn": _TABLE, "S3Bucket": "b"},
         {("s3:PutObject", "b/AWSDynamoDB/*")}),
        ("dynamodb", "ImportTable", _SOURCE, {("s3:GetObject", "b/p/*"), ("s3:ListBucket", "b")}),
    ],
)  # fmt: skip
def test_what_is_needed_in_s3(service: str, name: str, given: dict[str, Any], wanted: set[tuple[str, str]]) -> None:
    """The call needs its own action and those on the objects."""
    found = ask(service, name, **given)
    assert {pair for pair in pairs(found) if pair[0].startswith("s3:")} == {
        (action, f"arn:aws:s3:::{resource}") for action, resource in wanted
    }
    assert found.all[0].action == f"{service}:{name}"
    assert all(each.keys["aws:calledvia"] is UNKNOWN for each in found.all if each.action.startswith("s3:"))


@pytest.mark.parametrize(
    ("service", "name", "given"),
    [
        ("lambda", "UpdateFunctionCode", {"FunctionName": "f", "S3Bucket": "b"}),
        ("dynamodb", "ExportTableToPointInTime", {"TableArn": _TABLE}),
        ("dynamodb", "ImportTable", {"TableCreationParameters": {"TableName": "t"}}),
    ],
)
def test_without_the_object(service: str, name: str, given: dict[str, Any]) -> None:
    """A call that does not say which object is refused."""
    with pytest.raises(Refusal):
        ask(service, name, **given)


@pytest.mark.parametrize("name", ["PostObject", "CreateSession", "WriteGetObjectResponse", "NobodyKnows"])
def test_unlisted_calls_on_a_bucket(name: str) -> None:
    """An S3 call on a bucket that the table does not know is never judged on `*`."""
    with pytest.raises(Refusal) as refused:
        ask("s3", name, Bucket="b", Key="k")
    assert refused.value.status == 501
