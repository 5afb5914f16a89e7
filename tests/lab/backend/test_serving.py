"""What is done across accounts over HTTP, and what is refused because it would not be done right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import SECOND, THIRD, administrator
from tests.lab.acting import answer_of, code_of
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

OWNER, CALLER = SECOND, THIRD
_EVERYBODY = {"AWS": f"arn:aws:iam::{CALLER}:root"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=3) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, OWNER)


@pytest.fixture(scope="module")
def asker(lab: Lab) -> Credentials:
    return administrator(lab, CALLER)


def policy(service: str, *resources: str) -> str:
    """A policy that opens all of these to the other account; a key's keeps its owner in."""
    statement = {"Effect": "Allow", "Action": f"{service}:*", "Resource": list(resources)}
    principals: Any = [_EVERYBODY, {"AWS": f"arn:aws:iam::{OWNER}:root"}]
    statements = [{**statement, "Principal": each} for each in principals]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="module")
def bucket(lab: Lab, boss: Credentials) -> str:
    """A bucket that is open to the other account."""
    s3 = client(lab, "s3", boss)
    s3.create_bucket(Bucket="open")
    s3.put_bucket_policy(Bucket="open", Policy=policy("s3", "arn:aws:s3:::open", "arn:aws:s3:::open/*"))
    return "open"


def test_objects_belong_to_the_bucket(lab: Lab, boss: Credentials, asker: Credentials, bucket: str) -> None:
    """What another account writes is the bucket owner's to list and to read."""
    theirs = client(lab, "s3", asker)
    theirs.put_object(Bucket=bucket, Key="from-outside", Body=b"hello")
    mine = client(lab, "s3", boss)
    assert mine.get_object(Bucket=bucket, Key="from-outside")["Body"].read() == b"hello"
    assert bucket not in [each["Name"] for each in theirs.list_buckets()["Buckets"]]


def test_a_copy_is_judged_on_both_sides(lab: Lab, boss: Credentials, asker: Credentials, bucket: str) -> None:
    """A copy out of another account's bucket, and into it, is done; from one that is not open it is refused."""
    s3 = client(lab, "s3", asker)
    s3.create_bucket(Bucket="mine")
    s3.put_object(Bucket="mine", Key="a", Body=b"abc")
    s3.copy_object(Bucket=bucket, Key="in", CopySource={"Bucket": "mine", "Key": "a"})
    s3.copy_object(Bucket="mine", Key="out", CopySource={"Bucket": bucket, "Key": "in"})
    assert s3.get_object(Bucket="mine", Key="out")["Body"].read() == b"abc"
    client(lab, "s3", boss).create_bucket(Bucket="closed")
    client(lab, "s3", boss).put_object(Bucket="closed", Key="a", Body=b"-")
    refused = answer_of(s3.copy_object, Bucket="mine", Key="b", CopySource={"Bucket": "closed", "Key": "a"})
    assert "because no resource-based policy allows the s3:GetObject action" in refused[2]


def test_a_copy_of_tags_is_refused(lab: Lab, asker: Credentials, bucket: str) -> None:
    """A tagged object cannot be copied to another account, where its tags would be lost."""
    s3 = client(lab, "s3", asker)
    s3.create_bucket(Bucket="tagged")
    s3.put_object(Bucket="tagged", Key="a", Body=b"-", Tagging="a=b")
    source = {"Bucket": "tagged", "Key": "a"}
    assert answer_of(s3.copy_object, Bucket=bucket, Key="t", CopySource=source)[:2] == ("NotImplemented", 501)


def test_a_bucket_policy_is_its_accounts_own(lab: Lab, asker: Credentials, bucket: str) -> None:
    """Even who is allowed to may not read or change the policy of another account's bucket."""
    s3 = client(lab, "s3", asker)
    for call in (s3.get_bucket_policy, s3.delete_bucket_policy):
        assert answer_of(call, Bucket=bucket)[:2] == ("MethodNotAllowed", 405)


def test_the_expected_owner_is_asked(lab: Lab, asker: Credentials, bucket: str) -> None:
    """A call that expects another owner of the bucket is refused; one that expects the right one passes."""
    s3 = client(lab, "s3", asker)
    assert answer_of(s3.list_objects_v2, Bucket=bucket, ExpectedBucketOwner=CALLER)[:2] == ("AccessDenied", 403)
    assert code_of(s3.list_objects_v2, Bucket=bucket, ExpectedBucketOwner=OWNER) == "OK"


def test_keys_of_another_account_do_not_encrypt(lab: Lab, boss: Credentials, asker: Credentials, bucket: str) -> None:
    """S3 with a KMS key across accounts is refused, since nobody asks the key's policy."""
    key = client(lab, "kms", boss).create_key()["KeyMetadata"]["Arn"]
    s3, mine = client(lab, "s3", asker), client(lab, "s3", boss)
    sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "Body": b"-", "Key": "sealed"}
    mine.put_object(Bucket=bucket, **sealed)
    s3.create_bucket(Bucket="plain")
    refused = ("NotImplemented", 501)
    assert answer_of(s3.get_object, Bucket=bucket, Key="sealed")[:2] == refused
    assert answer_of(s3.put_object, Bucket=bucket, **sealed)[:2] == refused
    assert answer_of(s3.put_object, Bucket="plain", **sealed)[:2] == refused


def test_a_queue_is_found_by_its_owner(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """A message sent from outside lies in the owner's queue, not in the sender's of the same name."""
    queue = client(lab, "sqs", boss).create_queue(QueueName="shared")["QueueUrl"]
    text = json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": _EVERYBODY, "Resource": f"arn:aws:sqs:us-east-1:{OWNER}:shared",
            "Action": ["SQS:SendMessage", "SQS:GetQueueUrl"],
        }],
    })  # fmt: skip
    client(lab, "sqs", boss).set_queue_attributes(QueueUrl=queue, Attributes={"Policy": text})
    outside = client(lab, "sqs", asker)
    own = outside.create_queue(QueueName="shared")["QueueUrl"]
    found = outside.get_queue_url(QueueName="shared", QueueOwnerAWSAccountId=OWNER)["QueueUrl"]
    outside.send_message(QueueUrl=found, MessageBody="hello")
    assert client(lab, "sqs", boss).receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
    assert "Messages" not in outside.receive_message(QueueUrl=own)


def test_a_key_decrypts_for_another_account(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """A ciphertext names its own key, and nobody can be served with keys of two accounts at once."""
    kms = client(lab, "kms", boss)
    key = kms.create_key(Policy=policy("kms", "*"))["KeyMetadata"]["Arn"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    outside = client(lab, "kms", asker)
    assert outside.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
    own = outside.create_key()["KeyMetadata"]["KeyId"]
    answer = answer_of(outside.re_encrypt, CiphertextBlob=sealed, DestinationKeyId=own)
    assert answer[:2] == ("NotImplemented", 501)


def test_a_secret_needs_its_key(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """The value is read from outside only with a customer's key, and only when that key's policy allows it too."""
    secrets, kms = client(lab, "secretsmanager", boss), client(lab, "kms", boss)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = secrets.create_secret(Name="sealed", SecretString="x", KmsKeyId=key)["ARN"]
    default = secrets.create_secret(Name="default", SecretString="x")["ARN"]
    for arn in (sealed, default):
        secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy("secretsmanager", arn))
    outside = client(lab, "secretsmanager", asker)
    assert code_of(outside.get_secret_value, SecretId=default) == "InvalidRequestException"
    refused = answer_of(outside.get_secret_value, SecretId=sealed)
    assert (refused[0], refused[2]) == ("AccessDeniedException", "Access to KMS is not allowed")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy("kms", "*"))
    assert outside.get_secret_value(SecretId=sealed)["SecretString"] == "x"


def test_a_secret_is_written_under_a_whole_arn(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """From outside a new value is sealed only when the secret names its key by the ARN, which tells the account."""
    secrets = client(lab, "secretsmanager", boss)
    key = client(lab, "kms", boss).create_key(Policy=policy("kms", "*"))["KeyMetadata"]
    codes = []
    for name in (key["Arn"], key["KeyId"]):
        arn = secrets.create_secret(Name=f"s-{len(name)}", SecretString="x", KmsKeyId=name)["ARN"]
        secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy("secretsmanager", arn))
        codes.append(code_of(client(lab, "secretsmanager", asker).put_secret_value, SecretId=arn, SecretString="y"))
    assert codes == ["OK", "EncryptionFailure"]


def test_subscriptions_stay_at_home(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """A subscription to another account's topic is refused: it would be kept and delivered in the wrong account."""
    sns = client(lab, "sns", boss)
    topic = sns.create_topic(Name="open")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": _EVERYBODY, "Action": "SNS:Subscribe", "Resource": topic}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
    queue = f"arn:aws:sqs:us-east-1:{CALLER}:q"
    answer = answer_of(client(lab, "sns", asker).subscribe, TopicArn=topic, Protocol="sqs", Endpoint=queue)
    assert answer[:2] == ("NotImplemented", 501)


def test_the_root_is_never_locked_out(lab: Lab, boss: Credentials) -> None:
    """A bucket policy that denies everybody is still taken away by the root user of the bucket's account."""
    client(lab, "s3", boss).create_bucket(Bucket="locked")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::locked"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    client(lab, "s3", boss).put_bucket_policy(Bucket="locked", Policy=text)
    assert code_of(client(lab, "s3", boss).delete_bucket_policy, Bucket="locked") == "AccessDenied"
    root = client(lab, "s3", lab.credentials(f"root-{OWNER}"))
    assert code_of(root.list_objects_v2, Bucket="locked") == "AccessDenied"
    assert code_of(root.delete_bucket_policy, Bucket="locked") == "OK"
