"""preview: for every change and every session seen, whether it is cut, spared, or we are not sure.

The verdict is what the very text that will be written does: what its statements select where all of them are ours,
which a property holds to the evaluator's word; else what the evaluator says of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from unassume.iam.conditions import any_of
from unassume.means.judge import judge, principal_of
from unassume.means.mark import OurStatement, bind, our_statements
from unassume.means.shapes import instant
from unassume.model.plans import Change, Plan
from unassume.model.previews import ISSUED, Judgement, Preview, Verdict
from unassume.model.selectors import user_id
from unassume.model.sessions import Session

_NEVER = datetime.min.replace(tzinfo=UTC)
_ANOTHER_NAME = (Verdict.SPARED, "goes by another name")


def preview(plan: Plan, sessions: Iterable[Session], cut_off: datetime, *, targets: Iterable[str]) -> Preview:
    """Judge every session under every change that writes a deny, with the cut-off bound to this instant."""
    aimed_at, own = frozenset(targets), {canary.principal_id for canary in plan.canaries}
    seen = [session for session in sessions if session.principal_id not in own]
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
    """One change's word on the sessions of its role."""
    slot, of_role, word = change.slot, f"{change.holder_id}:", _word(change, cut_off)
    for session in sessions:
        if session.principal_id.startswith(of_role):
            verdict, because = word(session)
            yield Judgement(
                session_id=session.id,
                slot=slot,
                verdict=verdict,
                because=because,
                issued_at=session.issued_at,
                is_target=session.id in targets,
                is_live=session.live is not False,
            )


Word = tuple[Verdict, str]


def _word(change: Change, cut_off: datetime) -> Callable[[Session], Word]:
    """What a change says of each session; its text is read once, for there may be a million of them."""
    text, words = bind(change.after, cut_off) or "", _words(instant(cut_off))
    ours = our_statements(text)
    if ours is None:
        of_verdict = {word[0]: word for word in words.values()}
        return lambda session: of_verdict[judge(text, principal_of(session))]
    by_name, anybody = _aims(ours)

    def word(session: Session) -> Word:
        aim = by_name.get(session.principal_id, anybody)
        return words[_hits(session, aim)] if aim else _ANOTHER_NAME

    return word


def _words(cut_off: str) -> dict[bool | None, Word]:
    """The verdict for each answer whether it hits, with its reason: one text for all who share it."""
    return {
        True: (Verdict.CUT, f"issued {ISSUED}, before the cut-off {cut_off}"),
        False: (Verdict.SPARED, f"issued {ISSUED}, not before the cut-off {cut_off}"),
        None: (Verdict.UNSURE, f"issued {ISSUED}: cannot tell from the cut-off {cut_off}"),
    }


Aim = tuple[OurStatement, ...]


def _aims(statements: Iterable[OurStatement]) -> tuple[dict[str, Aim], Aim]:
    """The statements that bear on each user id they name, and those that bear on whoever is named by none."""
    named = [(user_id(each.selector), each) for each in statements]
    anybody = tuple(each for name, each in named if name is None)
    by_name: dict[str, Aim] = {}
    for name, each in named:
        if name is not None:
            by_name[name] = (*by_name.get(name, anybody), each)
    return by_name, anybody


def _hits(session: Session, aim: Aim) -> bool | None:
    # A canary's statement has no cut-off, and its selector asks for none.
    return any_of([each.selector.matches(session, each.cut_off or _NEVER) for each in aim])
