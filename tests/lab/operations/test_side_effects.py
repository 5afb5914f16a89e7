"""Over HTTP: no call of one service reaches another service's things, or leaves the lab, without being judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys
from botocore.httpsession import URLLib3Session

from tests.lab.acting import allow, answer_of, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

_TABLE: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2, propagation=0) as opened:
        for profile, bucket in (("root", "own"), ("root-111122223333", "foreign")):
            s3 = client(opened, "s3", opened.credentials(profile))
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="data/x.json", Body=b"{}")
        yield opened


def _user(lab: Lab, name: str, *policies: str) -> Credentials:
    """A user with these inline policies."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName=name)
    for number, policy in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _deny(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Deny", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _import(lab: Lab, credentials: Credentials, bucket: str, table: str) -> str:
    source = {"S3Bucket": bucket, "S3KeyPrefix": "data/"}
    dynamodb = client(lab, "dynamodb", credentials)
    given = {"TableName": table, **_TABLE}
    return code_of(
        dynamodb.import_table, S3BucketSource=source, InputFormat="DYNAMODB_JSON", TableCreationParameters=given
    )


def test_dynamodb_reads_s3_with_the_callers_rights(lab: Lab) -> None:
    """An import needs the objects' permission, each object's, and none opens a bucket of another account."""
    table_only = _user(lab, "table-only", allow(["dynamodb:*"]))
    hidden = _user(lab, "hidden", allow(["*"]), _deny("s3:GetObject", "arn:aws:s3:::own/data/x*"))
    assert _import(lab, table_only, "own", "one") == "AccessDeniedException"
    assert _import(lab, hidden, "own", "two") == "AccessDeniedException"
    assert _import(lab, lab.credentials("root"), "foreign", "three") == "AccessDeniedException"
    assert _import(lab, _user(lab, "both", allow(["*"])), "own", "four") == "OK"


def test_dynamodb_writes_s3_with_the_callers_rights(lab: Lab) -> None:
    """An export needs s3:PutObject in a bucket of the account."""
    dynamodb = client(lab, "dynamodb", lab.credentials("root"))
    arn = dynamodb.create_table(TableName="source", **_TABLE)["TableDescription"]["TableArn"]
    table_only = client(lab, "dynamodb", _user(lab, "exporter", allow(["dynamodb:*"])))
    for by, bucket in ((table_only, "own"), (dynamodb, "foreign")):
        code = code_of(by.export_table_to_point_in_time, TableArn=arn, S3Bucket=bucket, S3Prefix="p")
        assert code == "AccessDeniedException"


def test_lambda_reads_code_with_the_callers_rights(lab: Lab) -> None:
    """A layer's code comes from no bucket the caller may not read."""
    for by, bucket in ((_user(lab, "layers", allow(["lambda:*"])), "own"), (lab.credentials("root"), "foreign")):
        publish = client(lab, "lambda", by).publish_layer_version
        content = {"S3Bucket": bucket, "S3Key": "data/x.json"}
        assert code_of(publish, LayerName="l", Content=content) == "AccessDeniedException"


def test_roles_are_passed(lab: Lab) -> None:
    """Templates, configurations and replications hand over roles, which a denied iam:PassRole keeps from it."""
    iam = client(lab, "iam", lab.credentials("root"))
    trust = json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})
    role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="machine")
    may, may_not = _user(lab, "may", allow(["*"])), _user(lab, "may-not", allow(["*"]), _deny("iam:PassRole"))
    template = {"LaunchTemplateName": "t", "LaunchTemplateData": {"IamInstanceProfile": {"Name": "profile"}}}
    configuration = {"LaunchConfigurationName": "c", "ImageId": "ami-12c6146b", "InstanceType": "t2.micro",
                     "IamInstanceProfile": f"arn:aws:iam::{ACCOUNT}:instance-profile/profile"}  # fmt: skip
    rule = {"ID": "r", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::own"}}
    replication = {"Bucket": "own", "ReplicationConfiguration": {"Role": role, "Rules": [rule]}}
    task = {"family": "f", "executionRoleArn": role, "containerDefinitions": []}
    for service, call, given in (
        ("ec2", "create_launch_template", template),
        ("autoscaling", "create_launch_configuration", configuration),
        ("s3", "put_bucket_replication", replication),
        ("ecs", "register_task_definition", task),
    ):
        _, status, message = answer_of(getattr(client(lab, service, may_not), call), **given)
        assert status in (400, 403)
        assert "iam:PassRole" in message
        _, _, message = answer_of(getattr(client(lab, service, may), call), **given)
        assert "iam:PassRole" not in message


@pytest.mark.parametrize(
    ("service", "call", "given"),
    [
        ("sns", "subscribe", {"TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:t", "Protocol": "http",
                              "Endpoint": "http://127.0.0.1:1/"}),
        ("cloudformation", "create_stack", {"StackName": "s", "TemplateBody": "{}"}),
        ("cloudformation", "create_change_set", {"StackName": "s", "ChangeSetName": "c", "TemplateBody": "{}"}),
        ("events", "create_connection", {"Name": "c", "AuthorizationType": "BASIC", "AuthParameters": {}}),
    ],
)  # fmt: skip
def test_refused_by_name(lab: Lab, service: str, call: str, given: dict[str, Any]) -> None:
    """Not even root sends requests out of the lab or makes things past the judgement."""
    assert answer_of(getattr(client(lab, service, lab.credentials("root")), call), **given)[:2] == (
        "NotImplemented",
        501,
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=X",
         b'--X\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n'
         b'--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nv\r\n--X--\r\n'),
        ("application/x-www-form-urlencoded", b"key=k&file=v"),
    ],
)  # fmt: skip
def test_upload_by_form(lab: Lab, kind: str, body: bytes) -> None:
    """A form's key is not judged, so nothing is written by one."""
    root = lab.credentials("root")
    sent = AWSRequest("POST", f"{lab.endpoint_url}/own", headers={"Content-Type": kind}, data=body)
    S3SigV4Auth(Keys(root.access_key_id, root.secret_access_key), "s3", "us-east-1").add_auth(sent)
    assert URLLib3Session().send(sent.prepare()).status_code == 501
    found = client(lab, "s3", root).list_objects_v2(Bucket="own")["Contents"]
    assert [each["Key"] for each in found] == ["data/x.json"]
