"""A roster in words: a row a session, what is odd about it, and what the answer rests on."""

from __future__ import annotations

from datetime import datetime

from unassume.model.rosters import Roster
from unassume.model.sessions import Session
from unassume.report.crowds import Kind, shortened
from unassume.report.escape import escape
from unassume.report.lineage import coverage_lines, holder
from unassume.report.table import paragraph, table
from unassume.report.times import clock_time, time_left, time_of_day


def roster_lines(roster: Roster, width: int = 80) -> list[str]:
    """The whole answer of `sessions`, the odd ones first."""
    now = roster.coverage.as_of
    lines = _table(roster, now, width) if roster.sessions else paragraph(_none(roster), width)
    if roster.left_out:
        lines.append(f"({roster.left_out} expired not shown)")
    for session in roster.sessions:
        if reasons := roster.oddities.get(session.id):
            lines += paragraph("; ".join(reasons), width, f"{session.short_id}  ")
    return [*lines, "", *coverage_lines(roster.coverage, width), *_next_lines(roster, width)]


def _table(roster: Roster, now: datetime, width: int) -> list[str]:
    kinds = {True: Kind("odd", False), False: Kind("of others", True)}
    rows, left_out = shortened([(kinds[one.id in roster.oddities], _row(one, roster, now)) for one in roster.sessions])
    headings = ("", "session", "role/name", "held by", "issued", "left", "calls", "last from")
    return table(headings, rows, width) + (paragraph(left_out[0], width, "... ") if left_out else [])


def _none(roster: Roster) -> str:
    """Why no session is shown; logs of another time are the usual reason."""
    coverage = roster.coverage
    newest = max((one.newest_event_at for one in coverage.regions if one.newest_event_at), default=None)
    if newest is not None and newest < coverage.since:
        return (
            f"no session: the newest event is of {clock_time(newest)}, before the window begins "
            f"({clock_time(coverage.since)}); look as of then: --as-of {newest:%Y-%m-%dT%H:%M:%SZ}"
        )
    if coverage.readable or coverage.gaps:
        return "no session seen"
    return (
        f"no session: nothing of {clock_time(coverage.since)} or later is there; for logs of another time say --as-of"
    )


def _next_lines(roster: Roster, width: int) -> list[str]:
    if not roster.sessions:
        return []
    return paragraph("unassume find with the id of the session that leaked, as above", width, "next: ")


def _row(session: Session, roster: Roster, now: datetime) -> tuple[str, ...]:
    return (
        "?" if session.id in roster.oddities else "",
        session.short_id,
        escape(f"{session.holder_name}/{session.session_name}", 40),
        escape(holder(session), 40),
        time_of_day(session.issued_at),
        time_left(session.expires_at, now),
        f"{session.calls}" + (f", {session.denied} denied" if session.denied else ""),
        ", ".join(session.addresses[:2]) or "-",
    )
