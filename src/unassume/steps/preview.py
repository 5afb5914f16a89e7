"""preview: for every change and every session seen, whether it is cut, spared, or we are not sure.

The verdict is what the very text that will be written does: what its statements select where all of them are ours,
which a property holds to the evaluator's word; else what the evaluator says of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from unassume.iam.conditions import any_of
from unassume.means.judge import judge, principal_of
from unassume.means.mark import OurStatement, bind, instant, our_statements
from unassume.model.plans import Change, Plan
from unassume.model.previews import Judgement, Preview, Verdict
from unassume.model.selectors import OlderSessionsSelector
from unassume.model.sessions import Session

_NEVER = datetime.min.replace(tzinfo=UTC)


def preview(plan: Plan, sessions: Iterable[Session], cut_off: datetime, *, targets: Iterable[str]) -> Preview:
    """Judge every session under every change that writes a deny, with the cut-off bound to this instant."""
    aimed_at, own = frozenset(targets), plan.canary.principal_id if plan.canary else None
    seen = [session for session in sessions if session.principal_id != own]
    return Preview(
        judgements=tuple(
            judgement
            for change in plan.changes
            if change.after is not None
            for judgement in _judgements(change, seen, cut_off, aimed_at)
        ),
        bystanders_known=plan.coverage is not None and plan.coverage.is_complete,
        sharers=_sharers(seen, aimed_at),
    )


def _sharers(sessions: Iterable[Session], targets: frozenset[str]) -> int:
    """How many live targets are held by others than the person who holds fewest, issued by nobody among them."""
    live = [one for one in sessions if one.id in targets and one.live is not False]
    first = [one for one in live if one.parent is None or one.parent.session_id not in targets]
    held = Counter(one.person for one in first if one.person is not None)
    return held.total() - min(held.values()) if len(held) > 1 else 0


def _judgements(
    change: Change, sessions: Iterable[Session], cut_off: datetime, targets: frozenset[str]
) -> Iterator[Judgement]:
    """One change's word on the sessions of its role; the text is read once, for there may be a million of them."""
    text, of_role = bind(change.after, cut_off) or "", f"{change.holder_id}:"
    ours, bound_to = our_statements(text), instant(cut_off)
    by_name, anybody = _aims(ours or ())
    for session in sessions:
        if not session.principal_id.startswith(of_role):
            continue
        named = by_name.get(session.principal_id, anybody)
        if ours is None:
            verdict = judge(text, principal_of(session))
        else:
            verdict = _verdict(session, named) if named else Verdict.SPARED
        reason = _reason(session, verdict, bound_to) if named or ours is None else "goes by another name"
        yield Judgement(
            session_id=session.id,
            slot=change.slot,
            verdict=verdict,
            reason=reason,
            is_target=session.id in targets,
            is_live=session.live is not False,
        )


Aim = tuple[OurStatement, ...]


def _aims(statements: Iterable[OurStatement]) -> tuple[dict[str, Aim], Aim]:
    """The statements that bear on each user id they name, and those that bear on whoever is named by none."""
    anybody = tuple(each for each in statements if isinstance(each.selector, OlderSessionsSelector))
    by_name: dict[str, Aim] = {}
    for each in statements:
        if not isinstance(each.selector, OlderSessionsSelector):
            by_name[each.selector.principal_id] = (*by_name.get(each.selector.principal_id, anybody), each)
    return by_name, anybody


def _verdict(session: Session, statements: Aim) -> Verdict:
    # A canary's statement has no cut-off, and its selector asks for none.
    answer = any_of(each.selector.matches(session, each.cut_off or _NEVER) for each in statements)
    return Verdict.UNSURE if answer is None else Verdict.CUT if answer else Verdict.SPARED


def _reason(session: Session, verdict: Verdict, cut_off: str) -> str:
    issued = "at an unknown time" if session.issued_at is None else instant(session.issued_at)
    match verdict:
        case Verdict.CUT:
            return f"issued {issued}, before the cut-off {cut_off}"
        case Verdict.UNSURE:
            return f"issued {issued}: cannot tell from the cut-off {cut_off}"
        case Verdict.SPARED:
            return f"issued {issued}, not before the cut-off {cut_off}"
