"""The Trail port on the event histories of several accounts, read side by side."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec

from unassume.aws.reach import Reach
from unassume.aws.trail import LookupTrail
from unassume.errors import AccessError, TrailError, UnassumeError
from unassume.model.sightings import Ask, Coverage, Sighting


class ReachedTrails:
    """The event history of every account in reach; one that cannot be read is a gap, while another can."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._own = LookupTrail(reach.own)
        self._trails: dict[str, LookupTrail] = {}
        self._failures: dict[str, UnassumeError] = {}
        self._window: tuple[datetime, datetime] | None = None

    def open(self) -> None:
        """Find out which regions of our own account there are to be read; other accounts tell when they are asked."""
        self._own.open()

    def sightings(self, ask: Ask) -> tuple[Sighting, ...]:
        """What the histories show of it; TrailError when none can be read, AccessError without credentials of our own.

        Each account is asked for its own roles and names; only what may be of any is looked for in all.
        """
        accounts = self._reach.accounts()
        if (ask.since, ask.until) != self._window:
            self._window, self._failures = (ask.since, ask.until), {}
        asked = [account for account in accounts if account not in self._failures]
        answers = self._side_by_side([(account, narrowed(ask, account, accounts)) for account in asked])
        self._refuse_if_blind(accounts)
        return tuple(sighting for answer in answers for sighting in answer)

    def coverage(self) -> Coverage:
        """How far the latest inquiry reaches, of all accounts together."""
        accounts = self._reach.accounts()
        found = [self._of(account).coverage() for account in accounts if account not in self._failures]
        failed = [f"account {one} was not read: {why.message}" for one, why in sorted(self._failures.items())]
        return msgspec.structs.replace(
            found[0],
            as_of=min(each.as_of for each in found),
            since=max(each.since for each in found),
            events=sum(each.events for each in found),
            regions=tuple(region for each in found for region in each.regions),
            gaps=tuple(dict.fromkeys((*(gap for each in found for gap in each.gaps), *failed))),
        )

    def _side_by_side(self, asks: list[tuple[str, Ask]]) -> list[Iterable[Sighting]]:
        """Every account at once; Ctrl-C comes out at once, and what hangs is left to its thread."""
        if len(asks) == 1:
            return [self._asked(*asks[0])]
        pool = ThreadPoolExecutor(max(1, len(asks)))
        try:
            return list(pool.map(lambda one: self._asked(*one), asks))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _of(self, account: str) -> LookupTrail:
        if account not in self._trails:
            connection = self._reach.connection(account)
            self._trails[account] = self._own if connection is self._reach.own else LookupTrail(connection)
        return self._trails[account]

    def _asked(self, account: str, ask: Ask) -> Iterable[Sighting]:
        try:
            return self._of(account).sightings(ask)
        except (TrailError, AccessError) as error:
            self._failures[account] = error
            return ()

    def _refuse_if_blind(self, accounts: tuple[str, ...]) -> None:
        """Raise when no account could be read, or ours cannot for want of credentials."""
        own = self._failures.get(accounts[0])
        if own is not None and (isinstance(own, AccessError) or len(self._failures) == len(accounts)):
            raise own


def narrowed(ask: Ask, account: str, accounts: tuple[str, ...]) -> Ask:
    """The share of an ask that one account's history can answer best."""

    def is_its(text: str) -> bool:
        within = [one for one in ask.within.get(text, ()) if one in accounts]
        return not within or account in within

    def is_its_role(arn: str) -> bool:
        owner = arn.split(":")[4]
        return owner == account or owner not in accounts

    return msgspec.structs.replace(
        ask,
        role_arns=tuple(filter(is_its_role, ask.role_arns)),
        key_ids=tuple(filter(is_its, ask.key_ids)),
        session_names=tuple(filter(is_its, ask.session_names)),
        within={},
    )
