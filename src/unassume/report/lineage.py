"""A lineage in words: the role, who holds it, which sessions leaked, and what the answer rests on."""

from __future__ import annotations

from datetime import datetime

from unassume.model.leads import describe_lead, each_lead, lead_text
from unassume.model.lineages import Lineage
from unassume.model.sessions import Session
from unassume.model.sightings import Coverage
from unassume.model.surveys import RoleSubject
from unassume.report.crowds import Kind, shortened
from unassume.report.escape import escape
from unassume.report.table import paragraph, table
from unassume.report.times import clock_time, time_left, time_of_day

_MOST_TYPED = 8
"""So many leads are repeated in the command that comes next; more are a file anyway."""


def lineage_lines(lineage: Lineage, width: int = 80) -> list[str]:
    """The whole answer of `find`, leaked sessions first."""
    lines = paragraph(describe_lead(lineage.lead), width, "lead: ")
    if not lineage.holders:
        return [*lines, *paragraph(f"nothing; {why_nothing(lineage)}", width, "found: ")]
    for unique_id, holder in lineage.holders.items():
        kind = "role: " if isinstance(holder, RoleSubject) else "user: "
        lines += paragraph(f"{holder.name} in {holder.account} ({unique_id})", width, kind)
    if not lineage.seen_in_trail:
        lines += paragraph("no event shows this session (yet): the trail lags some minutes behind", width, "note: ")
    lines += ["", *session_lines(lineage, lineage.coverage.as_of, width), ""]
    return [*lines, *coverage_lines(lineage.coverage, width), *_next_lines(lineage, width)]


def why_nothing(lineage: Lineage) -> str:
    """Why the lead leads nowhere; a trail that could not be read may be the reason."""
    return "; ".join((*lineage.coverage.gaps, lineage.why_nothing))


def session_lines(lineage: Lineage, now: datetime, width: int = 80) -> list[str]:
    """One row a session: leaked first, then what they issued, then the others; the expired are only counted.

    Of hundreds of one kind the first are shown, and the others counted.
    """
    marks = {**dict.fromkeys(lineage.descendants, "issued"), **dict.fromkeys(lineage.leaked, "LEAKED")}
    order = {"LEAKED": 0, "issued": 1, "": 2}
    live = [session for session in lineage.sessions if session.live is not False or session.id in marks]
    live.sort(key=lambda session: (order[marks.get(session.id, "")], session.session_name, str(session.issued_at)))
    if not live:
        return ["no live session seen of it"]
    kinds = {"LEAKED": Kind("LEAKED", False), "issued": Kind("issued by them", False), "": Kind("of others", True)}
    marked = [(marks.get(session.id, ""), session) for session in live]
    rows, left_out = shortened([(kinds[mark], _row(session, mark, now)) for mark, session in marked])
    lines = table(("", "session", "name", "held by", "issued", "left", "calls", "last from"), rows, width)
    lines += paragraph(left_out[0], width, "... ") if left_out else []
    gone = len(lineage.sessions) - len(live)
    return [*lines, f"({gone} expired not shown)"] if gone else lines


def holder(session: Session) -> str:
    """Who holds a session: its source identity, else the name of whoever it was issued to."""
    if session.source_identity:
        return session.source_identity
    parent = session.parent
    if parent is None:
        return "?"
    return (parent.arn or parent.principal_id or parent.kind).rpartition("/")[2]


def coverage_lines(coverage: Coverage, width: int = 80) -> list[str]:
    """What the answer rests on, and what is not in evidence."""
    read = [region for region in coverage.regions if region.state == "read"]
    lines = paragraph(
        f"{coverage.source}, {len(read)} of {len(coverage.regions)} regions, since {clock_time(coverage.since)}, "
        f"as of {time_of_day(coverage.as_of)}; {reach_words(coverage)}",
        width,
        "coverage: ",
    )
    for region in coverage.regions:
        if region.state != "read":
            lines += paragraph(f"{region.region} not read: {region.reason or region.state}", width, "  - ")
    for gap in coverage.gaps:
        lines += paragraph(gap, width, "  ! ")
    return [*lines, *unseen_lines(coverage, width)]


def unseen_lines(coverage: Coverage, width: int = 80) -> list[str]:
    """What this kind of trail never shows."""
    lines = ["not in evidence:"] if coverage.unseen else []
    for gap in coverage.unseen:
        lines += paragraph(gap, width, "  - ")
    return lines


def reach_words(coverage: Coverage) -> str:
    """How far what was read reaches; a region without any event tells nothing of its own lag."""
    read = [region.newest_event_at for region in coverage.regions if region.state == "read"]
    newest = [at for at in read if at is not None]
    if not newest:
        return "no event in any region"
    at = min(newest)
    reach = time_of_day(at) if at.date() == coverage.as_of.date() else clock_time(at)
    if len(newest) == len(read):
        return f"every region seen up to {reach}"
    return f"seen up to {reach} where anything happened, {len(read) - len(newest)} without an event"


def _next_lines(lineage: Lineage, width: int) -> list[str]:
    """The command that comes next; the text of a lead holds nothing a shell would read otherwise."""
    if lineage.leaked and len(each_lead(lineage.lead)) > _MOST_TYPED:
        return paragraph("unassume plan - --canary --out plan.json, the leads on standard input", width, "next: ")
    if lineage.leaked:
        return _command(f"unassume plan {lead_text(lineage.lead)} --canary --out plan.json", width)
    return paragraph("unassume find with the session ARN or key id that leaked, if you know it", width, "next: ")


def _command(text: str, width: int) -> list[str]:
    """A command that can be copied as it stands, broken as a shell breaks lines."""
    lines = paragraph(text, width - 2, "next: ")
    return [*(f"{line} \\" for line in lines[:-1]), lines[-1]]


def _row(session: Session, mark: str, now: datetime) -> tuple[str, ...]:
    name = session.session_name if mark != "issued" else f"{session.holder_name}/{session.session_name}"
    calls = f"{session.calls}" + (f", {session.denied} denied" if session.denied else "")
    return (
        mark,
        session.short_id,
        escape(name, 40),
        escape(holder(session), 40),
        time_of_day(session.issued_at),
        time_left(session.expires_at, now),
        calls,
        ", ".join(session.addresses[:2]) or "-",
    )
