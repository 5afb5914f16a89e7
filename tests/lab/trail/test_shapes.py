"""The lab's events beside real ones: the same fields of the same types, and no secret in any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import ROLE_ARN, TRUST, code_of
from tests.lab.trail.made import real_records
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.trail.hiding import HIDDEN

# The lab speaks plain HTTP here; real calls came over TLS.
_TLS = {"tlsDetails"}
_MADE_UP = "Correct-horse-7"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as opened:
        yield opened


def written(lab: Lab, service: str, call: str, profile: str = "admin", **given: Any) -> dict[str, Any]:
    """The record of one call."""
    code_of(getattr(client(lab, service, lab.credentials(profile)), call), **given)
    return dict(lab.events()[-1].record)


def real(name: str) -> dict[str, Any]:
    """A real record of that operation, one with an answer when there is one."""
    found = [record for record in real_records() if record["eventName"] == name]
    return max(found, key=lambda record: record["responseElements"] is not None)


def types(value: Any) -> Any:
    """The kinds of a record's parts, to any depth."""
    return {name: types(part) for name, part in value.items()} if isinstance(value, dict) else type(value)


def test_assume_role_as_in_real_logs(lab: Lab) -> None:
    """AssumeRole has the fields of a real one, to any depth, with the same types."""
    sts = written(lab, "sts", "assume_role", "bob-user", RoleArn=ROLE_ARN, RoleSessionName="x2", DurationSeconds=900)
    assert sts.get("errorCode") is None
    known = real("AssumeRole")
    assert set(sts) == set(known) - _TLS
    for name in ("requestParameters", "userIdentity"):
        assert types(sts[name]) == types(known[name])
    assert set(sts["responseElements"]) - {"packedPolicySize"} == set(known["responseElements"])
    assert types(sts["responseElements"]["credentials"]) == types(known["responseElements"]["credentials"])
    assert types(sts["resources"][0]) == types(known["resources"][0])


@pytest.mark.parametrize(
    ("name", "service", "call", "given"),
    [
        ("RunInstances", "ec2", "run_instances", {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}),
        ("DescribeInstanceAttribute", "ec2", "describe_instance_attribute",
         {"InstanceId": "i-0123456789abcdef0", "Attribute": "userData"}),
        ("LeaveOrganization", "organizations", "leave_organization", {}),
    ],
)  # fmt: skip
def test_a_denied_call_as_in_real_logs(lab: Lab, name: str, service: str, call: str, given: dict[str, Any]) -> None:
    """A denied call of a role session has the fields and the error code of a real one."""
    known, record = real(name), written(lab, service, call, "keith", **given)
    assert set(record) - {"additionalEventData"} == set(known) - _TLS
    assert record["errorCode"].removesuffix("Exception") == known["errorCode"].removesuffix("Exception")
    session, real_session = (each["userIdentity"]["sessionContext"] for each in (record, known))
    assert set(real_session) - set(session) <= {"webIdFederationData"}
    assert types(session["sessionIssuer"]) == types(real_session["sessionIssuer"])
    shared = set(record["requestParameters"] or {}) & set(known["requestParameters"] or {})
    assert {field: types(record["requestParameters"][field]) for field in shared - {"instancesSet"}} == {
        field: types(known["requestParameters"][field]) for field in shared - {"instancesSet"}
    }
    assert record["readOnly"] == known["readOnly"]


def test_iam_writes_show_their_answers(lab: Lab) -> None:
    """CreateUser and CreateRole show what they made, spelled and dated as IAM's events are; a read shows nothing."""
    user = written(lab, "iam", "create_user", UserName="eve", Tags=[{"Key": "team", "Value": "red"}])
    assert user["requestParameters"] == {"userName": "eve", "tags": [{"key": "team", "value": "red"}]}
    made = user["responseElements"]["user"]
    assert (made["userName"], made["arn"]) == ("eve", f"arn:aws:iam::{ACCOUNT}:user/eve")
    assert made["createDate"].count(",") == 1
    role = written(lab, "iam", "create_role", RoleName="Other", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert role["responseElements"]["role"]["assumeRolePolicyDocument"].startswith("%7B")
    assert written(lab, "iam", "get_role", RoleName="Other")["responseElements"] is None


def test_dangerous_answers_are_shown_in_part(lab: Lab) -> None:
    """What mints a secret shows the fields that real events show and no other."""
    key = written(lab, "iam", "create_access_key", UserName="keith")["responseElements"]["accessKey"]
    assert set(key) == {"accessKeyId", "status", "userName", "createDate"}
    profile = written(lab, "iam", "create_login_profile", UserName="mary", Password=_MADE_UP)
    assert profile["requestParameters"] == {"userName": "mary"}
    assert set(profile["responseElements"]["loginProfile"]) == {"userName", "createDate", "passwordResetRequired"}
    pair = written(lab, "ec2", "create_key_pair", KeyName="door")
    assert set(pair["responseElements"]) == {"requestId", "keyName", "keyFingerprint", "keyPairId"}


def test_contents_are_hidden(lab: Lab) -> None:
    """Parameters, secrets, messages and user data are hidden or left out, and stand nowhere in the events."""
    assert (
        written(lab, "ssm", "put_parameter", Name="p", Value=_MADE_UP, Type="String")["requestParameters"]["value"]
        == HIDDEN
    )
    secret = written(lab, "secretsmanager", "create_secret", Name="s", SecretString=_MADE_UP)
    assert set(secret["requestParameters"]) == {"name", "clientRequestToken"}
    read = written(lab, "secretsmanager", "get_secret_value", SecretId="s")
    assert (read["requestParameters"], read["responseElements"]) == ({"secretId": "s"}, None)
    run = written(lab, "ec2", "run_instances", ImageId="ami-1", MinCount=1, MaxCount=1, UserData=_MADE_UP)
    assert run["requestParameters"]["userData"] == "<sensitiveDataRemoved>"
    topic = written(lab, "sns", "create_topic", Name="t")["responseElements"]["topicArn"]
    written(lab, "sns", "publish", TopicArn=topic, Message=_MADE_UP)
    assert _MADE_UP not in json.dumps([event.record for event in lab.events()])


def test_s3_data_event(lab: Lab) -> None:
    """An object's event names object and bucket, how it was signed and how many bytes went out."""
    record = written(lab, "s3", "get_object", Bucket="analytics-data", Key="2026/orders.csv")
    assert record["resources"] == [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::analytics-data/2026/orders.csv"},
        {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::analytics-data"},
    ]
    added = record["additionalEventData"]
    assert (added["SignatureVersion"], added["AuthenticationMethod"]) == ("SigV4", "AuthHeader")
    assert (added["bytesTransferredIn"], added["bytesTransferredOut"]) == (0, 28)
    assert {"bucketName", "Host", "key"} == set(record["requestParameters"])
    assert (record["managementEvent"], record["eventCategory"]) == (False, "Data")


def test_presigned_reads_say_so_without_the_signature(lab: Lab) -> None:
    """A presigned read shows when and for how long it was signed, never its signature, key or token."""
    import urllib.request

    s3 = client(lab, "s3", lab.credentials("bob"))
    link = s3.generate_presigned_url("get_object", Params={"Bucket": "analytics-data", "Key": "2026/orders.csv"})
    urllib.request.urlopen(link).read()
    record = lab.events()[-1].record
    assert record["additionalEventData"]["AuthenticationMethod"] == "QueryString"
    shown = set(record["requestParameters"]) - {"bucketName", "Host", "key"}
    assert shown <= {"X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "Expires"}
    assert str(lab.credentials("bob").session_token) not in json.dumps(record)


def test_lambda_names_carry_a_version(lab: Lab) -> None:
    """Lambda's events are named with the version of its API, and LookupEvents finds them by that name."""
    assert written(lab, "lambda", "list_functions")["eventName"] == "ListFunctions20150331"
    lab.clock.advance(1)
    asked = {"AttributeKey": "EventName", "AttributeValue": "ListFunctions20150331"}
    trail = client(lab, "cloudtrail", lab.credentials("admin"))
    assert len(trail.lookup_events(LookupAttributes=[asked])["Events"]) == 1


def test_dynamodb_items_are_not_in_events(lab: Lab) -> None:
    """An item call names table and key, and of an item its attributes' names only."""
    put = written(lab, "dynamodb", "put_item", TableName="orders", Item={"id": {"S": "9"}, "note": {"S": _MADE_UP}})
    assert put["requestParameters"] == {"tableName": "orders", "items": ["id", "note"]}
    got = written(lab, "dynamodb", "get_item", TableName="orders", Key={"id": {"S": "9"}})
    assert got["requestParameters"] == {"tableName": "orders", "key": {"id": {"S": "9"}}}
    assert put["resources"][0]["ARN"] == f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
