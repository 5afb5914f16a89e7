"""Calls that say one resource and mean another: both are judged, or the call is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.lab.operations.asking import ACCOUNT, REGION, ask, pairs, request
from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.tagging import TAGGING
from unassume.lab.wire.refusals import Refusal

_HOME = f"{REGION}:{ACCOUNT}"
_KEY, _OTHER_KEY = "12345678-1234-1234-1234-123456789012", "22345678-1234-1234-1234-123456789012"
_BLOB = base64.b64encode(_KEY.encode() + bytes(60)).decode()
_KINDS = [
    ("secretsmanager", "GetSecretValue", "SecretId", "secret:hidden"),
    ("lambda", "GetFunction", "FunctionName", "function:hidden"),
    ("lambda", "Invoke", "FunctionName", "function:hidden"),
    ("dynamodb", "Scan", "TableName", "table/hidden"),
    ("ssm", "GetParameter", "Name", "parameter/hidden"),
    ("kinesis", "DescribeStream", "StreamARN", "stream/hidden"),
    ("sns", "Publish", "TopicArn", "hidden"),
    ("events", "TagResource", "ResourceARN", "rule/hidden"),
]


@pytest.mark.parametrize("place", [f"{REGION}:", f"{REGION}:aws", f":{ACCOUNT}", ":", f"{REGION}:1234"])
@pytest.mark.parametrize(("service", "name", "parameter", "rest"), _KINDS)
def test_arns_without_region_or_account(service: str, name: str, parameter: str, rest: str, place: str) -> None:
    """An ARN that leaves out its region or account, which moto reads as the caller's own, is refused."""
    with pytest.raises(Refusal) as refused:
        ask(service, name, **{parameter: f"arn:aws:{service}:{place}:{rest}"})
    assert refused.value.code == "ValidationError"


def test_batches_and_keys_without_region_or_account() -> None:
    """So is one in a batch of secrets, and one of a KMS key."""
    with pytest.raises(Refusal):
        ask("secretsmanager", "BatchGetSecretValue", SecretIdList=[f"arn:aws:secretsmanager:{REGION}::secret:hidden"])
    with pytest.raises(Refusal):
        ask("kms", "DescribeKey", KeyId=f"arn:aws:kms::{ACCOUNT}:key/{_KEY}")


def test_policies_of_aws() -> None:
    """AWS's own policies keep the account `aws`, and its own documents none."""
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert pairs(ask("iam", "GetPolicy", PolicyArn=arn)) == [("iam:GetPolicy", arn)]
    document = f"arn:aws:ssm:{REGION}::document/AWS-RunShellScript"
    assert pairs(ask("ssm", "SendCommand", DocumentName=document))[0] == ("ssm:SendCommand", document)
    with pytest.raises(Refusal):
        ask("iam", "GetSAMLProvider", SAMLProviderArn="arn:aws:iam::aws:saml-provider/p")


@pytest.mark.parametrize(
    ("service", "name", "given", "resources"),
    [
        ("kinesis", "PutRecord", {"StreamName": "hidden", "StreamARN": f"arn:aws:kinesis:{_HOME}:stream/ok"},
         {f"arn:aws:kinesis:{_HOME}:stream/ok", f"arn:aws:kinesis:{_HOME}:stream/hidden"}),
        ("ec2", "DeleteSecurityGroup", {"GroupId": "sg-1", "GroupName": "g"},
         {f"arn:aws:ec2:{_HOME}:security-group/sg-1", f"arn:aws:ec2:{_HOME}:security-group/g"}),
        ("ec2", "DeleteLaunchTemplate", {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "t"},
         {f"arn:aws:ec2:{_HOME}:launch-template/lt-1", f"arn:aws:ec2:{_HOME}:launch-template/t"}),
        ("logs", "StartQuery", {"logGroupName": "a", "logGroupNames": ["b"], "logGroupIdentifiers": ["c"]},
         {f"arn:aws:logs:{_HOME}:log-group:{each}:*" for each in "abc"}),
        ("logs", "FilterLogEvents", {"logGroupName": "ok",
                                     "logGroupIdentifier": f"arn:aws:logs:{_HOME}:log-group:hidden"},
         {f"arn:aws:logs:{_HOME}:log-group:{each}:*" for each in ("ok", "hidden")}),
        ("events", "PutTargets", {"Name": "ok", "Rule": "hidden"}, {f"arn:aws:events:{_HOME}:rule/hidden"}),
        ("events", "PutRule", {"Name": "hidden", "Rule": "ok"}, {f"arn:aws:events:{_HOME}:rule/hidden"}),
    ],
)  # fmt: skip
def test_two_names(service: str, name: str, given: dict[str, Any], resources: set[str]) -> None:
    """Every name a call gives its resource is judged, or the one that the operation has."""
    assert {resource for _, resource in pairs(ask(service, name, **given))} == resources


@pytest.mark.parametrize(
    ("name", "given"),
    [("Decrypt", {"KeyId": _OTHER_KEY}), ("ReEncrypt", {"SourceKeyId": _OTHER_KEY, "DestinationKeyId": "d"})],
)
def test_keys_that_did_not_encrypt(name: str, given: dict[str, str]) -> None:
    """A ciphertext is decrypted with its own key, so a call that names another one is refused."""
    with pytest.raises(Refusal) as refused:
        ask("kms", name, CiphertextBlob=_BLOB, **given)
    assert refused.value.code == "IncorrectKeyException"


def test_products_of_lists() -> None:
    """Lists that multiply to more than a thousand resources are refused before they are multiplied."""
    many = [f"n{index}" for index in range(40)]
    with pytest.raises(Refusal) as refused:
        ask("logs", "GetLogEvents", logGroupName=many, logStreamName=many)
    assert refused.value.code == "ValidationError"


@pytest.mark.parametrize(
    ("name", "given", "resources"),
    [
        ("UpdateUser", {"UserName": "u", "NewPath": "/protected/"}, ["user/u", "user/protected/u"]),
        ("UpdateUser", {"UserName": "u", "NewUserName": "v"}, ["user/u", "user/v"]),
        ("UpdateGroup", {"GroupName": "g", "NewGroupName": "h", "NewPath": "/p/"}, ["group/g", "group/p/h"]),
        ("UpdateServerCertificate", {"ServerCertificateName": "c", "NewPath": "/p/"},
         ["server-certificate/c", "server-certificate/p/c"]),
        ("UpdateUser", {"UserName": "u"}, ["user/u"]),
    ],
)  # fmt: skip
def test_new_names(name: str, given: dict[str, str], resources: list[str]) -> None:
    """A new name or path of an IAM entity is judged besides the old one."""
    wanted = [(f"iam:{name}", f"arn:aws:iam::{ACCOUNT}:{each}") for each in resources]
    assert pairs(ask("iam", name, **given)) == wanted


@pytest.mark.parametrize("path", ["protected", "/protected", "protected/", "/a b/", "//"])
def test_paths_that_are_none(path: str) -> None:
    """A path without a slash at both ends, which moto would take as it is, is refused."""
    for name, given in (("CreateUser", {"Path": path}), ("UpdateUser", {"NewPath": path})):
        with pytest.raises(Refusal):
            ask("iam", name, UserName="u", **given)


def _tagged(name: str, *arns: str) -> list[tuple[str, str]]:
    scene = Scene(ACCOUNT, REGION, AccountView({}, {}, {}), request())
    operation = Operation("tagging", "tag", name, {"ResourceARNList": list(arns), "Tags": {"a": "b"}})
    found = TAGGING.special[name](operation, scene) or ()
    return [(each.action, each.resource) for each in found]


def test_tagging_of_many() -> None:
    """The tagging API needs each service's own action on each ARN of its list."""
    function, queue = f"arn:aws:lambda:{_HOME}:function:f", f"arn:aws:sqs:{_HOME}:q"
    assert _tagged("TagResources", function, queue, "arn:aws:s3:::b") == [
        ("tag:TagResources", "*"),
        ("lambda:TagResource", function),
        ("sqs:TagQueue", queue),
        ("s3:PutBucketTagging", "arn:aws:s3:::b"),
    ]
    assert _tagged("UntagResources", queue)[1:] == [("sqs:UntagQueue", queue)]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::b/k", f"arn:aws:lambda:{REGION}::function:f", f"arn:aws:lambda:{_HOME}:function:f:1",
        f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f", f"arn:aws:rds:{_HOME}:db:d", "f",
    ],
)  # fmt: skip
def test_tagging_of_what_the_lab_cannot_tell(arn: str) -> None:
    """An ARN of any other kind is refused as not implemented."""
    with pytest.raises(Refusal) as refused:
        _tagged("TagResources", arn)
    assert refused.value.status == 501
