"""Users and roles that go or are renamed, in the policies of every kind of resource that name them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import administrator, session
from tests.lab.acting import TRUST, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.accounts.resource_policies import resource_policy
from unassume.lab.clients import client

Made = tuple[str, Callable[[str], Any]]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


def _document(service: str, arn: str, principal: str) -> str:
    common = {"Effect": "Allow", "Action": f"{service}:*", "Resource": arn}
    statements = [{**common, "Principal": {"AWS": [ACCOUNT, principal]}}, {**common, "Principal": {"AWS": principal}}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _made(lab: Lab, boss: Credentials, service: str) -> Made:
    """A resource's ARN, and how a policy that names a principal is written for it."""
    made = client(lab, service, boss)
    match service:
        case "s3":
            made.create_bucket(Bucket="named")
            arn = "arn:aws:s3:::named"
            return arn, lambda who: made.put_bucket_policy(Bucket="named", Policy=_document("s3", arn, who))
        case "sqs":
            url = made.create_queue(QueueName="named")["QueueUrl"]
            arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:named"
            return arn, lambda who: made.set_queue_attributes(
                QueueUrl=url, Attributes={"Policy": _document("sqs", arn, who)}
            )
        case "sns":
            topic = made.create_topic(Name="named")["TopicArn"]
            return topic, lambda who: made.set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=_document("sns", topic, who)
            )
        case "kms":
            key = made.create_key()["KeyMetadata"]["Arn"]
            return key, lambda who: made.put_key_policy(
                KeyId=key, PolicyName="default", Policy=_document("kms", "*", who)
            )
        case "secretsmanager":
            secret = made.create_secret(Name="named", SecretString="-")["ARN"]
            return secret, lambda who: made.put_resource_policy(
                SecretId=secret, ResourcePolicy=_document("secretsmanager", secret, who)
            )
        case _:
            return _function(lab, boss), lambda who: made.add_permission(
                FunctionName="named", StatementId="s", Action="lambda:GetFunction", Principal=who
            )


def _function(lab: Lab, boss: Credentials) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m.py", "def h(event, context): return 1")
    role = _role(lab, boss, "runs")
    made = client(lab, "lambda", boss).create_function(
        FunctionName="named", Runtime="python3.12", Role=role, Handler="m.h", Code={"ZipFile": packed.getvalue()}
    )
    return str(made["FunctionArn"])


def _role(lab: Lab, boss: Credentials, name: str) -> str:
    iam = client(lab, "iam", boss)
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"])


@pytest.mark.parametrize("service", ["s3", "sqs", "sns", "kms", "secretsmanager", "lambda"])
def test_renamed_and_gone(lab: Lab, boss: Credentials, service: str) -> None:
    """A renamed user keeps its place under its new ARN; of one that is gone the unique id is left."""
    iam = client(lab, "iam", boss)
    name = f"first-{service}"
    made = iam.create_user(UserName=name)["User"]
    arn, write = _made(lab, boss, service)
    write(made["Arn"])
    assert f'"{made["Arn"]}"' in str(resource_policy(arn))
    iam.update_user(UserName=name, NewUserName=f"{name}-2")
    renamed = str(resource_policy(arn))
    assert f'"{made["Arn"]}-2"' in renamed
    assert f'"{made["Arn"]}"' not in renamed
    iam.delete_user(UserName=f"{name}-2")
    gone = str(resource_policy(arn))
    assert f'"{made["UserId"]}"' in gone
    assert made["Arn"] not in gone


def test_a_role_made_anew_is_somebody_else(lab: Lab, boss: Credentials) -> None:
    """A role of the same name as one that a policy named, and that is gone, is not let in."""
    iam, s3 = client(lab, "iam", boss), client(lab, "s3", boss)
    s3.create_bucket(Bucket="once")
    role = _role(lab, boss, "once")
    s3.put_bucket_policy(Bucket="once", Policy=_document("s3", "arn:aws:s3:::once", role))
    first, _ = session(lab, boss, role, "first")
    assert code_of(client(lab, "s3", first).list_objects_v2, Bucket="once") == "OK"
    iam.delete_role(RoleName="once")
    second, _ = session(lab, boss, _role(lab, boss, "once"), "second")
    assert code_of(client(lab, "s3", second).list_objects_v2, Bucket="once") == "AccessDenied"
