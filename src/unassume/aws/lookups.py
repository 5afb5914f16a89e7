"""LookupEvents in one region, one call at a time: whoever drives it waits between the calls.

AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
One attribute a call, 50 events a page, two calls a second in each account and region, 90 days. Whoever else looks up
in the account shares these two: other responders in the same hour, and tools that poll.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from unassume.aws.connection import Connection
from unassume.aws.refusals import THROTTLED, asking, code_of, translated
from unassume.aws.sweeps import Attribute, Sweep
from unassume.errors import UnassumeError
from unassume.model.sightings import Ask
from unassume.trail.origins import EVENT_NAMES

PAGE = 50
SECONDS_BETWEEN_CALLS = 0.55  # two a second, and room for answers that take longer one time than another
SLOWEST_SECONDS = 8.0
WAITS = (1, 2, *[4] * 20)  # seconds after each answer that was none, half as many to half as many more
LAPSES = 2  # repeats when the network or AWS itself fails
CALL = "cloudtrail:LookupEvents"


_NEVER = datetime.min.replace(tzinfo=UTC)


def attributes_of(ask: Ask) -> tuple[Attribute, ...]:
    """The lookups an ask takes, in order and without repeats.

    AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
    `ResourceName` finds the AssumeRole events that name a role or gave out a key, `AccessKeyId` what a key did, and
    `Username` of a role session is its session name.
    """
    roles = [("ResourceName", arn) for arn in ask.role_arns]
    keys = [(name, key_id) for key_id in ask.key_ids for name in ("AccessKeyId", "ResourceName")]
    names = [("Username", name) for name in ask.session_names]
    wanted = (*ask.event_names, *(EVENT_NAMES if ask.whole else ()))
    events = [("EventName", name) for name in wanted]
    return tuple(dict.fromkeys((*roles, *keys, *names, *events)))


@dataclass
class Pace:
    """How fast one region is asked: slower after each throttled call, and by and by as fast as before.

    Eight responders who each keep their own pace of two a second would throttle one another until all gave up.
    """

    seconds: float = SECONDS_BETWEEN_CALLS

    def good(self) -> float:
        """The pause after an answer."""
        self.seconds = max(SECONDS_BETWEEN_CALLS, self.seconds * 0.9)
        return self.seconds

    def slower(self) -> None:
        """Somebody else asks too."""
        self.seconds = min(SLOWEST_SECONDS, self.seconds * 1.5)


class RegionLookup:
    """What one region has still to be asked, and what it answered: the JSON texts of events, some maybe twice.

    `sweep` is what was read of the region and window as a whole; it is tried where the attributes are many.
    """

    def __init__(
        self, connection: Connection, region: str, since: datetime, until: datetime, attributes: Iterable[Attribute],
        pace: Pace | None = None, sweep: Sweep | None = None,
    ) -> None:  # fmt: skip
        self.region = region
        self._pace = pace or Pace()
        self.texts: list[str] = []
        self.newest_event_at: datetime | None = None
        self.failure: UnassumeError | None = None
        self._connection = connection
        self._lapsed = 0
        self._attributes, self._sweep = tuple(attributes), sweep or Sweep()
        page = {"StartTime": since, "EndTime": until, "MaxResults": PAGE}
        self._left: deque[Mapping[str, Any]] = deque(
            {"LookupAttributes": [{"AttributeKey": name, "AttributeValue": value}], **page}
            for name, value in self._attributes
        )
        if self._sweep.state == "whole":
            self._answer_whole()
        elif self._sweep.is_worth_trying(self._attributes):
            self._left.appendleft(page)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to ask, or asking on is no use."""
        return self.failure is not None or not self._left

    @classmethod
    def of_newest(cls, connection: Connection, region: str, pace: Pace) -> RegionLookup:
        """The lookup of the region's newest event, which tells how far its history reaches."""
        lookup = cls(connection, region, _NEVER, _NEVER, (), pace)
        lookup._left.append({"MaxResults": 1})
        return lookup

    def step(self) -> float:
        """Make one call; the seconds to wait before the next. What fails for good stands in `failure`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            with asking("cloudtrail"):
                client = self._connection.client("cloudtrail", self.region)
            answer = client.lookup_events(**self._left[0])
        except UnassumeError as error:
            self.failure = error
        except (BotoCoreError, ClientError) as error:
            return self._failed(error)
        else:
            self._answered(answer)
        return self._pace.good()

    def _answered(self, answer: Mapping[str, Any]) -> None:
        asked, self._lapsed = self._left.popleft(), 0
        events = answer.get("Events", ())
        if "StartTime" not in asked:
            # botocore tells times in the machine's own zone.
            self.newest_event_at = max((event["EventTime"].astimezone(UTC) for event in events), default=None)
            return
        token = answer.get("NextToken")
        if "LookupAttributes" in asked:
            self.texts += [event["CloudTrailEvent"] for event in events]
        else:
            self._sweep.take(events, is_last=not token, attributes=len(self._attributes))
        if token and ("LookupAttributes" in asked or self._sweep.state == "untried"):
            self._left.appendleft({**asked, "NextToken": token})
        if self._sweep.state == "whole":
            self._answer_whole()

    def _answer_whole(self) -> None:
        """Nothing is left to ask: what was read whole has it."""
        self._left.clear()
        self.texts = self._sweep.texts(self._attributes)

    def _failed(self, error: Exception) -> float:
        """Wait and repeat while that may help, else give the region up."""
        if code_of(error) in THROTTLED:
            self._pace.slower()
        if self._lapsed < _patience(error):
            self._lapsed += 1
            return WAITS[self._lapsed - 1] * random.uniform(0.5, 1.5)  # noqa: S311  # so that others ask at another time
        self.failure = translated(error, CALL)
        return self._pace.seconds


def _patience(error: Exception) -> int:
    """How often a call that failed so is worth repeating."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    match error:
        case ClientError() if code_of(error) in THROTTLED:
            return len(WAITS)
        case ClientError():
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return LAPSES if status >= 500 else 0
        case HTTPClientError() | ConnectionError():
            return LAPSES
        case _:
            return 0
