"""Ports that die: the process ends before or after the n-th write to AWS or to the journal, as SIGKILL would end it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tests.fakes import FakeAccounts, FakeJournal
from unassume.model.evidence import Probe, Probed, ProfileProbe
from unassume.model.inventories import BindingScps, HeldPolicy, HeldScps
from unassume.model.receipts import Entry
from unassume.model.slots import Slot, Standing
from unassume.model.surveys import Caller, ScpRoom, Subject, Surveyed
from unassume.ports import World


class Died(BaseException):
    """The process is gone; nothing of ours runs after it."""


@dataclass
class Life:
    """How many points are left; each is passed once, before or after a write."""

    left: int
    passed: int = 0

    def point(self) -> None:
        """One point; at the last one everything ends."""
        self.passed += 1
        if self.passed == self.left:
            raise Died


@dataclass
class MortalAccounts:
    """The account, which outlives us."""

    inner: FakeAccounts
    life: Life

    def caller(self, account: str | None = None) -> Caller:
        return self.inner.caller(account)

    def in_reach(self) -> tuple[str, ...]:
        return self.inner.in_reach()

    def now(self) -> datetime:
        return self.inner.now()

    def survey(self, subject: Subject) -> Surveyed | None:
        return self.inner.survey(subject)

    def scp_room(self, account: str) -> ScpRoom:
        return self.inner.scp_room(account)

    def held_scps(self) -> HeldScps:
        return self.inner.held_scps()

    def scps_over(self, account: str) -> BindingScps:
        return self.inner.scps_over(account)

    def policies(self, role: str | None = None) -> Iterable[HeldPolicy]:
        return self.inner.policies(role)

    def read(self, slot: Slot) -> Standing:
        return self.inner.read(slot)

    def write(self, slot: Slot, before: str | None, after: str | None) -> None:
        self.life.point()
        self.inner.write(slot, before, after)
        self.life.point()

    def probe(self, probe: Probe | ProfileProbe) -> Probed:
        return self.inner.probe(probe)


@dataclass
class MortalJournal:
    """The disk, which keeps what was synced."""

    inner: FakeJournal
    life: Life

    def open(self, receipt_id: str) -> str:
        self.life.point()
        place = self.inner.open(receipt_id)
        self.life.point()
        return place

    def append(self, receipt_id: str, entry: Entry) -> None:
        self.life.point()
        self.inner.append(receipt_id, entry)
        self.life.point()

    def entries(self, receipt: str) -> tuple[Entry, ...]:
        return self.inner.entries(receipt)

    def receipts(self) -> tuple[str, ...]:
        return self.inner.receipts()


def mortal(world: World, accounts: FakeAccounts, journal: FakeJournal, life: Life) -> World:
    """The same world, seen by a process that will die."""
    return replace(world, accounts=MortalAccounts(accounts, life), journal=MortalJournal(journal, life))
