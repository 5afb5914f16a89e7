"""preview: for every change and every session seen, whether it is cut, spared, or we are not sure.

The verdict is what the evaluator says of the very text that will be written; nothing is guessed from names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from unassume.means.judge import judge, principal_of
from unassume.means.mark import bind, instant, our_statements
from unassume.model.plans import Change, Plan
from unassume.model.previews import Judgement, Preview, Verdict
from unassume.model.selectors import CanarySelector, OlderSessionsSelector, SessionNameSelector
from unassume.model.sessions import Session


def preview(plan: Plan, sessions: Iterable[Session], cut_off: datetime, *, targets: Iterable[str]) -> Preview:
    """Judge every session under every change that writes a deny, with the cut-off bound to this instant."""
    aimed_at, own = set(targets), plan.canary.principal_id if plan.canary else None
    seen = [session for session in sessions if session.principal_id != own]
    return Preview(
        judgements=tuple(
            _judgement(change, session, cut_off, session.id in aimed_at)
            for change in plan.changes
            if change.after is not None
            for session in seen
            if session.role_id == change.holder_id
        ),
        bystanders_known=plan.coverage is not None and plan.coverage.is_complete,
        sharers=_sharers(seen, aimed_at),
    )


def _sharers(sessions: Iterable[Session], targets: set[str]) -> int:
    """How many live targets are held by others than the person who holds fewest, issued by nobody among them."""
    live = [one for one in sessions if one.id in targets and one.live is not False]
    first = [one for one in live if one.parent is None or one.parent.session_id not in targets]
    held = Counter(one.person for one in first if one.person is not None)
    return held.total() - min(held.values()) if len(held) > 1 else 0


def _judgement(change: Change, session: Session, cut_off: datetime, is_target: bool) -> Judgement:
    text = bind(change.after, cut_off)
    assert text is not None
    verdict = judge(text, principal_of(session))
    return Judgement(
        session_id=session.id,
        slot=change.slot,
        verdict=verdict,
        reason=_reason(text, session, verdict, cut_off),
        is_target=is_target,
        is_live=session.live is not False,
    )


def _reason(text: str, session: Session, verdict: Verdict, cut_off: datetime) -> str:
    named = any(_names(statement.selector, session) for statement in our_statements(text) or ())
    issued = "at an unknown time" if session.issued_at is None else instant(session.issued_at)
    match verdict:
        case Verdict.CUT:
            return f"issued {issued}, before the cut-off {instant(cut_off)}"
        case Verdict.UNSURE:
            return f"issued {issued}: cannot tell from the cut-off {instant(cut_off)}"
        case Verdict.SPARED if named:
            return f"issued {issued}, not before the cut-off {instant(cut_off)}"
        case Verdict.SPARED:
            return "goes by another name"


def _names(selector: SessionNameSelector | OlderSessionsSelector | CanarySelector, session: Session) -> bool:
    match selector:
        case SessionNameSelector(principal_id=principal_id) | CanarySelector(principal_id=principal_id):
            return principal_id == session.principal_id
        case OlderSessionsSelector():
            return True
