"""Two accounts over HTTP: nobody reads another account's things, since no resource policy is judged yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import answer_of, code_of
from unassume.lab import Lab
from unassume.lab.clients import client


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def things(lab: Lab) -> dict[str, Any]:
    """What the first account has."""
    root = lab.credentials("root")
    client(lab, "s3", root).create_bucket(Bucket="first-data")
    client(lab, "s3", root).put_object(Bucket="first-data", Key="k", Body=b"x")
    return {
        "queue": client(lab, "sqs", root).create_queue(QueueName="first")["QueueUrl"],
        "key": client(lab, "kms", root).create_key()["KeyMetadata"]["Arn"],
        "secret": client(lab, "secretsmanager", root).create_secret(Name="s", SecretString="x")["ARN"],
        "topic": client(lab, "sns", root).create_topic(Name="t")["TopicArn"],
    }


def test_no_way_into_another_account(lab: Lab, things: dict[str, Any]) -> None:
    """The second account's root may read no bucket, queue, key, secret or topic of the first; the first's own may."""
    other = lab.credentials(next(name for name in lab.profiles if name != "root"))
    calls = [
        ("s3", "get_object", {"Bucket": "first-data", "Key": "k"}),
        ("sqs", "receive_message", {"QueueUrl": things["queue"]}),
        ("kms", "describe_key", {"KeyId": things["key"]}),
        ("secretsmanager", "get_secret_value", {"SecretId": things["secret"]}),
        ("sns", "publish", {"TopicArn": things["topic"], "Message": "x"}),
    ]
    for service, call, given in calls:
        assert code_of(getattr(client(lab, service, lab.credentials("root")), call), **given) == "OK"
        code, _, message = answer_of(getattr(client(lab, service, other), call), **given)
        assert code != "OK"
        assert "because no resource-based policy allows the" in message
