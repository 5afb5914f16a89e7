"""Many attributes: a short history is read whole instead, a long one is not, and either way shows the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.aws.loopback import NOW, Answer, Asked, Loopback
from tests.trail.made import ROLE_ARN, session, user, wire
from unassume.aws.connection import Connection
from unassume.aws.sweeps import FEWEST, Sweep
from unassume.aws.trail import LookupTrail
from unassume.model.sightings import Ask, Issuance

SINCE = NOW - timedelta(hours=36)
Record = Mapping[str, object]


def shown(record: Record) -> dict[str, object]:
    """An event as LookupEvents shows it: with what it can be looked up by."""
    who = record["userIdentity"]
    assert isinstance(who, Mapping)
    resources = record.get("resources_shown", ())
    return {
        "EventId": record["eventID"], "EventName": record["eventName"], "EventTime": NOW.timestamp() - 60,
        "Username": str(who["arn"]).rpartition("/")[2], "AccessKeyId": who.get("accessKeyId", ""),
        "Resources": [{"ResourceName": name} for name in (resources if isinstance(resources, tuple) else ())],
        "CloudTrailEvent": json.dumps(record),
    }  # fmt: skip


class History:
    """LookupEvents over one list of events in every region: filtered, and page by page."""

    def __init__(self, records: list[Record]) -> None:
        self.events = [shown(record) for record in records]

    def __call__(self, asked: Asked) -> Answer:
        found = [event for event in self.events if self._fits(event, asked.fields.get("LookupAttributes"))]
        start, size = int(str(asked.fields.get("NextToken", 0))), int(str(asked.fields["MaxResults"]))
        token = {"NextToken": str(start + size)} if start + size < len(found) else {}
        return Answer(json.dumps({"Events": found[start : start + size]} | token))

    def _fits(self, event: Mapping[str, object], attributes: object) -> bool:
        if not isinstance(attributes, list):
            return True
        [(name, value)] = [(one["AttributeKey"], one["AttributeValue"]) for one in attributes]
        if name == "ResourceName":
            resources = event["Resources"]
            return isinstance(resources, list) and value in [one["ResourceName"] for one in resources]
        return bool(event[name] == value)


def records(people: int, calls: int) -> list[Record]:
    """So many people assumed the role, and each made so many calls on it."""
    found: list[Record] = []
    for number in range(people):
        name, key = f"build-{number:03}", f"ASIABUILD{number:011}"
        given = {
            "credentials": {"accessKeyId": key},
            "assumedRoleUser": {"assumedRoleId": f"AROABUILDS0000000000:{name}"},
        }
        asked = {"roleArn": ROLE_ARN, "roleSessionName": name}
        found.append(
            wire(number, "AssumeRole", user(), eventSource="sts.amazonaws.com", requestParameters=asked,
                 responseElements=given, resources_shown=(ROLE_ARN, key))
        )  # fmt: skip
        found += [wire(number + 1, "ListBuckets", session(name, number, key=key)) for _ in range(calls)]
    return found


def ask(count: int) -> Ask:
    """The role, and so many names and keys."""
    names, keys = (
        tuple(f"build-{number:03}" for number in range(count)),
        tuple(f"ASIABUILD{number:011}" for number in range(count)),
    )
    return Ask(since=SINCE, until=NOW, role_arns=(ROLE_ARN,), session_names=names, key_ids=keys)


@pytest.fixture
def trail(connection: Connection) -> LookupTrail:
    return LookupTrail(connection)


def serve(aws: Loopback, made: list[Record]) -> None:
    aws.play("listRegions", json.dumps({"Regions": [{"RegionName": "us-east-1", "RegionOptStatus": "ENABLED"}]}))
    aws.plays["LookupEvents"] = History(made)


def asked_by(aws: Loopback) -> list[str]:
    """How each LookupEvents call asked: by an attribute, whole, or for the newest event."""
    looked = [each.fields for each in aws.asked if each.action == "LookupEvents"]
    return [
        "attribute" if "LookupAttributes" in each else "whole" if "StartTime" in each else "newest" for each in looked
    ]


def test_a_short_history_is_read_whole_once(aws: Loopback, trail: LookupTrail) -> None:
    """A page or two stand for a hundred lookups, and later asks of the inquiry cost no call at all."""
    serve(aws, records(people=20, calls=2))
    found = trail.sightings(ask(15))
    assert asked_by(aws) == ["newest", "whole", "whole"]
    assert {one.session_name for one in found} == {f"build-{number:03}" for number in range(20)}
    assert sum(not isinstance(one, Issuance) for one in found) == 15
    more = trail.sightings(Ask(since=SINCE, until=NOW, session_names=("build-019",)))
    assert asked_by(aws) == ["newest", "whole", "whole"]
    assert [one.session_name for one in more] == ["build-019"]


@pytest.mark.parametrize(("people", "is_given_up"), [(40, False), (250, True)])
def test_whole_or_one_by_one_shows_the_same(
    aws: Loopback, trail: LookupTrail, people: int, *, is_given_up: bool
) -> None:
    """Read whole, or given up and asked attribute by attribute, many attributes find what few at a time find."""
    serve(aws, records(people, calls=3))
    whole = trail.sightings(ask(12))
    assert ("attribute" in asked_by(aws)) is is_given_up
    few = [
        *trail.sightings(Ask(since=SINCE, until=NOW + timedelta(seconds=1), role_arns=(ROLE_ARN,))),
        *trail.sightings(Ask(since=SINCE, until=NOW + timedelta(seconds=2), session_names=ask(12).session_names)),
    ]
    assert sorted(map(repr, whole)) == sorted(map(repr, few))


def test_few_attributes_are_asked_as_ever(aws: Loopback, trail: LookupTrail) -> None:
    """A usual incident reads nothing of anybody else's."""
    serve(aws, records(people=5, calls=1))
    trail.sightings(Ask(since=SINCE, until=NOW, session_names=tuple(f"build-{number:03}" for number in range(FEWEST))))
    assert asked_by(aws) == ["newest", *["attribute"] * FEWEST]


def test_a_history_given_up_costs_half_as_many_calls_more_at_most() -> None:
    """So many pages are read at most, and nothing of them is kept."""
    sweep = Sweep()
    for _ in range(30):
        assert sweep.state == "untried"
        sweep.take([shown(records(1, 0)[0])], is_last=False, attributes=60)
    assert sweep.state == "given up"
    assert sweep.texts([("EventName", "AssumeRole")]) == []
    assert not sweep.is_worth_trying([("Username", str(number)) for number in range(1000)])
