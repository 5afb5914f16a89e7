"""What a drill's cuts rest on, kept while it is played: the plans applied, and what was asked of account and trail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from unassume.model.evidence import Probe, Probed, ProfileProbe
from unassume.model.inventories import BindingScps, HeldPolicy, HeldScps
from unassume.model.plans import Plan
from unassume.model.receipts import Begun, Entry
from unassume.model.sightings import Ask, Coverage, Sighting
from unassume.model.slots import Slot, Standing
from unassume.model.surveys import Caller, ScpRoom, Subject, Surveyed
from unassume.ports import Accounts, Journal, Trail, World


@dataclass(frozen=True)
class Cut:
    """A plan that a drill applied, and the account and trail as they stood when it was about to be written."""

    plan: Plan
    at: datetime
    caller: Caller
    holders: tuple[Surveyed, ...]
    sightings: tuple[Sighting, ...]


@dataclass
class Recorder:
    """The lens a drill is looked through: every cut that is begun in any of its worlds is kept."""

    cuts: list[Cut] = field(default_factory=list)

    def __call__(self, world: World) -> World:
        accounts, trail = RecordedAccounts(world.accounts), RecordedTrail(world.trail)
        journal = RecordedJournal(world.journal, accounts, trail, self.cuts)
        return replace(world, accounts=accounts, trail=trail, journal=journal)


@dataclass
class RecordedAccounts:
    """The accounts, and what was last seen of each role and user."""

    inner: Accounts
    seen: dict[Subject, Surveyed] = field(default_factory=dict)

    def caller(self, account: str | None = None) -> Caller:
        return self.inner.caller(account)

    def in_reach(self) -> tuple[str, ...]:
        return self.inner.in_reach()

    def now(self) -> datetime:
        return self.inner.now()

    def survey(self, subject: Subject) -> Surveyed | None:
        found = self.inner.survey(subject)
        if found is not None:
            self.seen[subject] = found
        return found

    def scps_over(self, account: str) -> BindingScps:
        return self.inner.scps_over(account)

    def held_scps(self) -> HeldScps:
        return self.inner.held_scps()

    def scp_room(self, account: str) -> ScpRoom:
        return self.inner.scp_room(account)

    def policies(self, role: str | None = None) -> Iterable[HeldPolicy]:
        return self.inner.policies(role)

    def read(self, slot: Slot) -> Standing:
        return self.inner.read(slot)

    def write(self, slot: Slot, before: str | None, after: str | None) -> None:
        self.inner.write(slot, before, after)

    def probe(self, probe: Probe | ProfileProbe) -> Probed:
        return self.inner.probe(probe)


@dataclass
class RecordedTrail:
    """The trail, and every sighting it showed."""

    inner: Trail
    seen: dict[str, Sighting] = field(default_factory=dict)

    def open(self) -> None:
        self.inner.open()

    def sightings(self, ask: Ask) -> Iterable[Sighting]:
        found = tuple(self.inner.sightings(ask))
        self.seen.update((repr(one), one) for one in found)
        return found

    def coverage(self) -> Coverage:
        return self.inner.coverage()


@dataclass
class RecordedJournal:
    """The journal, which tells when a cut begins."""

    inner: Journal
    accounts: RecordedAccounts
    trail: RecordedTrail
    cuts: list[Cut]

    def open(self, receipt_id: str) -> str:
        return self.inner.open(receipt_id)

    def append(self, receipt_id: str, entry: Entry) -> None:
        if isinstance(entry, Begun) and entry.plan.purpose == "cut":
            self.cuts.append(
                Cut(
                    plan=entry.plan, at=entry.at, caller=self.accounts.caller(),
                    holders=tuple(self.accounts.seen.values()), sightings=tuple(self.trail.seen.values()),
                )
            )  # fmt: skip
        self.inner.append(receipt_id, entry)

    def entries(self, receipt: str) -> tuple[Entry, ...]:
        return self.inner.entries(receipt)

    def receipts(self) -> tuple[str, ...]:
        return self.inner.receipts()
