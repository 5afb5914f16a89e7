"""LookupEvents: every region, every page, at its pace, and honest about what was not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, timedelta

import pytest

from tests.aws.loopback import ACCOUNT, NOW, Answer, Asked, FrozenClock, Loopback, refusal
from tests.trail.made import session, user, wire
from unassume.aws.connection import Connection
from unassume.aws.lookups import attributes_of
from unassume.aws.trail import LookupTrail
from unassume.errors import AccessError, TrailError
from unassume.model.sightings import Ask, Use

KEITH = session("keith", 0, key="ASIAKEITH00000000001")
ASK = Ask(since=NOW - timedelta(hours=36), until=NOW, session_names=("keith",))


class History:
    """The events of every region, answered page by page as LookupEvents does."""

    def __init__(self, **regions: list[Mapping[str, object]]) -> None:
        self.regions = {region.replace("_", "-"): events for region, events in regions.items()}
        self.troubles: dict[str, list[Answer]] = {}

    def __call__(self, asked: Asked) -> Answer:
        if self.troubles.get(asked.region):
            troubles = self.troubles[asked.region]
            return troubles.pop(0) if len(troubles) > 1 else troubles[0]
        events = self.regions[asked.region]
        if "LookupAttributes" not in asked.fields:
            return _page(events[:1], None)
        start = int(str(asked.fields.get("NextToken", 0)))
        return _page(events[start : start + 2], start + 2 if start + 2 < len(events) else None)


def _page(events: list[Mapping[str, object]], token: int | None) -> Answer:
    shown = [
        {"EventId": event["eventID"], "EventTime": NOW.timestamp() - 60, "CloudTrailEvent": json.dumps(event)}
        for event in events
    ]
    return Answer(json.dumps({"Events": shown} | ({} if token is None else {"NextToken": str(token)})))


def serve(aws: Loopback, history: History) -> History:
    regions = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in history.regions]
    aws.play("listRegions", json.dumps({"Regions": regions}))
    aws.plays["LookupEvents"] = history
    return history


def calls(count: int) -> list[Mapping[str, object]]:
    return [wire(second, "ListBuckets", KEITH) for second in range(count)]


@pytest.fixture
def trail(connection: Connection) -> LookupTrail:
    return LookupTrail(connection)


def test_every_page_of_every_region_is_read(aws: Loopback, trail: LookupTrail) -> None:
    """What a session did anywhere is added up, whatever the page or region."""
    serve(aws, History(us_east_1=calls(5), eu_west_1=calls(3)))
    [use] = trail.sightings(ASK)
    assert isinstance(use, Use)
    assert use.calls == 8
    assert trail.coverage().events == 8


def test_an_event_two_regions_show_counts_once(aws: Loopback, trail: LookupTrail) -> None:
    """Global services' events stand in several regions."""
    events = calls(3)
    serve(aws, History(us_east_1=events, eu_west_1=events))
    [use] = trail.sightings(ASK)
    assert isinstance(use, Use)
    assert use.calls == 3


def test_attributes_are_asked_one_by_one() -> None:
    """A role by its ARN, a key as caller and as what was given out, a name as user name; each once."""
    ask = Ask(since=NOW, until=NOW, role_arns=("arn",), key_ids=("ASIA1", "ASIA1"), session_names=("keith",))
    assert attributes_of(ask) == (
        ("ResourceName", "arn"), ("AccessKeyId", "ASIA1"), ("ResourceName", "ASIA1"), ("Username", "keith"),
    )  # fmt: skip


def test_the_window_is_asked_and_clipped(aws: Loopback, trail: LookupTrail) -> None:
    """LookupEvents holds 90 days: an older beginning is cut there, and the coverage says so."""
    serve(aws, History(us_east_1=calls(1)))
    trail.sightings(Ask(since=NOW - timedelta(days=400), until=NOW, session_names=("keith",)))
    [asked] = [each.fields for each in aws.asked if "LookupAttributes" in each.fields]
    assert asked["StartTime"] == (NOW - timedelta(days=90)).timestamp()
    assert trail.coverage().since == NOW - timedelta(days=90)


def test_coverage_tells_how_far_each_region_reaches(aws: Loopback, trail: LookupTrail) -> None:
    """The newest event of each region, of whatever session; what no event history shows is no gap."""
    serve(aws, History(us_east_1=calls(1), eu_west_1=[]))
    trail.sightings(ASK)
    coverage = trail.coverage()
    assert {each.region: each.newest_event_at for each in coverage.regions} == {
        "us-east-1": NOW - timedelta(seconds=60), "eu-west-1": None,
    }  # fmt: skip
    assert {each.account for each in coverage.regions} == {ACCOUNT}
    assert any("management events only" in each for each in coverage.unseen)
    assert (coverage.gaps, coverage.is_complete) == ((), True)


def test_the_newest_event_is_asked_for_first(aws: Loopback, trail: LookupTrail) -> None:
    """Else an event could come between, and be neither read nor counted as missing."""
    serve(aws, History(us_east_1=calls(1)))
    trail.sightings(ASK)
    lookups = [each.fields for each in aws.asked if each.action == "LookupEvents"]
    assert lookups[0] == {"MaxResults": 1}


def test_a_refused_region_is_a_gap(aws: Loopback, trail: LookupTrail) -> None:
    """One region that may not be read is named; the others are still read."""
    history = serve(aws, History(us_east_1=calls(2), eu_west_1=calls(1)))
    history.troubles["eu-west-1"] = [refusal("AccessDeniedException")]
    [use] = trail.sightings(ASK)
    assert isinstance(use, Use)
    assert use.calls == 2
    states = {each.region: each.state for each in trail.coverage().regions}
    assert states == {"us-east-1": "read", "eu-west-1": "refused"}
    assert any("region eu-west-1 was not read" in gap for gap in trail.coverage().gaps)


def test_half_a_region_is_no_region(aws: Loopback, trail: LookupTrail) -> None:
    """A region that fails on a later page counts as not read at all."""
    history = serve(aws, History(us_east_1=calls(5), eu_west_1=calls(1)))
    fine = _page(calls(2), 2)
    history.troubles["us-east-1"] = [_page(calls(1), None), fine, refusal("AccessDeniedException")]
    [use] = trail.sightings(ASK)
    assert isinstance(use, Use)
    assert use.calls == 1


def test_no_region_at_all_is_an_error(aws: Loopback, trail: LookupTrail) -> None:
    """When nothing can be read the reason is given, and nothing looks like an empty answer."""
    history = serve(aws, History(us_east_1=[], eu_west_1=[]))
    history.troubles = {region: [refusal("AccessDeniedException", "no lookups")] for region in history.regions}
    with pytest.raises(TrailError, match=r"no region's trail could be read.*cloudtrail:LookupEvents"):
        trail.sightings(ASK)


def test_dead_credentials_are_no_trouble_of_the_trail(aws: Loopback, trail: LookupTrail) -> None:
    """Expired credentials are said to be that."""
    history = serve(aws, History(us_east_1=[]))
    history.troubles["us-east-1"] = [refusal("ExpiredTokenException", status=400)]
    with pytest.raises(AccessError, match="expired"):
        trail.sightings(ASK)


def test_throttling_is_waited_out_on_the_clock(aws: Loopback, trail: LookupTrail, clock: FrozenClock) -> None:
    """A throttled call is repeated after a pause, and nothing is lost."""
    history = serve(aws, History(us_east_1=calls(2)))
    throttled = refusal("ThrottlingException", status=400)
    history.troubles["us-east-1"] = [throttled, throttled, _page(calls(1), None), _page(calls(2), None)]
    [use] = trail.sightings(ASK)
    assert isinstance(use, Use)
    assert use.calls == 2
    assert clock.slept >= 1.5


def test_the_newest_event_is_told_in_utc(aws: Loopback, trail: LookupTrail) -> None:
    """botocore tells an event's time in the zone of the machine; ours is UTC, as it is printed."""
    serve(aws, History(us_east_1=calls(2)))
    trail.sightings(ASK)
    assert trail.coverage().seen_up_to == NOW - timedelta(seconds=60)
    assert [each.newest_event_at.tzinfo for each in trail.coverage().regions if each.newest_event_at] == [UTC]


def test_a_throttled_region_is_asked_more_slowly(aws: Loopback, trail: LookupTrail, clock: FrozenClock) -> None:
    """Who is throttled shares the account with others: it asks on at a slower pace, until all is answered."""
    history = serve(aws, History(us_east_1=calls(10)))
    throttled = [refusal("ThrottlingException", status=400)] * 12
    history.troubles["us-east-1"] = [*throttled, *[_page(calls(1), None)] * 8]
    trail.sightings(ASK)
    assert trail.coverage().is_complete
    asked_on = aws.actions().count("LookupEvents") - len(throttled) - 1
    assert clock.slept > 0.5 * (1 + 2 + 10 * 4) + asked_on * 3


def test_endless_throttling_is_a_region_not_read(aws: Loopback, trail: LookupTrail) -> None:
    """Patience ends, and the region is named."""
    history = serve(aws, History(us_east_1=calls(1), eu_west_1=calls(1)))
    history.troubles["eu-west-1"] = [refusal("ThrottlingException", status=400)]
    trail.sightings(ASK)
    assert any("eu-west-1" in gap and "throttled" in gap for gap in trail.coverage().gaps)


def test_calls_keep_their_pace(aws: Loopback, trail: LookupTrail, clock: FrozenClock) -> None:
    """Two calls a second in a region at most: six calls take more than two and a half seconds of the clock."""
    serve(aws, History(us_east_1=calls(10)))
    trail.sightings(ASK)
    assert aws.actions().count("LookupEvents") == 6
    assert 2.5 < clock.slept < 3


def test_unlisted_regions_fall_back_to_those_known(aws: Loopback, trail: LookupTrail) -> None:
    """Without leave to list regions, all that are known are asked, and that is said."""
    aws.plays["LookupEvents"] = lambda _: _page([], None)
    assert trail.sightings(ASK) == ()
    coverage = trail.coverage()
    assert {"us-east-1", "eu-west-1"} <= {each.region for each in coverage.regions}
    assert any("which regions are enabled could not be read" in gap for gap in coverage.gaps)


def test_events_nobody_understands_are_counted(aws: Loopback, trail: LookupTrail) -> None:
    """What cannot be read is left out, and said."""
    serve(aws, History(us_east_1=[*calls(1), {"eventID": "odd"}, wire(5, "CreateUser", user())]))
    trail.sightings(ASK)
    assert any("1 events could not be understood" in gap for gap in trail.coverage().gaps)


def test_nothing_is_covered_before_the_first_ask(trail: LookupTrail) -> None:
    """A trail that was not asked has read nothing."""
    assert not trail.coverage().readable
    assert trail.coverage().seen_up_to is None


def test_one_inquiry_reaches_as_far_as_its_first_ask(aws: Loopback, trail: LookupTrail) -> None:
    """Asks of one window are one inquiry: the newest event is asked for once, before all of them."""
    serve(aws, History(us_east_1=calls(1)))
    trail.sightings(ASK)
    trail.sightings(Ask(since=ASK.since, until=ASK.until, key_ids=("ASIAKEITH00000000001",)))
    assert [each.fields for each in aws.asked if each.action == "LookupEvents"].count({"MaxResults": 1}) == 1
    assert trail.coverage().events == 1
    trail.sightings(Ask(since=ASK.since, until=NOW + timedelta(minutes=1), session_names=("keith",)))
    assert [each.fields for each in aws.asked if each.action == "LookupEvents"].count({"MaxResults": 1}) == 2


def test_a_region_that_failed_stays_unread_in_its_inquiry(aws: Loopback, trail: LookupTrail) -> None:
    """What the first ask missed is missing, though later asks would succeed; a new inquiry starts afresh."""
    history = serve(aws, History(us_east_1=calls(1), eu_west_1=calls(1)))
    history.troubles["eu-west-1"] = [refusal("AccessDeniedException"), _page(calls(1), None)]
    trail.sightings(ASK)
    trail.sightings(Ask(since=ASK.since, until=ASK.until, role_arns=("arn",)))
    assert [each.region for each in trail.coverage().regions if each.state != "read"] == ["eu-west-1"]
    trail.sightings(Ask(since=ASK.since, until=NOW + timedelta(minutes=1), session_names=("keith",)))
    assert [each.region for each in trail.coverage().regions if each.state != "read"] == []


def test_regions_share_the_waiting(aws: Loopback, trail: LookupTrail, clock: FrozenClock) -> None:
    """Many regions wait side by side: together as long as one alone."""
    serve(aws, History(us_east_1=calls(10), eu_west_1=calls(10), eu_north_1=calls(10), sa_east_1=calls(10)))
    trail.sightings(ASK)
    assert 2.5 < clock.slept < 3
