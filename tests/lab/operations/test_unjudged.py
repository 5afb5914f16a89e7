"""What would write a policy, an ACL or a grant that the lab does not judge is told apart from what would not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.operations.asking import request
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.unjudged import NOT_JUDGED_YET, writes_unjudged


def _writes(service: str, name: str, headers: dict[str, str] | None = None, **given: Any) -> bool:
    return writes_unjudged(Operation(service, service, name, given), request(headers))


def test_calls_that_only_write_such_policies() -> None:
    """Every call whose whole purpose is such a write is refused."""
    assert all(_writes(service, name) for service, name in NOT_JUDGED_YET)
    assert {("s3", "PutBucketAcl"), ("kms", "CreateGrant"), ("lambda", "CreateFunctionUrlConfig"),
            ("organizations", "PutResourcePolicy"), ("ecr", "SetRepositoryPolicy")} <= NOT_JUDGED_YET  # fmt: skip


@pytest.mark.parametrize(
    ("service", "name", "headers", "given", "is_refused"),
    [
        ("s3", "PutObject", {"x-amz-acl": "public-read"}, {}, True),
        ("s3", "PutObject", {"x-amz-grant-read": "id=1"}, {}, True),
        ("s3", "PutObject", {"x-amz-acl": "bucket-owner-full-control"}, {}, False),
        ("s3", "PutObject", {}, {}, False),
        ("sqs", "CreateQueue", {}, {"Attributes": {"Policy": "{}"}}, False),
        ("sqs", "CreateQueue", {}, {"Attributes": {"policy": "{}"}}, True),
        ("sqs", "SetQueueAttributes", {}, {"Attribute.1.Name": "Policy", "Attribute.1.Value": "{}"}, False),
        ("sqs", "SetQueueAttributes", {}, {"Attribute.1.Name": "Policy", "Attribute.2.Name": "Policy"}, True),
        ("sqs", "SetQueueAttributes", {}, {"Attribute.01.Name": "Policy", "Attribute.01.Value": "{}"}, True),
        ("sqs", "CreateQueue", {}, {"Attributes": {"DelaySeconds": "1"}}, False),
        ("sns", "SetTopicAttributes", {}, {"AttributeName": "Policy", "AttributeValue": "{}"}, False),
        ("sns", "SetTopicAttributes", {}, {"AttributeName": "_policy_json", "AttributeValue": "{}"}, True),
        ("sns", "CreateTopic", {}, {"Attributes.entry.1.key": "Policy", "Attributes.entry.1.value": "{}"}, False),
        ("sns", "CreateTopic", {}, {"Attributes.entry.1.key": "POLICY", "Attributes.entry.1.value": "{}"}, True),
        ("kms", "ReplicateKey", {}, {"Policy": "{}"}, True),
        ("kms", "ReplicateKey", {}, {}, False),
        ("iam", "CreateUser", {}, {"PermissionsBoundary": "arn"}, False),
        ("dynamodb", "CreateTable", {}, {"ResourcePolicy": "{}"}, True),
    ],
)
def test_parameters_that_make_the_difference(
    service: str, name: str, headers: dict[str, str], given: dict[str, Any], is_refused: bool
) -> None:
    """A policy that is not judged or cannot be read, or an ACL that opens, is refused; the same call without is not."""
    assert _writes(service, name, headers, **given) is is_refused
