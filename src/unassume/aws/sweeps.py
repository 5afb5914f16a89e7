"""A region's history of one window read whole, where that takes fewer calls than asking attribute by attribute.

Most regions of an account are quiet: hundreds of leads are hundreds of calls in each of them, and one page shows all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

Attribute = tuple[str, str]
FEWEST = 25
"""So many attributes are asked one by one: reading whole would hardly take fewer calls."""
MOST_PAGES = 100
"""Pages read before the history is called too long, and given up: 55 s, and 5,000 events kept in memory."""


class Sweep:
    """What was read of one region and window; `state` is `whole` once nothing of it is missing."""

    def __init__(self) -> None:
        self.state: Literal["untried", "whole", "given up"] = "untried"
        self._events: list[Mapping[str, Any]] = []
        self._pages = 0

    def is_worth_trying(self, attributes: Sequence[Attribute]) -> bool:
        """Whether so many attributes are more calls than a short history has pages."""
        return self.state == "untried" and len(attributes) > FEWEST

    def take(self, events: Iterable[Mapping[str, Any]], *, is_last: bool, attributes: int) -> None:
        """Keep one page; a history of more pages than half the attributes is given up, and costs no more than that."""
        self._events += events
        self._pages += 1
        if is_last:
            self.state = "whole"
        elif self._pages >= min(attributes // 2, MOST_PAGES):
            self.state, self._events = "given up", []

    def texts(self, attributes: Iterable[Attribute]) -> list[str]:
        """The events that lookups of these attributes would show.

        ASSUMPTION: a lookup selects by the very fields its answer shows (AccessKeyId, EventName, Username, Resources).
        AWS: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html
        """
        wanted = frozenset(attributes)
        return [event["CloudTrailEvent"] for event in self._events if not wanted.isdisjoint(_attributes(event))]


def _attributes(event: Mapping[str, Any]) -> Iterable[Attribute]:
    """What an event can be looked up by."""
    fields = [(name, event[name]) for name in ("AccessKeyId", "EventName", "Username") if name in event]
    return [*fields, *(("ResourceName", one.get("ResourceName", "")) for one in event.get("Resources", ()))]
