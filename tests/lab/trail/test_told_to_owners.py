"""Calls on another account's things over HTTP: whom CloudTrail tells, and what each account's trail takes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import SECOND, administrator
from tests.lab.acting import code_of
from tests.lab.trail.made import records_in
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

_OBJECTS = {"IncludeManagementEvents": False, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2, trail_delay=0) as opened:
        yield opened


@pytest.fixture
def boss(lab: Lab) -> Credentials:
    return administrator(lab, SECOND)


@pytest.fixture
def asker(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


def opened(service: str, *resources: str, action: str = "*") -> str:
    """A policy that opens these to both accounts."""
    principal = {"AWS": [f"arn:aws:iam::{account}:root" for account in (ACCOUNT, SECOND)]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": f"{service}:{action}"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": list(resources)}]})


def open_bucket(lab: Lab, boss: Credentials) -> None:
    """A bucket of the second account that the first may use."""
    s3 = client(lab, "s3", boss)
    s3.create_bucket(Bucket="open")
    s3.put_bucket_policy(Bucket="open", Policy=opened("s3", "arn:aws:s3:::open", "arn:aws:s3:::open/*"))


def trail(lab: Lab, credentials: Credentials, bucket: str, selector: dict[str, Any] | None = None) -> None:
    """A trail into a bucket of the same account."""
    client(lab, "s3", credentials).create_bucket(Bucket=bucket)
    trails = client(lab, "cloudtrail", credentials)
    trails.create_trail(Name="trail", S3BucketName=bucket)
    if selector:
        trails.put_event_selectors(TrailName="trail", EventSelectors=[selector])
    trails.start_logging(Name="trail")


def logged(lab: Lab, credentials: Credentials, bucket: str, name: str) -> list[dict[str, Any]]:
    """The records of that name in the trail's bucket, once all is delivered."""
    lab.clock.advance(600)
    s3 = client(lab, "s3", credentials)
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    records = [record for key in keys for record in records_in(s3.get_object(Bucket=bucket, Key=key)["Body"].read())]
    return [record for record in records if record["eventName"] == name]


def looked_up(lab: Lab, credentials: Credentials, name: str) -> list[dict[str, Any]]:
    """The records of that name in the account's event history."""
    asked = [{"AttributeKey": "EventName", "AttributeValue": name}]
    lab.clock.advance(1)  # the calls are throttled
    found = client(lab, "cloudtrail", credentials).lookup_events(LookupAttributes=asked)["Events"]
    return [json.loads(each["CloudTrailEvent"]) for each in found]


def test_each_trail_takes_its_own_copy(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """A data event goes into the owner's trail and the caller's where they select it, with one id that both share."""
    open_bucket(lab, boss)
    trail(lab, boss, "owners-logs", _OBJECTS)
    trail(lab, asker, "callers-logs", _OBJECTS)
    client(lab, "s3", asker).put_object(Bucket="open", Key="k", Body=b"-")
    (theirs,), (own,) = (
        [each for each in logged(lab, who, bucket, "PutObject") if "sharedEventID" in each]
        for who, bucket in ((boss, "owners-logs"), (asker, "callers-logs"))
    )
    assert (theirs["recipientAccountId"], own["recipientAccountId"]) == (SECOND, ACCOUNT)
    assert theirs["sharedEventID"] == own["sharedEventID"]
    assert theirs["eventID"] != own["eventID"]
    assert set(theirs["userIdentity"]) == {"type", "principalId", "accountId"}
    assert (theirs["userIdentity"]["type"], own["userIdentity"]["type"]) == ("AWSAccount", "IAMUser")
    assert theirs["resources"] == own["resources"]
    assert theirs["resources"][1]["accountId"] == SECOND


def test_a_trail_of_management_events_takes_no_objects(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """The caller's trail that selects no data events has none of it, and the owner's that does has."""
    open_bucket(lab, boss)
    trail(lab, boss, "owners-logs", _OBJECTS)
    trail(lab, asker, "callers-logs")
    client(lab, "s3", asker).put_object(Bucket="open", Key="k", Body=b"-")
    assert len(logged(lab, boss, "owners-logs", "PutObject")) == 1
    assert logged(lab, asker, "callers-logs", "PutObject") == []


def test_a_key_used_from_outside_is_in_both_histories(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """A use of a key is a management event of its owner and of its user; a refused one is the user's alone."""
    kms = client(lab, "kms", boss)
    key = kms.create_key(Policy=opened("kms", "*"))["KeyMetadata"]["Arn"]
    closed = kms.create_key()["KeyMetadata"]["Arn"]
    outside = client(lab, "kms", asker)
    sealed = outside.encrypt(KeyId=key, Plaintext=b"-")["CiphertextBlob"]
    outside.decrypt(CiphertextBlob=sealed)
    assert code_of(outside.encrypt, KeyId=closed, Plaintext=b"-") == "AccessDeniedException"
    for name in ("Encrypt", "Decrypt"):
        (theirs,) = looked_up(lab, boss, name)
        own = next(each for each in looked_up(lab, asker, name) if "errorCode" not in each)
        assert theirs["sharedEventID"] == own["sharedEventID"]
        assert theirs["userIdentity"]["accountId"] == ACCOUNT
    assert "errorCode" in looked_up(lab, asker, "Encrypt")[0]


def test_what_failed_is_told_what_was_refused_is_not(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """An allowed read of an object that is not there is told to the owner; a refused one to the caller only."""
    open_bucket(lab, boss)
    client(lab, "s3", boss).create_bucket(Bucket="closed")
    s3 = client(lab, "s3", asker)
    assert code_of(s3.get_object, Bucket="open", Key="none") == "NoSuchKey"
    assert code_of(s3.get_object, Bucket="closed", Key="none") == "AccessDenied"
    recipients = [(e.record["errorCode"], e.account) for e in lab.events() if e.name == "GetObject"]
    assert recipients == [("NoSuchKey", ACCOUNT), ("NoSuchKey", SECOND), ("AccessDenied", ACCOUNT)]


def test_a_queues_event_names_its_owner(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """The resource of a message sent to another account's queue is that account's queue, and it is told."""
    url = client(lab, "sqs", boss).create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{SECOND}:q"
    text = opened("SQS", arn, action="SendMessage")
    client(lab, "sqs", boss).set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    client(lab, "sqs", asker).send_message(QueueUrl=url, MessageBody="-")
    first, second = lab.events()[-2:]
    assert (first.account, second.account) == (ACCOUNT, SECOND)
    assert first.record["resources"] == [{"accountId": SECOND, "type": "AWS::SQS::Queue", "ARN": arn}]


def test_a_copy_is_told_to_the_sources_owner(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """A copy out of another account's bucket into the caller's own is told to the owner of what was read."""
    open_bucket(lab, boss)
    client(lab, "s3", boss).put_object(Bucket="open", Key="k", Body=b"-")
    s3 = client(lab, "s3", asker)
    s3.create_bucket(Bucket="mine")
    s3.copy_object(Bucket="mine", Key="k", CopySource={"Bucket": "open", "Key": "k"})
    assert [event.account for event in lab.events() if event.name == "CopyObject"] == [ACCOUNT, SECOND]
