"""Instants as people read them: UTC, to the second, and how long is left."""

from __future__ import annotations

from datetime import datetime


def clock_time(at: datetime | None) -> str:
    """`2026-11-23 18:04:05Z`, or `?` when unknown."""
    return "?" if at is None else f"{at:%Y-%m-%d %H:%M:%SZ}"


def time_of_day(at: datetime | None) -> str:
    """`18:04:05Z`, or `?` when unknown."""
    return "?" if at is None else f"{at:%H:%M:%SZ}"


def time_left(until: datetime | None, now: datetime) -> str:
    """`5 h 12 min`, `expired`, or `?` when unknown."""
    if until is None:
        return "?"
    minutes = int((until - now).total_seconds() // 60)
    if until <= now:
        return "expired"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
