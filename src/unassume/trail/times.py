"""The ways CloudTrail writes an instant, read into aware UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# AWS: seen in logs of 2021 ("Jul 30, 2021 12:53:52 AM") and of 2023 ("Jul 10, 2023, 12:09:47 PM").
_ENGLISH = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2}) ?([AaPp])\.?[Mm]\.?")


def read_instant(value: object) -> datetime | None:
    """Read English text in both forms, ISO 8601 with a zone, or epoch seconds; None when it is none of them."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            return _read_text(" ".join(value.split()))  # str.split knows U+202F and U+00A0 as blanks
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _read_text(text: str) -> datetime | None:
    if found := _ENGLISH.fullmatch(text):
        month, day, year, hour, minute, second, half = found.groups()
        hours = int(hour) % 12 + (12 if half in "Pp" else 0)
        number = _MONTHS.index(month.lower()) + 1
        return datetime(int(year), number, int(day), hours, int(minute), int(second), tzinfo=UTC)
    instant = datetime.fromisoformat(text)
    return None if instant.tzinfo is None else instant.astimezone(UTC)
