"""CloudTrail as the lab writes it and LookupEvents as it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.lab.acting import ROLE_ARN, answer_of, assume, code_of, reads
from unassume.lab import ACCOUNT, Lab, LabClock
from unassume.lab.clients import client
from unassume.lab.trail.events import FAKE_TOKEN, Event, expiration_text
from unassume.lab.trail.lookup import LabTrail

_DELAY = 300


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(trail_delay=_DELAY) as opened:
        opened.clock.advance(_DELAY)
        yield opened


def lookup(lab: Lab, **parameters: Any) -> dict[str, Any]:
    """One LookupEvents call, a lab-second after the one before."""
    lab.clock.advance(1)
    answer: dict[str, Any] = client(lab, "cloudtrail", lab.credentials("responder")).lookup_events(**parameters)
    return answer


def by(lab: Lab, key: str, value: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = lookup(lab, LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])[
        "Events"
    ]
    return events


def test_assume_role_event(lab: Lab) -> None:
    """The event of an AssumeRole has the shape of real ones, with no secret and a token that is not the token."""
    event = next(e for e in by(lab, "EventName", "AssumeRole") if e["Username"] == "keith")
    record = json.loads(event["CloudTrailEvent"])
    held = lab.credentials("keith")
    assert record["userIdentity"]["type"] == "IAMUser"
    assert record["requestParameters"] == {
        "roleArn": ROLE_ARN, "roleSessionName": "keith", "sourceIdentity": "keith", "durationSeconds": 43_200,
    }  # fmt: skip
    response = record["responseElements"]
    assert response["credentials"]["accessKeyId"] == held.access_key_id
    assert response["credentials"]["sessionToken"] == FAKE_TOKEN
    assert held.expires_at is not None
    assert response["credentials"]["expiration"] == expiration_text(held.expires_at)
    assert response["assumedRoleUser"]["arn"].endswith("/DataAnalyst/keith")
    assert response["sourceIdentity"] == "keith"
    assert (record["readOnly"], record["managementEvent"], record["awsRegion"]) == (True, True, "us-east-1")
    session_arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/DataAnalyst/keith"
    assert event["Resources"] == [
        {"ResourceType": "AWS::IAM::AccessKey", "ResourceName": held.access_key_id},
        {"ResourceType": "AWS::STS::AssumedRole", "ResourceName": session_arn},
        {"ResourceType": "AWS::IAM::Role", "ResourceName": ROLE_ARN},
    ]


def test_use_joins_its_issuance(lab: Lab) -> None:
    """creationDate of a use is the eventTime of the AssumeRole that issued the session."""
    issued = next(e for e in by(lab, "EventName", "AssumeRole") if e["Username"] == "keith")
    used = by(lab, "AccessKeyId", lab.credentials("keith").access_key_id)[0]
    context = json.loads(used["CloudTrailEvent"])["userIdentity"]["sessionContext"]
    assert context["attributes"]["creationDate"] == json.loads(issued["CloudTrailEvent"])["eventTime"]
    assert context["sourceIdentity"] == "keith"
    assert context["sessionIssuer"]["userName"] == "DataAnalyst"
    assert used["Username"] == "keith"


def test_every_attribute_selects(lab: Lab) -> None:
    """Each documented attribute finds the AssumeRole of Keith's session, or what shares the attribute with it."""
    key_id = lab.credentials("keith").access_key_id
    (issued,) = by(lab, "ResourceName", key_id)
    session_arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/DataAnalyst/keith"
    chosen = {
        "EventId": issued["EventId"],
        "EventName": "AssumeRole",
        "EventSource": "sts.amazonaws.com",
        "ReadOnly": "true",
        "Username": "keith",
        "ResourceName": session_arn,
        "ResourceType": "AWS::STS::AssumedRole",
        "AccessKeyId": lab.credentials("keith-user").access_key_id,
    }
    for key, value in chosen.items():
        found = by(lab, key, value)
        assert issued["EventId"] in {event["EventId"] for event in found}, key
    assert all(event["ReadOnly"] == "false" for event in by(lab, "ReadOnly", "false"))
    assert by(lab, "Username", "nobody") == []


def test_newest_first_and_paged(lab: Lab) -> None:
    """Pages of the size asked for hold every event once, newest first."""
    whole = lookup(lab)["Events"]
    times = [event["EventTime"] for event in whole]
    assert times == sorted(times, reverse=True)
    start = {"StartTime": whole[-1]["EventTime"], "EndTime": whole[0]["EventTime"], "MaxResults": 7}
    page = lookup(lab, **start)
    paged = page["Events"]
    while "NextToken" in page:
        page = lookup(lab, **start, NextToken=page["NextToken"])
        paged += page["Events"]
    assert [e["EventId"] for e in paged] == [e["EventId"] for e in whole]


def test_at_most_fifty_per_page(lab: Lab) -> None:
    """A page holds 50 events, and more may not be asked for."""
    iam = client(lab, "iam", lab.credentials("admin"))
    for _ in range(60):
        iam.get_role(RoleName="DataAnalyst")
    lab.clock.advance(_DELAY + 1)
    page = lookup(lab)
    assert (len(page["Events"]), "NextToken" in page) == (50, True)
    trail = client(lab, "cloudtrail", lab.credentials("admin"))
    trail.meta.events.register("before-call.cloudtrail", lambda params, **_: params.update(body=b'{"MaxResults": 51}'))
    assert code_of(trail.lookup_events) == "InvalidMaxResultsException"


def test_bad_questions(lab: Lab) -> None:
    """Two attributes, a foreign token and a reversed window are refused with AWS's names."""
    trail = client(lab, "cloudtrail", lab.credentials("responder"))
    one = {"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}
    now = lab.clock.now()
    asked = (
        ({"LookupAttributes": [one, one]}, "InvalidLookupAttributesException"),
        ({"NextToken": "no-token"}, "InvalidNextTokenException"),
        ({"StartTime": now, "EndTime": now - timedelta(hours=1)}, "InvalidTimeRangeException"),
    )
    for parameters, code in asked:
        lab.clock.advance(1)
        assert code_of(trail.lookup_events, **parameters) == code


def test_token_of_another_question(lab: Lab) -> None:
    """A NextToken goes with the parameters it was given for."""
    token = lookup(lab, MaxResults=1)["NextToken"]
    lab.clock.advance(1)
    trail = client(lab, "cloudtrail", lab.credentials("responder"))
    one = {"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}
    assert code_of(trail.lookup_events, LookupAttributes=[one], NextToken=token) == "InvalidNextTokenException"


def test_events_arrive_late(lab: Lab) -> None:
    """An event is seen the trail's delay after it happened; the lab's own record has it at once."""
    fresh = assume(lab, lab.credentials("bob-user"), ROLE_ARN, "bob")
    assert by(lab, "ResourceName", fresh.access_key_id) == []
    assert lab.events()[-2].record["responseElements"]["credentials"]["accessKeyId"] == fresh.access_key_id
    lab.clock.advance(_DELAY)
    assert len(by(lab, "ResourceName", fresh.access_key_id)) == 1


def test_data_events_are_kept_but_not_looked_up(lab: Lab) -> None:
    """S3 object calls and DynamoDB item calls are data events: LookupEvents has none of them."""
    assert reads(lab, lab.credentials("bob")) == "OK"
    client(lab, "dynamodb", lab.credentials("bob")).get_item(TableName="orders", Key={"id": {"S": "1"}})
    kept = [event.name for event in lab.events() if not event.management]
    assert {"GetObject", "GetItem"} <= set(kept)
    lab.clock.advance(_DELAY)
    assert by(lab, "EventName", "GetObject") == []
    assert by(lab, "EventName", "GetItem") == []


def test_denied_assume_role(lab: Lab) -> None:
    """A denied AssumeRole has null parameters; the role stands only in the message."""
    sts = client(lab, "sts", lab.credentials("responder"))
    assert code_of(sts.assume_role, RoleArn=ROLE_ARN + "x", RoleSessionName="some") == "AccessDenied"
    record = lab.events()[-1].record
    assert (record["errorCode"], record["requestParameters"], record["responseElements"]) == (
        "AccessDenied",
        None,
        None,
    )
    assert ROLE_ARN + "x" in record["errorMessage"]


def test_denied_call_is_an_event(lab: Lab) -> None:
    """A call that was not allowed is logged with its code."""
    assert code_of(client(lab, "iam", lab.credentials("bob")).list_users) == "AccessDenied"
    record = lab.events()[-1].record
    assert (record["eventName"], record["errorCode"]) == ("ListUsers", "AccessDenied")


def test_regions(lab: Lab) -> None:
    """Regional STS is logged in its region, IAM in us-east-1; one region's lookup does not show another's."""
    client(lab, "sts", lab.credentials("mary"), "eu-west-1").get_caller_identity()
    there = lab.events()[-1]
    client(lab, "iam", lab.credentials("admin"), "eu-west-1").get_role(RoleName="DataAnalyst")
    assert (there.region, lab.events()[-1].region) == ("eu-west-1", "us-east-1")
    lab.clock.advance(_DELAY)
    assert by(lab, "EventId", there.id) == []
    found = client(lab, "cloudtrail", lab.credentials("responder"), "eu-west-1").lookup_events()["Events"]
    assert there.id in {event["EventId"] for event in found}


def test_two_requests_a_second(lab: Lab) -> None:
    """The third LookupEvents within a lab-second is throttled; a lab-second later it works again."""
    trail = client(lab, "cloudtrail", lab.credentials("responder"))
    lab.clock.advance(1)
    answers = [answer_of(trail.lookup_events)[:2] for _ in range(3)]
    assert answers == [("OK", 200), ("OK", 200), ("ThrottlingException", 400)]
    lab.clock.advance(1)
    assert code_of(trail.lookup_events) == "OK"


def test_lookups_are_events_too(lab: Lab) -> None:
    """Asking the trail leaves an event in it."""
    lookup(lab)
    assert (lab.events()[-1].name, lab.events()[-1].username) == ("LookupEvents", "responder")


def test_created_key_is_in_the_event_without_its_secret(lab: Lab) -> None:
    """CreateAccessKey's event names the new key and not its secret."""
    key = client(lab, "iam", lab.credentials("admin")).create_access_key(UserName="keith")["AccessKey"]
    event = lab.events()[-1]
    assert event.record["responseElements"]["accessKey"]["accessKeyId"] == key["AccessKeyId"]
    assert key["SecretAccessKey"] not in json.dumps(event.record)


def test_no_secret_anywhere(lab: Lab) -> None:
    """Neither events nor call records nor the text of credentials hold a secret or a token."""
    iam = client(lab, "iam", lab.credentials("admin"))
    iam.create_login_profile(UserName="bob", Password="Correct-horse-7")  # a made-up password
    kept = json.dumps([event.record for event in lab.events()]) + repr(lab.calls())
    kept += repr([lab.credentials(name) for name in lab.profiles])
    for name in lab.profiles:
        held = lab.credentials(name)
        assert held.secret_access_key not in kept
        assert not held.session_token or held.session_token not in kept
    assert "Correct-horse-7" not in kept


def test_ninety_days() -> None:
    """An event is looked up for 90 days and not a second longer."""
    clock = LabClock(moving=False)
    trail = LabTrail(clock, 0)
    trail.add(
        Event(
            "id", clock.now(), ACCOUNT, "us-east-1", "GetRole", "iam.amazonaws.com", True, True, "ann", "AKIA", (), {}
        )
    )
    clock.advance(90 * 86_400)
    assert len(trail.lookup(ACCOUNT, "us-east-1", {})["Events"]) == 1
    clock.advance(1)
    assert trail.lookup(ACCOUNT, "us-east-1", {})["Events"] == []
