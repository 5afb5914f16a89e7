"""The report of one receipt as a page: what is broken and what is left come before everything that went well."""

from __future__ import annotations

from collections.abc import Iterator

from unassume.model.reports import Cut, Report, Seal
from unassume.model.sessions import Session
from unassume.report.crowds import SEE_ALL, SOME
from unassume.report.lineage import holder
from unassume.report.pages import Block, Grid, Items, Section, Sentence
from unassume.report.times import clock_time, time_of_day
from unassume.steps.messages import abridged


def page(report: Report) -> Iterator[Section]:
    """The whole report; a section that has nothing to say is left out, but for the gaps."""
    if report.broken:
        yield _broken(report)
    yield Section(f"Incident {report.incident}", tuple(_head(report)), level=1)
    yield _gaps(report)
    if report.ways_back:
        yield Section("Ways back in", (Items(tuple(f"{way.what}: {way.closed_by}" for way in report.ways_back)),))
    if report.freeze:
        yield Section("Freeze deployments", (Sentence(report.freeze),))
    yield Section("What was cut", tuple(_cuts(report)))
    yield Section("By whose decision", tuple(_decision(report)))
    yield Section("Timeline (UTC, AWS's clock)", (_timeline(report),))
    yield Section("Proofs", tuple(_proofs(report)))
    yield Section("Evidence", tuple(_evidence(report)))
    for message in report.messages:
        yield Section(f"Message to {message.to}", tuple(Sentence(each) for each in message.paragraphs))


def _broken(report: Report) -> Section:
    said = tuple(f"{_kind(seal)} {seal.name}: {seal.detail}" for seal in report.broken)
    warning = "this receipt was damaged or edited; nothing below can be trusted as evidence"
    return Section("!!! DIGESTS DO NOT MATCH !!!", (Sentence(warning), Items(said)), level=1)


def _head(report: Report) -> Iterator[Block]:
    yield Sentence(report.headline, "state")
    yield Sentence(report.receipt_id, "receipt")
    yield Sentence("this page is made from the receipt alone, and knows nothing that came after its last entry")


def _gaps(report: Report) -> Section:
    real = tuple(f"NOT CUT: {gap.what}: {gap.why}" for gap in report.gaps if gap.blocks_containment)
    told = tuple(f"{gap.what}: {gap.why}" for gap in report.gaps if not gap.blocks_containment)
    blocks = (Items(real + told),) if real + told else (Sentence("none was known to the plan"),)
    unseen = (Sentence("what no look at this trail shows:"), Items(report.not_in_evidence))
    return Section("Gaps", blocks + (unseen if report.not_in_evidence else ()))


def _cuts(report: Report) -> Iterator[Block]:
    for cut in report.cuts:
        yield Sentence(f"the {cut.slot}; {_until(cut)}; SHA-256 {cut.sha256}", _state(cut))
    if report.leaked_sessions:
        yield Sentence("the sessions that count as leaked:")
        yield from _sessions(report.leaked_sessions)
    if report.bystanders:
        yield Sentence("others that may be hit, as the plan saw them:")
        yield from _sessions(report.bystanders)


def _state(cut: Cut) -> str:
    return "removed" if cut.is_removal and cut.state == "written" else cut.state


def _until(cut: Cut) -> str:
    if cut.is_removal:
        return "taken away"
    return f"needed until {clock_time(cut.until)}" if cut.until is not None else "needed until it is undone"


def _sessions(sessions: tuple[Session, ...]) -> Iterator[Block]:
    rows = [
        (each.short_id, each.session_name, holder(each), clock_time(each.issued_at), clock_time(each.expires_at))
        for each in sessions
    ]
    yield Grid(("session", "name", "held by", "issued", "expires"), tuple(rows))
    seen = [(each.short_id, "; ".join((*each.addresses[:5], *each.user_agents[:3]))) for each in sessions]
    yield Items(tuple(f"{short_id} was seen from {origins}" for short_id, origins in seen if origins))


def _decision(report: Report) -> Iterator[Block]:
    made = report.decision
    yield Sentence(f"{made.planned_by}, {clock_time(made.planned_at)}", "planned by")
    yield Sentence(f"{made.applied_by}, {clock_time(made.applied_at)}, with {made.tool}", "applied by")
    yield Sentence(abridged(made.lead.split(), " "), "lead")
    yield Sentence(f"{made.rung}; what leaked: {made.leaked}", "rung")
    yield Sentence(made.assumed, "assumed")
    if made.cut_off is not None:
        yield Sentence(clock_time(made.cut_off), "cut-off")
    yield Sentence(made.consent, "consent")


def _timeline(report: Report) -> Grid:
    return Grid(("at", "what"), tuple((clock_time(each.at), each.what) for each in report.timeline))


def _proofs(report: Report) -> Iterator[Block]:
    if report.enforced_from is not None:
        yield Sentence(f"from {clock_time(report.enforced_from)}: {report.enforced_by}", "deny seen enforced")
    if report.proved_at is None:
        yield Sentence("none is in the receipt: written is not yet proven")
        return
    yield Sentence(clock_time(report.proved_at), "as verify found them at")
    told = (
        f"{'proved' if one.is_met else 'MISSING'} {one.name}: {one.detail} ({time_of_day(one.at)})"
        for one in report.proofs
    )
    yield Items(tuple(told))


def _evidence(report: Report) -> Iterator[Block]:
    intact = len(report.seals) - len(report.broken)
    yield Sentence(
        f"{intact} of {len(report.seals)} digests recomputed from the receipt and found right; SHA-256 of each:"
    )
    shown = [seal for number, seal in enumerate(report.seals) if number < SOME or seal.state == "changed"]
    yield Items(tuple(f"{_word(seal)} {_kind(seal)} {seal.name}: {seal.sha256}" for seal in shown))
    if left_out := len(report.seals) - len(shown):
        yield Sentence(f"and {left_out:,} more that were found right: {SEE_ALL}")
    yield Sentence(
        "a digest beside what it seals shows damage, not forgery: keep the receipt's own (sha256sum) somewhere else, "
        "and compare events with CloudTrail's files"
    )


def _word(seal: Seal) -> str:
    return "CHANGED" if seal.state == "changed" else "ok"


def _kind(seal: Seal) -> str:
    return {"document": "policy", "event": "event", "plan": "plan"}[seal.kind]
