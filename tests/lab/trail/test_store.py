"""Events on disk: nothing is lost, nothing comes twice, whatever the order they came in."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.trail.made import START, event
from unassume.lab import ACCOUNT, LabClock
from unassume.lab.calls import Call, CallLog
from unassume.lab.trail.event import Resource
from unassume.lab.trail.lookup import LabTrail
from unassume.lab.trail.store import EventStore, Question

DAY = timedelta(days=1)
SEEN = (START - DAY, START + DAY)


def ids(found: list[Any]) -> list[str]:
    return [each.event.id for each in found]


def ask(**changed: Any) -> Question:
    return msgspec.structs.replace(Question(ACCOUNT, "us-east-1", START - DAY, START + DAY), **changed)


@given(
    seconds=st.lists(st.integers(0, 40), max_size=60),
    size=st.integers(1, 50),
    names=st.lists(st.sampled_from(["GetRole", "PutRolePolicy"]), min_size=60, max_size=60),
    wanted=st.sampled_from(["", "GetRole", "PutRolePolicy"]),
)
def test_pages_hold_every_event_once(seconds: list[int], size: int, names: list[str], wanted: str) -> None:
    """Pages of any size hold every event that fits exactly once, newest first, the later written first in a second."""
    clock = LabClock(START + timedelta(minutes=1), moving=False)
    trail = LabTrail(clock, 0)
    made = [event(n, START + timedelta(seconds=s), name=names[n]) for n, s in enumerate(seconds)]
    trail.add(*made)
    asked: dict[str, Any] = {"MaxResults": size}
    if wanted:
        asked["LookupAttributes"] = [{"AttributeKey": "EventName", "AttributeValue": wanted}]
    page = trail.lookup(ACCOUNT, "us-east-1", asked)
    found, longest = [each["EventId"] for each in page["Events"]], len(page["Events"])
    while "NextToken" in page:
        page = trail.lookup(ACCOUNT, "us-east-1", {**asked, "NextToken": page["NextToken"]})
        found += [each["EventId"] for each in page["Events"]]
        longest = max(longest, len(page["Events"]))
    fitting = [each for each in made if wanted in ("", each.name)]
    assert found == [e.id for e in sorted(fitting, key=lambda e: (e.at, int(e.id)), reverse=True)]
    assert longest <= size
    trail.close()


def test_an_event_that_comes_between_two_pages_moves_nothing() -> None:
    """The second page goes on where the first ended, though newer events have come meanwhile."""
    store = EventStore()
    for number in range(4):
        store.add(event(number, START + timedelta(seconds=number)))
    first = store.page(ask(), SEEN, 2)
    store.add(event(9, START + timedelta(seconds=9)))
    assert ids(first) == ["3", "2"]
    assert ids(store.page(ask(before=first[-1].place), SEEN, 2)) == ["1", "0"]


def test_what_a_question_leaves_out() -> None:
    """Another account's, another region's, data events and those outside the window are not found."""
    store = EventStore()
    store.add(event(0))
    others: tuple[dict[str, Any], ...] = (
        {"account": "210987654321"}, {"region": "eu-west-1"}, {"management": False}, {"at": START + DAY * 3},
    )  # fmt: skip
    for number, changed in enumerate(others, 1):
        store.add(event(number, **changed))
    assert ids(store.page(ask(), (START - DAY * 9, START + DAY * 9), 50)) == ["0"]
    assert [each.id for each in store.all()] == ["0", "1", "2", "3", "4"]


def test_events_come_back_as_they_were() -> None:
    """What is read is equal to what was written, in the order of writing."""
    store = EventStore()
    made = (event(1, START + timedelta(microseconds=7)), event(0, resources=(Resource("AWS::S3::Bucket", "b\u00fc"),)))
    for each in made:
        store.add(each)
    assert store.all() == made


def test_the_oldest_are_forgotten() -> None:
    """A store keeps no more than it should, save what a file is still owed of."""
    store = EventStore(kept=1000)
    for number in range(3000):
        store.add(event(number))
    assert [each.id for each in store.all()] == [str(number) for number in range(2000, 3000)]
    owing = EventStore(kept=1000)
    for number in range(3000):
        owing.add(event(number), ["directory"] if number == 500 else [])
    assert owing.all()[0].id == "500"


def test_threads_lose_nothing() -> None:
    """Events and calls added by eight threads at once are all there."""
    store, log = EventStore(), CallLog()

    def work(first: int) -> None:
        for number in range(first, first + 200):
            store.add(event(number))
            log.add(call(number, START))

    threads = [threading.Thread(target=work, args=(200 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(each.id) for each in store.all()) == list(range(1600))
    assert sorted(each.status for each in log.all()) == list(range(1600))


def test_clear_and_close() -> None:
    """After `clear` nothing is left and work goes on; after `close` nothing is kept and nothing breaks."""
    store, log = EventStore(), CallLog()
    for number in range(3):
        store.add(event(number), ["directory"])
        log.add(call(number, START))
    store.clear()
    log.clear()
    assert (store.all(), log.all(), store.owed(None)) == ((), (), [])
    assert (store.count(), log.count()) == (0, 0)
    store.add(event(7))
    assert [each.id for each in store.all()] == ["7"]
    store.disk.close()
    log.close()
    store.add(event(8))
    log.add(call(8, START))
    assert (store.count(), log.count()) == (0, 0)
    assert (store.all(), log.all()) == ((), ())


def call(number: int, at: datetime) -> Call:
    return Call(
        at=at, account=ACCOUNT, region="us-east-1", principal_arn="", session_name="", key_id="", source_ip="",
        action="iam:GetRole", resource="*", allowed=True, reason="", code="", status=number, unmapped=False,
        event_id="",
    )  # fmt: skip
