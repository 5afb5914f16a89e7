"""Calls across accounts are told to both, and the other account sees little of the caller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.acting import allow, assume, code_of
from unassume.iam.principals import User
from unassume.lab import Credentials, Lab
from unassume.lab.access.callers import Caller
from unassume.lab.clients import client
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.events import Happening, write_events


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def ann(lab: Lab) -> Credentials:
    """A user of the first account who may assume any role; the second account's role trusts the first."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=allow(["sts:*", "s3:*", "cloudtrail:*"]))
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{lab.accounts[0]}:root"},
        "Action": "sts:AssumeRole",
    }
    there = client(lab, "iam", lab.credentials(f"root-{lab.accounts[1]}"))
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    there.create_role(RoleName="Guest", AssumeRolePolicyDocument=text)
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def test_assume_role_is_told_to_both(lab: Lab, ann: Credentials) -> None:
    """Two records share an id; the role's account learns the caller's principal id and account only."""
    home, away = lab.accounts
    assume(lab, ann, f"arn:aws:iam::{away}:role/Guest", "visit")
    first, second = (event for event in lab.events()[-2:])
    assert first.record["sharedEventID"] == second.record["sharedEventID"]
    assert first.id != second.id == second.record["eventID"]
    assert (first.record["recipientAccountId"], second.record["recipientAccountId"]) == (home, away)
    assert first.record["userIdentity"]["type"] == "IAMUser"
    principal = first.record["userIdentity"]["principalId"]
    assert second.record["userIdentity"] == {"type": "AWSAccount", "principalId": principal, "accountId": home}
    same = set(first.record) - {"eventID", "recipientAccountId", "userIdentity"}
    assert all(first.record[name] == second.record[name] for name in same)


def test_each_account_looks_up_its_own(lab: Lab, ann: Credentials) -> None:
    """LookupEvents of an account shows its own copy, and the copy names no user and no key of the caller."""
    key = assume(lab, ann, f"arn:aws:iam::{lab.accounts[1]}:role/Guest", "visit").access_key_id
    found: list[dict[str, Any]] = []
    for profile in ("root", f"root-{lab.accounts[1]}"):
        trail = client(lab, "cloudtrail", lab.credentials(profile))
        asked = {"AttributeKey": "ResourceName", "AttributeValue": key}
        found += trail.lookup_events(LookupAttributes=[asked])["Events"]
    assert [json.loads(each["CloudTrailEvent"])["recipientAccountId"] for each in found] == list(lab.accounts)
    assert ("Username" in found[1], "AccessKeyId" in found[1]) == (False, False)


def test_a_refused_call_stays_at_home(lab: Lab, ann: Credentials) -> None:
    """An AssumeRole that is refused leaves one record, without parameters."""
    before = len(lab.events())
    sts = client(lab, "sts", ann)
    assert code_of(sts.assume_role, RoleArn=f"arn:aws:iam::{lab.accounts[1]}:role/None", RoleSessionName="x2") != "OK"
    (event,) = lab.events()[before:]
    assert ("sharedEventID" in event.record, event.record["requestParameters"]) == (False, None)


def test_a_bucket_of_another_account(lab: Lab, ann: Credentials) -> None:
    """An allowed call on another account's bucket is told to its owner too; the record says who that is."""
    home, away = lab.accounts
    client(lab, "s3", lab.credentials(f"root-{away}")).create_bucket(Bucket="their-bucket")
    user = User(partition="aws", account=home, arn=f"arn:aws:iam::{home}:user/ann", id="AIDA1", name="ann")
    what = Happening("id", "request", lab.clock.now(), "us-east-1", "127.0.0.1", "test")
    operation = Operation("s3", "s3", "ListObjects", {"Bucket": "their-bucket"})
    first, second = write_events(Caller(ann.access_key_id, home, user), operation, what)
    assert (first.account, second.account) == (home, away)
    assert first.record["resources"][1]["accountId"] == away
    assert second.record["userIdentity"] == {"type": "AWSAccount", "principalId": "AIDA1", "accountId": home}
