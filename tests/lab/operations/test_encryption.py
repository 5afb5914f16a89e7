"""Every attribute of moto's models that tells a thing's key, asked of things that really stand in moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.operations.encryption import encrypted_by, key_account


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def key(lab: Lab) -> str:
    return str(client(lab, "kms", lab.credentials("root")).create_key()["KeyMetadata"]["KeyId"])


def of(lab: Lab, service: str) -> Any:
    return client(lab, service, lab.credentials("root"))


def test_objects(lab: Lab, key: str) -> None:
    """An object is sealed when any version of it is, or when its bucket would seal a new one."""
    s3 = of(lab, "s3")
    for bucket in ("plain", "sealing"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="plain", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="plain", Key="open", Body=b"-")
    s3.put_object(Bucket="plain", Key="once", Body=b"-", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    s3.put_object(Bucket="plain", Key="once", Body=b"-")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket="sealing", ServerSideEncryptionConfiguration={"Rules": [rule]})
    names = ("plain/open", "plain/once", "sealing/new", "plain", "none/k")
    found = [encrypted_by(f"arn:aws:s3:::{name}") is not None for name in names]
    assert found == [False, True, True, False, False]


def test_queues_topics_and_secrets(lab: Lab, key: str) -> None:
    """The key is the one that was chosen; a secret's default key counts as none."""
    of(lab, "sqs").create_queue(QueueName="open")
    of(lab, "sqs").create_queue(QueueName="sealed", Attributes={"KmsMasterKeyId": key})
    queue, topic = f"arn:aws:sqs:us-east-1:{ACCOUNT}:", of(lab, "sns").create_topic(Name="open")["TopicArn"]
    sealed = of(lab, "sns").create_topic(Name="sealed", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    secrets = of(lab, "secretsmanager")
    mine = secrets.create_secret(Name="sealed", SecretString="-", KmsKeyId=key)["ARN"]
    default = secrets.create_secret(Name="open", SecretString="-")["ARN"]
    assert [encrypted_by(arn) for arn in (f"{queue}sealed", sealed, mine)] == [key] * 3
    assert [encrypted_by(arn) for arn in (f"{queue}open", topic, default, "*", f"{queue}none")] == [None] * 5


def test_the_account_of_a_key(lab: Lab, key: str) -> None:
    """A key is found by its id in its own region only."""
    assert (key_account(key, "us-east-1"), key_account(key, "eu-west-1")) == (ACCOUNT, None)
    assert key_account("none", "us-east-1") is None
