"""Trails: log files in their buckets, of what they were told to log and while they were logging."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import answer_of, code_of
from tests.lab.trail.made import records_in
from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client

_DELAY = 60
_BUCKET = "trail-bucket"
# The rest of the five minutes in which something happened, and the trail's delay.
_LATER = 300 + _DELAY


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(seed=None, trail_delay=_DELAY) as opened:
        client(opened, "s3", opened.credentials("root")).create_bucket(Bucket=_BUCKET)
        yield opened


def service(lab: Lab, name: str, region: str = "") -> Any:
    return client(lab, name, lab.credentials("root"), region)


def start(lab: Lab, name: str = "trail", **given: Any) -> Any:
    """A trail that logs."""
    trails = service(lab, "cloudtrail")
    trails.create_trail(Name=name, S3BucketName=_BUCKET, **given)
    trails.start_logging(Name=name)
    return trails


def keys(lab: Lab, prefix: str = "") -> list[str]:
    found = service(lab, "s3").list_objects_v2(Bucket=_BUCKET, Prefix=prefix).get("Contents", [])
    return [each["Key"] for each in found]


def logged(lab: Lab, prefix: str = "") -> list[str]:
    """The names of the events in the bucket, once all is delivered."""
    lab.clock.advance(_LATER)
    s3 = service(lab, "s3")
    names = []
    for key in keys(lab, prefix):
        names += [record["eventName"] for record in records_in(s3.get_object(Bucket=_BUCKET, Key=key)["Body"].read())]
    return names


def test_files_lie_where_cloudtrail_puts_them(lab: Lab) -> None:
    """The key has prefix, account, region, day and a name with the minute, and the file holds the records."""
    start(lab, S3KeyPrefix="logs")
    lab.clock.advance(_LATER)
    (key,) = keys(lab)
    name = rf"{ACCOUNT}_CloudTrail_us-east-1_\d{{8}}T\d{{4}}Z_[0-9A-Za-z]{{16}}\.json\.gz"
    assert re.fullmatch(rf"logs/AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d/{name}", key)
    (record,) = records_in(service(lab, "s3").get_object(Bucket=_BUCKET, Key=key)["Body"].read())
    assert (record["eventName"], record["recipientAccountId"]) == ("StartLogging", ACCOUNT)


def test_files_come_late_and_once(lab: Lab) -> None:
    """Nothing is there before the five minutes and the delay are over; later reads find no second copy."""
    start(lab)
    lab.clock.advance(_DELAY - 1)
    assert keys(lab) == []
    lab.clock.advance(301)
    service(lab, "iam").list_roles()
    assert logged(lab).count("StartLogging") == 1
    assert logged(lab).count("ListRoles") == 1


def test_a_stopped_trail_hears_nothing(lab: Lab) -> None:
    """The call that stops a trail is the last one in it, and logging goes on once it is started again."""
    trails = start(lab)
    trails.stop_logging(Name="trail")
    service(lab, "iam").list_roles()
    trails.start_logging(Name="trail")
    service(lab, "iam").list_users()
    assert logged(lab) == ["StartLogging", "StopLogging", "StartLogging", "ListUsers"]
    status = trails.get_trail_status(Name="trail")
    assert status["StopLoggingTime"] <= status["StartLoggingTime"] <= status["LatestDeliveryTime"]


def test_a_deleted_trail_gets_its_last_files(lab: Lab) -> None:
    """Events logged before a trail was deleted are delivered, the deletion among them, and nothing after it."""
    start(lab).delete_trail(Name="trail")
    service(lab, "iam").list_roles()
    assert logged(lab) == ["StartLogging", "DeleteTrail"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"ReadWriteType": "WriteOnly"}, ["CreateUser"]),
        ({"ReadWriteType": "ReadOnly"}, ["ListRoles"]),
        ({"IncludeManagementEvents": False}, []),
        ({"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, ["CreateUser", "ListRoles"]),
        ({"IncludeManagementEvents": False, "DataResources": [
            {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::plain-bucket/a"]}]}, ["PutObject"]),
        ({"IncludeManagementEvents": False, "DataResources": [
            {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::plain-bucket/"]}]}, ["PutObject", "PutObject"]),
        ({"IncludeManagementEvents": False, "ReadWriteType": "ReadOnly", "DataResources": [
            {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::plain-bucket/"]}]}, []),
    ],
)  # fmt: skip
def test_selectors(lab: Lab, selector: dict[str, Any], expected: list[str]) -> None:
    """A trail logs what its selector takes: reads or writes, management events or not, objects below a prefix."""
    service(lab, "s3").create_bucket(Bucket="plain-bucket")
    trails = start(lab)
    trails.put_event_selectors(TrailName="trail", EventSelectors=[selector])
    service(lab, "iam").create_user(UserName="eve")
    service(lab, "iam").list_roles()
    for key in ("a", "b"):
        service(lab, "s3").put_object(Bucket="plain-bucket", Key=key, Body=b"1")
    ours = {"CreateUser", "ListRoles", "PutObject"}
    assert [name for name in logged(lab) if name in ours] == expected


def test_advanced_selectors(lab: Lab) -> None:
    """Fields must all fit, values are alternatives, and `Not` forbids."""
    service(lab, "s3").create_bucket(Bucket="plain-bucket")
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::plain-bucket/"], "NotEndsWith": [".tmp"]},
    ]
    trails = start(lab)
    trails.put_event_selectors(TrailName="trail", AdvancedEventSelectors=[{"Name": "n", "FieldSelectors": fields}])
    for key in ("a.csv", "b.tmp"):
        service(lab, "s3").put_object(Bucket="plain-bucket", Key=key, Body=b"1")
    service(lab, "iam").list_roles()
    assert logged(lab) == ["StartLogging", "PutObject"]


def test_what_cannot_be_judged_is_refused(lab: Lab) -> None:
    """A selector or a trail that asks for what the lab does not do is NotImplemented, and nothing is stored."""
    trails = start(lab)
    field = [{"Field": "userIdentity.type", "Equals": ["Root"]}]
    asked: tuple[tuple[Any, dict[str, Any]], ...] = (
        (trails.put_event_selectors, {"TrailName": "trail", "AdvancedEventSelectors": [{"FieldSelectors": field}]}),
        (trails.create_trail, {"Name": "other", "S3BucketName": _BUCKET, "EnableLogFileValidation": True}),
        (trails.update_trail, {"Name": "trail", "KmsKeyId": "alias/k"}),
        (trails.put_insight_selectors, {"TrailName": "trail", "InsightSelectors": []}),
    )
    for call, given in asked:
        assert answer_of(call, **given)[:2] == ("NotImplemented", 501)
    assert [each["Name"] for each in trails.list_trails()["Trails"]] == ["trail"]


def test_regions(lab: Lab) -> None:
    """A trail of one region logs that region, a multi-region trail all of them, each in a folder of its own."""
    start(lab)
    service(lab, "sts", "eu-west-1").get_caller_identity()
    assert "GetCallerIdentity" not in logged(lab)
    start(lab, "all", S3KeyPrefix="all", IsMultiRegionTrail=True)
    service(lab, "sts", "eu-west-1").get_caller_identity()
    assert logged(lab, f"all/AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/") == ["GetCallerIdentity"]


def test_global_services_may_be_left_out(lab: Lab) -> None:
    """Without global service events a trail logs no IAM call."""
    start(lab, IncludeGlobalServiceEvents=False)
    service(lab, "iam").list_roles()
    service(lab, "s3").list_buckets()
    assert logged(lab) == ["StartLogging", "ListBuckets"]


def test_a_bucket_that_is_gone(lab: Lab) -> None:
    """GetTrailStatus names the error, calls go on, and the files come once the bucket is there again."""
    trails = start(lab)
    s3 = service(lab, "s3")
    s3.delete_bucket(Bucket=_BUCKET)
    lab.clock.advance(_LATER)
    assert code_of(trails.describe_trails) == "OK"
    assert trails.get_trail_status(Name="trail")["LatestDeliveryError"] == "NoSuchBucket"
    s3.create_bucket(Bucket=_BUCKET)
    lab.clock.advance(_LATER)
    assert logged(lab)[0] == "StartLogging"
    assert "LatestDeliveryError" not in trails.get_trail_status(Name="trail")


def test_status_of_no_trail(lab: Lab) -> None:
    """A trail that is not there has no status."""
    assert code_of(service(lab, "cloudtrail").get_trail_status, Name="none") == "TrailNotFoundException"


def test_an_organization_trail() -> None:
    """It logs the member accounts too, below the organization's id."""
    with Lab(seed=None, accounts=2, trail_delay=_DELAY) as lab:
        service(lab, "s3").create_bucket(Bucket=_BUCKET)
        start(lab, IsOrganizationTrail=True, IsMultiRegionTrail=True)
        member = lab.accounts[1]
        client(lab, "iam", lab.credentials(f"root-{member}")).list_roles()
        organization = service(lab, "organizations").describe_organization()["Organization"]["Id"]
        assert logged(lab, f"AWSLogs/{organization}/{member}/CloudTrail/us-east-1/") == ["ListRoles"]
