"""Trails in S3 buckets, listed and read over HTTP from the lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from unassume.aws.buckets import BucketBlobs
from unassume.aws.connection import Connection
from unassume.errors import InputError
from unassume.lab import Lab
from unassume.lab.clients import client
from unassume.lab.seeds.bob_mary_keith import play
from unassume.steps.sessions import sessions
from unassume.trail.layout import may_hold
from unassume.wiring import connect

BUCKET = "trails-of-the-house"
SINCE, UNTIL = datetime(2026, 11, 23, 1, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
DAY = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/{}/a.json"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, regions=("us-east-1",)) as served:
        s3 = client(served, "s3", served.credentials("root"))
        s3.create_bucket(Bucket=BUCKET)
        for day in ("19", "23", "24"):
            s3.put_object(Bucket=BUCKET, Key=DAY.format(day), Body=json.dumps({"Records": []}).encode())
        s3.put_object(Bucket=BUCKET, Key="AWSLogs/notes.txt", Body=b"hello")
        s3.put_object(Bucket=BUCKET, Key="AWSLogs/folder/", Body=b"")
        yield served


@pytest.fixture
def blobs(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> BucketBlobs:
    held = lab.credentials("root")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", held.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", held.secret_access_key)
    return BucketBlobs(Connection(lab.clock, region="us-east-1", endpoint_url=lab.endpoint_url))


def test_only_folders_of_the_window_are_listed(blobs: BucketBlobs) -> None:
    """Days that cannot hold events of the window are never listed; empty placeholders of folders are no objects."""
    names = list(blobs.names(f"s3://{BUCKET}/AWSLogs/", lambda name: may_hold(name, SINCE, UNTIL)))
    assert names == [f"s3://{BUCKET}/AWSLogs/notes.txt", *(f"s3://{BUCKET}/{DAY.format(day)}" for day in ("23", "24"))]
    assert len(list(blobs.names(f"s3://{BUCKET}"))) == 4


def test_an_object_is_read(blobs: BucketBlobs) -> None:
    """Its bytes, whole."""
    assert blobs.read(f"s3://{BUCKET}/AWSLogs/notes.txt") == b"hello"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("s3://no-such-bucket-here/AWSLogs", "there is no bucket `no-such-bucket-here`"),
        ("s3://", "names no bucket"),
        ("s3:///AWSLogs", "names no bucket"),
    ],
)
def test_a_place_that_is_none(blobs: BucketBlobs, place: str, said: str) -> None:
    """Bad input, in one line."""
    with pytest.raises(InputError, match=said):
        list(blobs.names(place))


def test_an_object_that_is_not_there(blobs: BucketBlobs) -> None:
    """It may have been removed since it was listed: bad input that names it."""
    with pytest.raises(InputError, match=r"missing\.json` cannot be read"):
        blobs.read(f"s3://{BUCKET}/missing.json")


def test_a_trail_s_bucket_tells_who_is_in_there(lab: Lab, blobs: BucketBlobs) -> None:
    """What the lab's own CloudTrail delivered to a bucket shows the sessions that were minted once it logged."""
    held = lab.credentials("root")
    s3, trails = (client(lab, service, held) for service in ("s3", "cloudtrail"))
    s3.create_bucket(Bucket="delivered-here")
    trails.create_trail(Name="all", S3BucketName="delivered-here")
    trails.start_logging(Name="all")
    play(lab, 60)
    lab.clock.advance(3600)
    place = "s3://delivered-here/AWSLogs"
    world = connect(region="us-east-1", endpoint_url=lab.endpoint_url, clock=lab.clock, trails=(place,))
    roster = sessions(world)
    assert {one.session_name for one in roster.sessions} == {"bob", "mary", "keith"}
    assert roster.coverage.gaps == ()
