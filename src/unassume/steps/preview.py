"""preview: for every role that is written and every session of it seen, whether it is cut, spared, or we are not sure.

The verdict is what the very texts that will be written do (`verdicts.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from unassume.model.plans import Change, Plan, by_holder
from unassume.model.previews import Judgement, Preview
from unassume.model.sessions import Session
from unassume.steps.verdicts import word_of


def preview(plan: Plan, sessions: Iterable[Session], cut_off: datetime, *, targets: Iterable[str]) -> Preview:
    """Judge every session under all that is written on its role, with the cut-off bound to this instant."""
    aimed_at, own = frozenset(targets), {canary.principal_id for canary in plan.canaries}
    seen = [session for session in sessions if session.principal_id not in own]
    return Preview(
        judgements=tuple(
            judgement
            for changes in by_holder(change for change in plan.changes if change.after is not None)
            for judgement in _judgements(changes, seen, cut_off, aimed_at)
        ),
        bystanders_known=plan.coverage is not None and plan.coverage.is_complete,
        sharers=_sharers(seen, aimed_at),
    )


def _sharers(sessions: Iterable[Session], targets: frozenset[str]) -> int:
    """How many live targets share their name with somebody else's, issued by nobody among them.

    Of each name they are all but those of the person who holds fewest.
    """
    held: dict[str, Counter[str]] = {}
    for one in sessions:
        is_first = one.parent is None or one.parent.session_id not in targets
        if one.id in targets and one.live is not False and is_first and one.person is not None:
            held.setdefault(one.principal_id, Counter())[one.person] += 1
    return sum(each.total() - min(each.values()) for each in held.values() if len(each) > 1)


def _judgements(
    changes: tuple[Change, ...], sessions: Iterable[Session], cut_off: datetime, targets: frozenset[str]
) -> Iterator[Judgement]:
    """The word of all changes on one role on each of its sessions."""
    holder_id, word = changes[0].holder_id, word_of(changes, cut_off)
    for session in sessions:
        if session.holder_id == holder_id:
            verdict, because, slot = word(session)
            yield Judgement(
                session_id=session.id,
                slot=slot,
                verdict=verdict,
                because=because,
                issued_at=session.issued_at,
                is_target=session.id in targets,
                is_live=session.live is not False,
            )
