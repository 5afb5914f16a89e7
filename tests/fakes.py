"""The ports in memory: small, honest implementations whose faults a test sets as plain fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce

import msgspec

from unassume.aws.inventory import marked
from unassume.errors import AccessError, InputError, TrailError
from unassume.means import trust
from unassume.means.splice import with_statement
from unassume.model.evidence import Probe, Probed, ProfileProbe
from unassume.model.inventories import BindingScps, HeldPolicy, HeldScps
from unassume.model.receipts import Begun, Entry, Intended
from unassume.model.sightings import Ask, Coverage, Issuance, RegionRead, Sighting
from unassume.model.slots import (
    AccessKeyStatus,
    AnyScp,
    InlinePolicy,
    ManagedPolicy,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Scp,
    Slot,
    Standing,
    UserInlinePolicy,
    UserManagedPolicy,
    UserScp,
)
from unassume.model.surveys import AccessKey, Caller, Role, RoleSubject, ScpRoom, Subject, User

START = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
RESPONDER = Caller(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/responder", user_id="AIDAEXAMPLERESPONDER0")


@dataclass
class FakeClock:
    """The local clock: it stands still but for sleeping; `on_sleep` lets the world move meanwhile."""

    at: datetime = START
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[], None] | None = None

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        if self.on_sleep is not None:
            self.on_sleep()


@dataclass
class FakeJournal:
    """Receipts in memory; `fail_on` makes the next entry of that kind unwritable."""

    kept: dict[str, list[Entry]] = field(default_factory=dict)
    fail_on: type | None = None

    def open(self, receipt_id: str) -> str:
        if receipt_id in self.kept:
            raise AccessError("the receipt exists already")
        self.kept[receipt_id] = []
        return f"memory:{receipt_id}"

    def append(self, receipt_id: str, entry: Entry) -> None:
        if self.fail_on is not None and isinstance(entry, self.fail_on):
            self.fail_on = None
            raise AccessError("the disk is full")
        self.kept[receipt_id].append(entry)

    def entries(self, receipt: str) -> tuple[Entry, ...]:
        if receipt not in self.kept:
            raise InputError(f"no receipt `{receipt}`")
        return tuple(self.kept[receipt])

    def receipts(self) -> tuple[str, ...]:
        return tuple(self.kept)


@dataclass
class _Write:
    """One write: when, and what stood before it (for reads that lag)."""

    at: datetime
    before: str | None


@dataclass
class FakeAccounts:
    """One AWS account: slots in a dict, roles, and a clock `skew` seconds behind the local one.

    `read_lag` and `propagation` are in seconds. `faults` are raised one per write: before it took hold, or after it
    where `is_lost` is set; `read_faults` one per read of a slot that was written. `probes` overrides how the canary
    is answered. Every write is held against the journal.
    """

    clock: FakeClock
    journal: FakeJournal
    roles: dict[str, Role] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    slots: dict[Slot, str] = field(default_factory=dict)
    scps: ScpRoom = field(default_factory=lambda: ScpRoom(why_not="it needs --organization-profile"))
    scps_unread: str = ""
    stray: tuple[HeldPolicy, ...] = ()
    other_scps: tuple[tuple[str, str], ...] = ()
    skew: float = 0.0
    read_lag: float = 0.0
    propagation: float = 3.0
    read_faults: list[BaseException] = field(default_factory=list)
    who: Caller = RESPONDER
    faults: list[BaseException] = field(default_factory=list)
    is_lost: bool = False
    probes: list[str] = field(default_factory=list)
    probed: list[Probe] = field(default_factory=list)
    profiles: dict[str, list[Probed]] = field(default_factory=dict)
    writes: list[tuple[Slot, str | None, str | None]] = field(default_factory=list)
    after_write: Callable[[Slot], None] | None = None
    _last: dict[Slot, _Write] = field(default_factory=dict)

    def caller(self, account: str | None = None) -> Caller:
        if account not in (None, self.who.account):
            raise AccessError(f"account {account} is out of reach")
        return self.who

    def in_reach(self) -> tuple[str, ...]:
        return (self.who.account,)

    def now(self) -> datetime:
        return self.clock.now() - timedelta(seconds=self.skew)

    def survey(self, subject: Subject) -> Role | User | None:
        kind: dict[str, Role] | dict[str, User] = self.roles if isinstance(subject, RoleSubject) else self.users
        held = kind.get(subject.name) if subject.account == self.who.account else None
        if held is None:
            return None
        ours = [(slot, text) for slot, text in self.slots.items() if slot.subject == subject]
        inline = {slot.policy: text for slot, text in ours if isinstance(slot, InlinePolicy)}
        attached = {slot.arn: text for slot, text in ours if isinstance(slot, ManagedPolicy)}
        found: Role | User = msgspec.structs.replace(
            held, inline={**held.inline, **inline}, attached={**held.attached, **attached}
        )
        set_ = {slot.key_id: text for slot, text in ours if isinstance(slot, AccessKeyStatus)}
        if isinstance(found, Role):
            put = [text for slot, text in ours if isinstance(slot, RoleTrustStatement)]
            return msgspec.structs.replace(found, trust=reduce(with_statement, put, found.trust))
        keys = tuple(
            AccessKey(id=one.id, is_active=set_[one.id] == "Active") if one.id in set_ else one for one in found.keys
        )
        return msgspec.structs.replace(found, keys=keys)

    def scp_room(self, account: str) -> ScpRoom:
        return self.scps

    def policies(self, role: str | None = None) -> tuple[HeldPolicy, ...]:
        found = [self.survey(RoleSubject(account=ACCOUNT, name=name)) for name in self.roles if role in (None, name)]
        return tuple(
            HeldPolicy(account=ACCOUNT, holder="role", holder_name=one.name, holder_id=one.id, name=name, text=text)
            for one in found
            if isinstance(one, Role)
            for name, text in {**one.inline, **one.attached, **marked(one.trust)}.items()
            if text is not None
        )

    def held_scps(self) -> HeldScps:
        """Those attached, by the slots; `stray` besides."""
        if self.scps_unread:
            return HeldScps(why_not=self.scps_unread)
        attached = [(slot, text) for slot, text in self.slots.items() if isinstance(slot, AnyScp)]
        found = tuple(
            HeldPolicy(account=slot.account, holder="account", holder_name=slot.account, holder_id="",
                       name=slot.policy, text=text, id=f"p-{slot.policy[-8:]}")
            for slot, text in attached
        )  # fmt: skip
        return HeldScps(policies=(*found, *self.stray))

    def scps_over(self, account: str) -> BindingScps:
        """Ours, those of the fake, and `others`; as readable as the organization is."""
        found = self.held_scps()
        ours = tuple((one.name, one.text) for one in found.policies)
        return BindingScps(policies=() if found.why_not else (*ours, *self.other_scps), why_not=found.why_not)

    def read(self, slot: Slot) -> Standing:
        held = self.survey(slot.subject)
        if held is None:
            return Standing(
                text=self.slots.get(self._known(slot)) if isinstance(slot, AnyScp) else None, holder_id=None
            )
        last = self._last.get(slot)
        if last is not None and self.read_faults:
            raise self.read_faults.pop(0)
        if last is not None and self.now() < last.at + timedelta(seconds=self.read_lag):
            return Standing(text=last.before, holder_id=held.id)
        text = self.slots.get(self._known(slot)) if isinstance(slot, AnyScp) else _standing(held, slot)
        is_shared = isinstance(slot, RoleTrustStatement)
        around = held.trust if is_shared and isinstance(held, Role) else None
        return Standing(text=text, holder_id=held.id, around=around)

    def write(self, slot: Slot, before: str | None, after: str | None) -> None:
        assert self._is_intended(after), "a write came before its intent was in the journal"
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not self.is_lost:
            raise fault
        self._last[slot] = _Write(at=self.now(), before=self.slots.get(slot))
        self.writes.append((slot, before, after))
        self.edit(slot, after)
        if self.after_write is not None:
            self.after_write(slot)
        if fault is not None:
            raise fault

    def edit(self, slot: Slot, text: str | None) -> None:
        """Somebody else's hand: put a text, or nothing, without the journal."""
        slot = self._known(slot)
        if text is None:
            self.slots.pop(slot, None)
        else:
            self.slots[slot] = text

    def _known(self, slot: Slot) -> Slot:
        """The organization knows an SCP by its name, whomever we say it is for."""
        if not isinstance(slot, AnyScp):
            return slot
        scps = [one for one in self.slots if isinstance(one, AnyScp) and one.policy == slot.policy]
        return next((one for one in scps if one.account == slot.account), slot)

    def probe(self, probe: Probe | ProfileProbe) -> Probed:
        if isinstance(probe, ProfileProbe):
            return self.profiles[probe.profile].pop(0)
        self.probed.append(probe)
        outcome = self.probes.pop(0) if self.probes else self._answer(probe)
        return msgspec.convert({"at": self.now(), "outcome": outcome, "detail": "as the fake says"}, Probed)

    def _answer(self, probe: Probe) -> str:
        """Explicitly denied once a text that names the canary has had time to propagate."""
        for slot, text in self.slots.items():
            last = self._last.get(slot)
            is_enforced = last is None or self.now() >= last.at + timedelta(seconds=self.propagation)
            if f":{probe.session_name}" in text and is_enforced:
                return "explicit-deny"
        return "allowed"

    def _is_intended(self, after: str | None) -> bool:
        """Whether some receipt has begun with this text and says that the change is about to be written."""
        for entries in self.journal.kept.values():
            begun = entries[0] if entries else None
            if not isinstance(begun, Begun) or not isinstance(entries[-1], Intended):
                continue
            if begun.changes[entries[-1].change].after == after:
                return True
        return False


def _standing(held: Role | User, slot: Slot) -> str | None:
    """What a survey of its holder shows in a slot."""
    match slot:
        case RoleInlinePolicy(policy=policy) | UserInlinePolicy(policy=policy):
            return held.inline.get(policy)
        case RoleManagedPolicy() | UserManagedPolicy():
            return held.attached.get(slot.arn)
        case RoleTrustStatement(statement=name):
            return trust.standing(held.trust, name) if isinstance(held, Role) else None
        case Scp() | UserScp():
            return None
        case AccessKeyStatus(key_id=key_id):
            keys = held.keys if isinstance(held, User) else ()
            return next(("Active" if key.is_active else "Inactive" for key in keys if key.id == key_id), None)


@dataclass
class FakeTrail:
    """A trail over a list of sightings; it reaches `lag` seconds short of AWS's now in every region but `behind`."""

    accounts: FakeAccounts
    seen: list[Sighting] = field(default_factory=list)
    regions: tuple[str, ...] = ("us-east-1", "eu-west-1")
    behind: dict[str, datetime | None] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    lag: float = 0.0
    is_unreadable: bool = False
    asked: list[Ask] = field(default_factory=list)
    gaps: tuple[str, ...] = ()

    def open(self) -> None:
        pass

    def sightings(self, ask: Ask) -> Iterable[Sighting]:
        self.asked.append(ask)
        if self.is_unreadable:
            raise TrailError("not allowed to look up events")
        if ask.whole:
            return list(self.seen)
        return [one for one in self.seen if _touches(one, ask)]

    def coverage(self) -> Coverage:
        now = self.accounts.now()
        return Coverage(
            source="memory",
            as_of=now,
            since=self.asked[-1].since if self.asked else now,
            regions=tuple(self._region(name, now) for name in self.regions),
            gaps=self.gaps,
        )

    def _region(self, name: str, now: datetime) -> RegionRead:
        if name in self.refused:
            return RegionRead(account=ACCOUNT, region=name, state="refused", reason="not allowed")
        newest = self.behind[name] if name in self.behind else now - timedelta(seconds=self.lag)
        return RegionRead(account=ACCOUNT, region=name, state="read", newest_event_at=newest)


class FakeBlobs:
    """No files at all."""

    def names(self, prefix: str, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[str]:
        return iter(())

    def read(self, name: str) -> bytes:
        raise InputError(f"no file `{name}`")


def _touches(sighting: Sighting, ask: Ask) -> bool:
    """Whether LookupEvents, asked attribute by attribute, would show the events behind a sighting.

    What lies before the window is not shown; what lies after it is, so that a test may put an event ahead of its time.
    """
    if (sighting.issued_at if isinstance(sighting, Issuance) else sighting.last_seen) < ask.since:
        return False
    keys, names = set(ask.key_ids), set(ask.session_names)
    if isinstance(sighting, Issuance) and sighting.origin in ask.event_names:
        return True
    if isinstance(sighting, Issuance):
        callers = {sighting.caller.key_id, *sighting.key_ids}
        return sighting.holder_arn in ask.role_arns or bool(callers & keys) or _caller_name(sighting) in names
    return sighting.session_name in names or bool(keys.intersection(sighting.key_ids))


def _caller_name(issuance: Issuance) -> str | None:
    caller = issuance.caller
    named = (caller.arn or "").rpartition("/")[2] if caller.kind == "IAMUser" else None
    return (caller.principal_id or "").partition(":")[2] or named or None
