"""Logs of real calls, and what is known to have happened in them (see tests/cases/cloudtrail/README.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from unassume.model.sessions import Session
from unassume.trail.events import read_event
from unassume.trail.lineage import sessions_of
from unassume.trail.sightings import sightings_of

LOGS = Path(__file__).parent.parent / "cases" / "cloudtrail"
LATER = datetime(2025, 1, 1, tzinfo=UTC)


def sessions(name: str) -> tuple[Session, ...]:
    records = json.loads((LOGS / f"{name}.json").read_text())["Records"]
    events = [read_event(json.dumps(record)) for record in records]
    return sessions_of(sightings_of(event for event in events if event is not None), LATER)


def test_every_record_is_read() -> None:
    """No event of the logs is left out."""
    for path in LOGS.glob("*.json"):
        records = json.loads(path.read_text())["Records"]
        assert [record for record in records if read_event(json.dumps(record)) is None] == []


def test_a_retry_is_a_session_of_its_own() -> None:
    """The role was assumed twice, a second apart; the denied LeaveOrganization was the second session's."""
    first, second = sessions("aws.defense-evasion.organizations-leave")
    assert (first.calls, first.issued_at_is) == (0, "event")
    assert (second.calls, second.denied, second.issued_at_is) == (1, 1, "use")
    assert second.issued_at == datetime(2024, 8, 2, 8, 30, tzinfo=UTC)
    assert second.expires_at == datetime(2024, 8, 2, 8, 45, tzinfo=UTC)


def test_the_key_says_which_retry_was_used() -> None:
    """RunInstances was refused to the key issued at the very second its creationDate tells."""
    first, second = sessions("aws.execution.ec2-launch-unusual-instances")
    assert (first.calls, second.calls) == (0, 1)
    assert second.key_ids == ("ASIA9F6MXE9HSYOXYQOS",)
    assert second.parent is not None
    assert second.parent.kind == "IAMUser"


def test_two_keys_of_one_second_are_one_session() -> None:
    """Two AssumeRole calls of one second gave two keys; fifteen refused calls were made with one of them."""
    [found] = sessions("aws.discovery.ec2-download-user-data")
    assert len(found.key_ids) == 2
    assert (found.calls, found.denied, found.explicit_denies, found.last_allowed_at) == (15, 15, 0, None)
    assert found.issued_at_is == "event"
    assert found.live is False
