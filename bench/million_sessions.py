"""Which of 1,000,000 sessions does a plan hit: seconds, and memory over the sessions themselves.

Two plans, one after the other: 200 leaked names of one role, and all its older sessions.

    python bench/million_sessions.py [SESSIONS]
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import UTC, datetime, timedelta

from unassume.means.mark import document
from unassume.model.plans import Change, CutOff, Plan
from unassume.model.previews import Verdict
from unassume.model.selectors import OlderSessionsSelector, Selector, SessionNameSelector
from unassume.model.sessions import Session
from unassume.model.slots import RoleInlinePolicy
from unassume.steps.preview import preview

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
CUT_OFF = START + timedelta(hours=6)
ROLE_ID = "AROAEXAMPLEANALYST000"
LEAKED = 200


def sessions(count: int) -> list[Session]:
    """Sessions of one role under half as many names, over twelve hours."""
    return [_session(number, START + timedelta(seconds=number % 43_200)) for number in range(count)]


def _session(number: int, issued_at: datetime) -> Session:
    name = f"person{number // 2}"
    return Session(
        id=f"{number:040x}", account="111122223333", principal_id=f"{ROLE_ID}:{name}", session_name=name,
        principal_arn=f"arn:aws:sts::111122223333:assumed-role/Analyst/{name}", issued_at=issued_at,
        expires_at=issued_at + timedelta(hours=12), expiry_is="issued", origin="assume-role", live=True,
    )  # fmt: skip


def plan(selectors: tuple[Selector, ...]) -> Plan:
    """A cut of that role by these selectors."""
    slot = RoleInlinePolicy(account="111122223333", role="Analyst", policy="Unassume-INC-1-00000000")
    return Plan(
        tool="bench", purpose="cut", incident="INC-1", created_at=CUT_OFF, caller_arn="", accounts=(), lead="",
        leaked="unknown", assumed="", rung="session-name", cut_off=CutOff(at=CUT_OFF), gaps=(),
        changes=(Change(slot=slot, holder_id=ROLE_ID, before=None, after=document(selectors)),),
    )  # fmt: skip


def main() -> None:
    """Print seconds and megabytes for both plans."""
    seen = sessions(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    names = tuple(SessionNameSelector(f"{ROLE_ID}:person{number * 7}") for number in range(LEAKED))
    before = _peak()
    for what, selectors in ((f"{LEAKED} names", names), ("all older sessions", (OlderSessionsSelector(),))):
        started = time.perf_counter()
        found = preview(plan(selectors), seen, CUT_OFF, targets=())
        taken = time.perf_counter() - started
        hit = sum(each.verdict is not Verdict.SPARED for each in found.judgements)
        print(f"{what}: {hit:,} of {len(seen):,} hit, {taken:.2f} s, {_peak() - before:.0f} MB over the sessions")
        del found


def _peak() -> float:
    """The most memory this process ever held, in megabytes (Linux counts in kibibytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
