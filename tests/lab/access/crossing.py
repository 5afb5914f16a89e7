"""Things of one account with a policy, and how another account's principals ask for them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import msgspec

from tests.lab.accounts.guarding import SECOND, THIRD
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

OWNER, CALLER = SECOND, THIRD
Call = Callable[[Any], Any]


class Door(msgspec.Struct, frozen=True):
    """A thing of the owner's: its service and ARN, a call on it, and how its policy is written."""

    service: str
    arn: str
    knock: Call
    write: Callable[[Any, str], Any]


def statement(effect: str, door: Door, principal: Any, **more: Any) -> dict[str, Any]:
    """A statement on all of the door."""
    resource = [door.arn, f"{door.arn}/*"] if door.service == "s3" else door.arn
    resource = "*" if door.service == "kms" else resource
    actions = _ACTIONS.get(door.service, f"{door.service}:*")
    return {"Effect": effect, "Principal": principal, "Action": actions, "Resource": resource, **more}


_ACTIONS = {"sqs": ["SQS:SendMessage", "SQS:ReceiveMessage"], "sns": ["SNS:Publish", "SNS:GetTopicAttributes"]}


def document(*statements: dict[str, Any]) -> str:
    """A policy of these."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _owned(door: Door, text: str) -> str:
    """A key's policy keeps its owner in."""
    held = json.loads(text)
    if door.service == "kms":
        root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWNER}:root"}, "Action": "kms:*"}
        held["Statement"].append({**root, "Resource": "*"})
    return json.dumps(held)


def open_door(lab: Lab, door: Door, boss: Credentials, *statements: dict[str, Any]) -> None:
    """Write the door's policy as its owner."""
    door.write(client(lab, door.service, boss), _owned(door, document(*statements)))


def doors(lab: Lab, boss: Credentials) -> dict[str, Door]:
    """One of each service whose policy is a document."""

    def of(service: str) -> Any:
        return client(lab, service, boss)

    of("s3").create_bucket(Bucket="owned")
    of("s3").put_object(Bucket="owned", Key="k", Body=b"theirs")
    url = of("sqs").create_queue(QueueName="owned")["QueueUrl"]
    topic = of("sns").create_topic(Name="owned")["TopicArn"]
    key = of("kms").create_key()["KeyMetadata"]["Arn"]
    own = of("kms").create_key()["KeyMetadata"]["KeyId"]
    secret = of("secretsmanager").create_secret(Name="owned", SecretString="-", KmsKeyId=own)["ARN"]
    return {
        "s3": Door("s3", "arn:aws:s3:::owned", lambda c: c.get_object(Bucket="owned", Key="k"),
                   lambda c, text: c.put_bucket_policy(Bucket="owned", Policy=text)),
        "sqs": Door("sqs", f"arn:aws:sqs:us-east-1:{OWNER}:owned",
                    lambda c: c.send_message(QueueUrl=url, MessageBody="-"),
                    lambda c, text: c.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})),
        "sns": Door("sns", topic, lambda c: c.publish(TopicArn=topic, Message="-"),
                    lambda c, text: c.set_topic_attributes(
                        TopicArn=topic, AttributeName="Policy", AttributeValue=text)),
        "kms": Door("kms", key, lambda c: c.encrypt(KeyId=key, Plaintext=b"-"),
                    lambda c, text: c.put_key_policy(KeyId=key, PolicyName="default", Policy=text)),
        "secretsmanager": Door("secretsmanager", secret, lambda c: c.describe_secret(SecretId=secret),
                               lambda c, text: c.put_resource_policy(SecretId=secret, ResourcePolicy=text)),
    }  # fmt: skip


def function(lab: Lab, boss: Credentials, role: str) -> str:
    """The ARN of a function of the owner's."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    made = client(lab, "lambda", boss).create_function(
        FunctionName="owned", Runtime="python3.11", Role=role, Handler="main.run", Code={"ZipFile": code.getvalue()}
    )
    return str(made["FunctionArn"])
