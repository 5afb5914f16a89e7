"""IAM as it stood some lab-seconds ago: what makes a new policy take time to bite and a read lag behind a write."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from unassume.lab.accounts import state
from unassume.lab.accounts.guardrails import levels_over
from unassume.lab.accounts.state import AccountView
from unassume.lab.clock import LabClock

_EMPTY = AccountView({}, {}, {})


class History:
    """The versions of each account's IAM; `propagation` and `read_delay` are lab-seconds.

    INVARIANT: versions are noted in the order of the lab clock, so the newest one is what moto holds.
    """

    def __init__(self, clock: LabClock, *, propagation: float, read_delay: float) -> None:
        self._clock = clock
        self._propagation = timedelta(seconds=propagation)
        self._read_delay = timedelta(seconds=read_delay)
        self._kept = max(self._propagation, self._read_delay)
        self._versions: dict[str, list[tuple[datetime, AccountView]]] = {}
        self.lock = threading.RLock()

    def holds(self, account: str) -> bool:
        """Whether the lab has an account of that number."""
        return account in self._versions

    def enforced(self, account: str) -> AccountView:
        """What authorisation knows of the account's IAM now."""
        return self._as_of(account, self._propagation)

    def readable(self, account: str) -> AccountView:
        """What the Get and List calls on roles know of it now."""
        return self._as_of(account, self._read_delay)

    def newest(self, account: str) -> AccountView:
        """What was last written."""
        return self._as_of(account, timedelta())

    def changing(self, account: str, change: Callable[[], bytes]) -> bytes:
        """Run one mutating IAM call, note what it left, and mend the ids in its answer."""
        with self.lock:
            try:
                body = change()
            except BaseException:
                # moto may have failed half way: what it holds now is what is enforced.
                self.note(account)
                raise
            now = self._clock.now()
            for wrong, right in state.mend_ids(account, now).items():
                body = body.replace(wrong.encode(), right.encode())
            self.note(account)
            return body

    def note(self, account: str) -> None:
        """Keep what moto holds for the account now as its newest version, with the lab's dates on its new roles."""
        with self.lock:
            state.mend_roles(account, self.newest(account).roles, self._clock.now())
            scps, rcps = levels_over(account)
            self._add(account, msgspec.structs.replace(state.view(account), scps=scps, rcps=rcps))

    def note_guardrails(self) -> None:
        """Keep what SCPs and RCPs stand over each account now; their IAM stays what was last noted.

        ASSUMPTION: they take as long to bite as IAM's policies. AWS gives no time for attaching one, and calls
        detaching one immediate; a caller who waits for IAM's changes is right about both.
        # AWS: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
        """
        with self.lock:
            for account in list(self._versions):
                newest, (scps, rcps) = self.newest(account), levels_over(account)
                if (newest.scps, newest.rcps) != (scps, rcps):
                    self._add(account, msgspec.structs.replace(newest, scps=scps, rcps=rcps))

    def _add(self, account: str, view: AccountView) -> None:
        now = self._clock.now()
        versions = [*self._versions.get(account, []), (now, view)]
        current = bisect_right(versions, now - self._kept, key=lambda version: version[0])
        self._versions[account] = versions[max(0, current - 1) :]

    def _as_of(self, account: str, delay: timedelta) -> AccountView:
        at = self._clock.now() - delay
        versions = self._versions.get(account, [])
        index = bisect_right(versions, at, key=lambda version: version[0])
        return versions[index - 1][1] if index else _EMPTY
