"""Which folders of CloudTrail's layout can hold events of a window."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from unassume.trail.layout import may_hold

SINCE, UNTIL = datetime(2026, 11, 30, 23, 0, tzinfo=UTC), datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
BASE = "logs/AWSLogs/o-abc123/111122223333/CloudTrail/eu-west-1"


@pytest.mark.parametrize(
    ("name", "held"),
    [
        (BASE, True),
        (f"{BASE}/2026", True),
        (f"{BASE}/2025", False),
        (f"{BASE}/2026/11", True),
        (f"{BASE}/2026/10", False),
        (f"{BASE}/2026/11/30/a.json.gz", True),
        (f"{BASE}/2026/11/29/a.json.gz", False),
        (f"{BASE}/2026/12/02/a.json.gz", True),
        (f"{BASE}/2026/12/03/a.json.gz", False),
        (f"{BASE}/2027", False),
        ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/12/01/a.json.gz", False),
        ("AWSLogs/111122223333/CloudTrail-Insight", False),
        ("export/2020/everything.json", True),
        ("CloudTrail-notes.json", True),
    ],
)
def test_a_folder_outside_the_window_is_passed_by(name: str, held: bool) -> None:
    """The day in a name is that of delivery: never before the event, and seldom more than a day after it."""
    assert may_hold(name, SINCE, UNTIL) is held
