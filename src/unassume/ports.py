"""The ports: all that the steps know of the world. Adapters stand in `aws`, `sources`, `journal`, `lab`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from unassume.model.evidence import Probe, Probed, ProfileProbe
from unassume.model.inventories import BindingScps, HeldPolicy, HeldScps
from unassume.model.preflights import Answer, Question
from unassume.model.receipts import Entry
from unassume.model.sightings import Ask, Coverage, Sighting
from unassume.model.slots import Slot, Standing
from unassume.model.surveys import Caller, ScpRoom, Subject, Surveyed


class Trail(Protocol):
    """Where sessions are seen. Raises TrailError only when nothing at all can be read."""

    def open(self) -> None:
        """Find out what there is to be read, once, where that takes calls; raises nothing that reading will not."""

    def sightings(self, ask: Ask) -> Iterable[Sighting]:
        """Every issuance and every aggregated use in the window that touches what is asked for."""

    def coverage(self) -> Coverage:
        """How far what was read since the trail was opened reaches, and what is missing."""


class Blobs(Protocol):
    """Named bytes: files, folders, buckets."""

    def names(self, prefix: str, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[str]:
        """The names below a prefix, in a stable order; folders that are not wanted are not looked into."""

    def read(self, name: str) -> bytes:
        """The bytes of one name; InputError naming it when it is not there or not readable."""


class Accounts(Protocol):
    """The AWS accounts in reach of the responder's credentials; decides nothing."""

    def caller(self, account: str | None = None) -> Caller:
        """Who we are, or act as in an account in reach; AccessError without usable credentials there."""

    def in_reach(self) -> tuple[str, ...]:
        """The accounts we can act in, our own first; AccessError without usable credentials of our own."""

    def now(self) -> datetime:
        """AWS's clock, from the Date header of its latest answer carried forward; aware UTC."""

    def survey(self, subject: Subject) -> Surveyed | None:
        """What stands under that name, or None when there is no such thing; AccessError when refused."""

    def scp_room(self, account: str) -> ScpRoom:
        """Whether SCPs of ours can be attached to the account, and how many; never raises for what forbids it."""

    def policies(self, role: str | None = None) -> Iterable[HeldPolicy]:
        """Every inline and customer managed policy of the account's roles and users, or of that role; AccessError."""

    def held_scps(self) -> HeldScps:
        """The organization's SCPs that bear our name, or why nobody may look; InputError for an unknown profile."""

    def scps_over(self, account: str) -> BindingScps:
        """The SCPs that bind an account at every level, or why nobody may look; never raises for what forbids it."""

    def read(self, slot: Slot) -> Standing:
        """What stands in the slot now, its text exactly as AWS keeps it."""

    def write(self, slot: Slot, before: str | None, after: str | None) -> None:
        """Put `after` where `before` stood (None: nothing); safe to repeat from any state between."""

    def probe(self, probe: Probe | ProfileProbe) -> Probed:
        """Make one harmless call as a session of a role, or with a profile, and say how AWS answered, also refused."""


class Journal(Protocol):
    """Append-only receipts on durable storage; an entry is on disk when `append` returns."""

    def open(self, receipt_id: str) -> str:
        """Create the receipt, durably, and say where it is; AccessError when it cannot be created."""

    def append(self, receipt_id: str, entry: Entry) -> None:
        """Add one entry, durably."""

    def entries(self, receipt: str) -> tuple[Entry, ...]:
        """The entries of a receipt by id, path or `latest`; a torn last line is dropped. InputError when unknown."""

    def receipts(self) -> tuple[str, ...]:
        """The ids of all receipts kept here, oldest first."""


class StateFolder(Protocol):
    """Where the journal keeps its receipts, tried out before there is one."""

    def try_out(self) -> str:
        """Write, sync and remove a file there, and say where; AccessError when that cannot be done."""

    def is_private(self) -> bool:
        """Whether nobody else may look into it."""


class Permissions(Protocol):
    """What our own credentials may do, found out without writing anything."""

    def ends_at(self) -> datetime | None:
        """When the credentials expire, or None where nobody says."""

    def allowed(self, actions: Sequence[str], resource: str) -> Mapping[str, bool]:
        """Which of the actions are allowed on a resource; what cannot be known is left out."""


class Surroundings(Protocol):
    """What stands around a role or user of our account that a cut meets; decides nothing."""

    def look(self, questions: Iterable[Question]) -> Mapping[Question, Answer]:
        """Every question with its answer, within seconds; what cannot be found out is said in it, never raised."""


class Clock(Protocol):
    """Time, for steps: nothing else reads it or sleeps."""

    def now(self) -> datetime:
        """The local clock, aware UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait that long."""


class Progress(Protocol):
    """Where a step says what it is about to do; never an answer."""

    def tell(self, stage: str, text: str) -> None:
        """One line for the person watching: the stage (`apply`, `verify`...), and what happens now."""

    def count(self, stage: str, done: int, total: int) -> None:
        """How many of a long row are done, `total` at the end; two told at once may come in either order."""


Item = TypeVar("Item")
Found = TypeVar("Found")


class Lanes(Protocol):
    """Work that hangs on nothing but itself, which the world may do side by side."""

    def each(self, work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
        """What the work gives for every item, in order; the first error comes out once all that began has ended.

        Ctrl-C comes out at once.
        """


class OneLane:
    """One after the other."""

    def each(self, work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
        """What the work gives for every item, in order, up to the first error."""
        return [work(item) for item in items]


@dataclass(frozen=True)
class World:
    """The frozen bundle of ports a step works in; without `surroundings` a plan is made without looking around."""

    trail: Trail
    blobs: Blobs
    accounts: Accounts
    journal: Journal
    clock: Clock
    progress: Progress
    lanes: Lanes = field(default_factory=OneLane)
    surroundings: Surroundings | None = None
