"""Operation by operation: which actions on which resources; each case from the page of the service named above it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.lab.operations.asking import ask, pairs
from unassume.lab.wire.refusals import Refusal

_T = "arn:aws:dynamodb:us-east-1:123456789012:table/"
_F = "arn:aws:lambda:us-east-1:123456789012:function:"
_Q = "arn:aws:sqs:us-east-1:123456789012:"
_K = "arn:aws:kms:us-east-1:123456789012:key/"
_I = "arn:aws:iam::123456789012:"
_E = "arn:aws:ec2:us-east-1:123456789012:"
_KEY_ID = "12345678-1234-1234-1234-123456789012"
_BLOB = base64.b64encode(_KEY_ID.encode() + bytes(60)).decode()

_CASES: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    ("s3", "GetObject", {"Bucket": "b", "Key": "k/l"}, [("s3:GetObject", "arn:aws:s3:::b/k/l")]),
    ("s3", "GetObject", {"Bucket": "b", "Key": "k", "versionId": "1"}, [("s3:GetObjectVersion", "arn:aws:s3:::b/k")]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, [("s3:GetObject", "arn:aws:s3:::b/k")]),
    ("s3", "SelectObjectContent", {"Bucket": "b", "Key": "k"}, [("s3:GetObject", "arn:aws:s3:::b/k")]),
    ("s3", "ListObjectsV2", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "UploadPart", {"Bucket": "b", "Key": "k"}, [("s3:PutObject", "arn:aws:s3:::b/k")]),
    ("s3", "DeleteObjectTagging", {"Bucket": "b", "Key": "k", "versionId": "1"},
     [("s3:DeleteObjectVersionTagging", "arn:aws:s3:::b/k")]),
    ("s3", "GetObjectLockConfiguration", {"Bucket": "b"},
     [("s3:GetBucketObjectLockConfiguration", "arn:aws:s3:::b")]),
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    ("lambda", "Invoke", {"FunctionName": "f"}, [("lambda:InvokeFunction", f"{_F}f")]),
    ("lambda", "Invoke", {"FunctionName": "f", "Qualifier": "live"}, [("lambda:InvokeFunction", f"{_F}f:live")]),
    ("lambda", "Invoke", {"FunctionName": "123456789012:function:f:3"}, [("lambda:InvokeFunction", f"{_F}f:3")]),
    ("lambda", "GetFunction", {"FunctionName": f"{_F}f:3"}, [("lambda:GetFunction", f"{_F}f")]),
    ("lambda", "CreateFunction", {"FunctionName": "f", "Role": f"{_I}role/r"},
     [("lambda:CreateFunction", f"{_F}f"), ("iam:PassRole", f"{_I}role/r")]),
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    ("dynamodb", "GetItem", {"TableName": f"{_T}t"}, [("dynamodb:GetItem", f"{_T}t")]),
    ("dynamodb", "Query", {"TableName": "t", "IndexName": "i"}, [("dynamodb:Query", f"{_T}t/index/i")]),
    ("dynamodb", "BatchGetItem", {"RequestItems": {"t": {}, "u": {}}},
     [("dynamodb:BatchGetItem", f"{_T}t"), ("dynamodb:BatchGetItem", f"{_T}u")]),
    ("dynamodb", "TransactWriteItems",
     {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]},
     [("dynamodb:PutItem", f"{_T}t"), ("dynamodb:ConditionCheckItem", f"{_T}u")]),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    ("dynamodb", "ExecuteStatement", {"Statement": 'SELECT * FROM "t"."i" WHERE a = 1'},
     [("dynamodb:PartiQLSelect", f"{_T}t/index/i")]),
    ("dynamodb", "ExecuteStatement", {"Statement": "INSERT INTO t VALUE {'a': 1}"},
     [("dynamodb:PartiQLInsert", f"{_T}t")]),
    ("dynamodb", "BatchExecuteStatement",
     {"Statements": [{"Statement": "UPDATE t SET a=1 WHERE b=2"}, {"Statement": 'DELETE FROM "u" WHERE b=2'}]},
     [("dynamodb:PartiQLUpdate", f"{_T}t"), ("dynamodb:PartiQLDelete", f"{_T}u")]),
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    ("sqs", "SendMessageBatch", {"QueueUrl": "http://localhost:1/123456789012/q"}, [("sqs:SendMessage", f"{_Q}q")]),
    ("sqs", "DeleteMessageBatch", {"QueueUrl": "http://localhost:1/123456789012/q"}, [("sqs:DeleteMessage", f"{_Q}q")]),
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
    ("sns", "PublishBatch", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t"},
     [("sns:Publish", "arn:aws:sns:us-east-1:123456789012:t")]),
    ("sns", "Publish", {"PhoneNumber": "+0"}, [("sns:Publish", "*")]),
    # https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
    ("kms", "Decrypt", {"CiphertextBlob": _BLOB}, [("kms:Decrypt", f"{_K}{_KEY_ID}")]),
    ("kms", "ReEncrypt", {"CiphertextBlob": _BLOB, "DestinationKeyId": "d"},
     [("kms:ReEncryptFrom", f"{_K}{_KEY_ID}"), ("kms:ReEncryptTo", f"{_K}d")]),
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
    ("secretsmanager", "GetSecretValue", {"SecretId": "never-made"},
     [("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:never-made-??????")]),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    ("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "p", "RoleName": "r"},
     [("iam:AddRoleToInstanceProfile", f"{_I}instance-profile/p"), ("iam:PassRole", f"{_I}role/r")]),
    ("iam", "CreateRole", {"RoleName": "r", "Path": "/a/"}, [("iam:CreateRole", f"{_I}role/a/r")]),
    ("iam", "CreateOpenIDConnectProvider", {"Url": "https://idp.example/x"},
     [("iam:CreateOpenIDConnectProvider", f"{_I}oidc-provider/idp.example/x")]),
    ("events", "PutTargets", {"Rule": "r", "Targets": [{"Arn": "a", "RoleArn": f"{_I}role/r"}]},
     [("events:PutTargets", "arn:aws:events:us-east-1:123456789012:rule/r"), ("iam:PassRole", f"{_I}role/r")]),
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
    ("ec2", "DescribeInstances", {}, [("ec2:DescribeInstances", "*")]),
    ("ec2", "TerminateInstances", {"InstanceId.1": "i-1", "InstanceId.2": "i-2"},
     [("ec2:TerminateInstances", f"{_E}instance/i-1"), ("ec2:TerminateInstances", f"{_E}instance/i-2")]),
    ("ec2", "RunInstances", {"ImageId": "ami-1", "SubnetId": "subnet-1", "SecurityGroupId.1": "sg-1"},
     [("ec2:RunInstances", f"{_E}instance/*"), ("ec2:RunInstances", "arn:aws:ec2:us-east-1::image/ami-1"),
      ("ec2:RunInstances", f"{_E}network-interface/*"), ("ec2:RunInstances", f"{_E}volume/*"),
      ("ec2:RunInstances", f"{_E}subnet/subnet-1"), ("ec2:RunInstances", f"{_E}security-group/sg-1")]),
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    ("ssm", "GetParameters", {"Names": ["/a/b", "c"]},
     [("ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/a/b"),
      ("ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/c")]),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    ("logs", "PutLogEvents", {"logGroupName": "g", "logStreamName": "s"},
     [("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s")]),
    ("sts", "GetFederationToken", {"Name": "n"},
     [("sts:GetFederationToken", "arn:aws:sts::123456789012:federated-user/n")]),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "given", "wanted"), _CASES)
def test_needs(service: str, name: str, given: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    """The actions and resources of one call are those its service's page names."""
    found = ask(service, name, **given)
    assert found.mapped
    assert pairs(found) == wanted


def test_copy_with_tags_and_acl() -> None:
    """A copy reads the version it names and writes object, tags and ACL.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    headers = {"x-amz-copy-source": "/a/k%20x?versionId=7", "x-amz-tagging": "t=1", "x-amz-acl": "private"}
    assert pairs(ask("s3", "CopyObject", headers, Bucket="b", Key="k")) == [
        ("s3:GetObjectVersion", "arn:aws:s3:::a/k x"),
        ("s3:PutObject", "arn:aws:s3:::b/k"),
        ("s3:PutObjectTagging", "arn:aws:s3:::b/k"),
        ("s3:PutObjectAcl", "arn:aws:s3:::b/k"),
    ]


@pytest.mark.parametrize(
    "source", ["", "b", "b/", "http://b/k", "b/k#x", "b/k;x", "arn:aws:s3:us-east-1:1:accesspoint/a/k"]
)
def test_copy_sources_that_two_readers_might_read_apart(source: str) -> None:
    """A source that is no plain path is refused."""
    with pytest.raises(Refusal):
        ask("s3", "CopyObject", {"x-amz-copy-source": source}, Bucket="b", Key="k")


@pytest.mark.parametrize(
    ("service", "name", "given"),
    [
        ("lambda", "Invoke", {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:f"}),
        ("lambda", "GetFunction", {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:layer:f"}),
        ("lambda", "GetFunction", {}),
        ("dynamodb", "GetItem", {"TableName": f"{_T}t/index/i"}),
        ("dynamodb", "ExecuteStatement", {"Statement": "SELECT * FROM t; DELETE FROM u"}),
        ("dynamodb", "ExecuteStatement", {"Statement": "SELECT ' FROM x' FROM t"}),
        ("dynamodb", "ExecuteStatement", {"Statement": "EXISTS (SELECT * FROM t)"}),
        ("kms", "ScheduleKeyDeletion", {"KeyId": "arn:aws:kms:us-east-1:123456789012:alias/a:key/b"}),
        ("sqs", "SendMessage", {"QueueUrl": "http://h/123456789012/deep/q"}),
        ("secretsmanager", "BatchGetSecretValue", {"Filters": []}),
        ("ec2", "RunInstances", {"LaunchTemplate.LaunchTemplateId": "lt-1"}),
    ],
)
def test_what_cannot_be_read_is_refused(service: str, name: str, given: dict[str, Any]) -> None:
    """A call whose resource is missing, elsewhere, or hidden from the lab is never judged on `*`."""
    with pytest.raises(Refusal):
        ask(service, name, **given)


@pytest.mark.parametrize(
    ("service", "name", "given"),
    [
        ("lambda", "Invoke", {"FunctionName": "arn:aws:lambda:us-east-1:210987654321:function:f"}),
        ("sqs", "SendMessage", {"QueueUrl": "http://h/210987654321/q"}),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:us-east-1:210987654321:t"}),
        ("kms", "Decrypt", {"CiphertextBlob": _BLOB, "KeyId": f"arn:aws:kms:us-east-1:210987654321:key/{_KEY_ID}"}),
        ("dynamodb", "Scan", {"TableName": "arn:aws:dynamodb:us-east-1:210987654321:table/t"}),
        ("secretsmanager", "GetSecretValue", {"SecretId": "arn:aws:secretsmanager:us-east-1:210987654321:secret:s"}),
        ("athena", "GetWorkGroup", {"WorkGroup": "arn:aws:athena:us-east-1:210987654321:workgroup/w"}),
    ],
)
def test_owners(service: str, name: str, given: dict[str, Any]) -> None:
    """The account in an ARN or queue URL owns the resource, so the judge sees a call across accounts."""
    assert {each.owner for each in ask(service, name, **given).all} == {"210987654321"}


def test_request_tags() -> None:
    """The tags a call brings are its request tags, whichever protocol wrote them."""
    json_tags = ask("kms", "TagResource", KeyId="k", Tags=[{"TagKey": "Team", "TagValue": "red"}]).all[0].keys
    form = {"TagSpecification.1.Tag.1.Key": "Team", "TagSpecification.1.Tag.1.Value": "red"}
    form_tags = ask("ec2", "CreateVpc", **form).all[0].keys
    for keys in (json_tags, form_tags):
        assert keys["aws:requesttag/team"].texts == ("red",)  # type: ignore[union-attr]  # it is known
        assert keys["aws:tagkeys"].texts == ("Team",)  # type: ignore[union-attr]  # it is known
