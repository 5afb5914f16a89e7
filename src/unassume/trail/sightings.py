"""Events to sightings: every session issued, and the use of every session added up.

Files are unordered and hold copies, so nothing is joined while reading: first all events, then the sums.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from unassume.model.sightings import Issuance, Sighting, Use
from unassume.trail.events import Event
from unassume.trail.origins import issuance_of
from unassume.trail.refusals import denying_scp, is_exempt, is_explicit_deny, is_refusal

_SESSION_ARN = re.compile(r"arn:[\w-]+:sts::\d*:assumed-role/[^/]+/.+")


def sightings_of(events: Iterable[Event]) -> tuple[Sighting, ...]:
    """Issuances, then uses, each oldest first; copies of one event count once, in whatever order they come."""
    gathering = Gathering()
    for event in events:
        gathering.add(event)
    return gathering.sightings()


class Gathering:
    """Events being added up, in whatever order they come, and kept only as long as they must be.

    AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    A call across accounts is delivered to both with one `sharedEventID`; the other account's copy hides the caller,
    so that of such copies the one that tells most is waited for.
    """

    def __init__(self) -> None:
        self._issuances: list[Issuance] = []
        self._tallies: Tallies = {}
        self._seen: set[tuple[str, str | None]] = set()
        self._shared: dict[str, Event] = {}

    @property
    def events(self) -> int:
        """How many events there are, copies aside."""
        return len(self._seen) + len(self._shared)

    def add(self, event: Event) -> None:
        """Add one event, unless it was added before."""
        if event.shared_id:
            best = self._shared.setdefault(event.shared_id, event)
            if _telling(event) > _telling(best):
                self._shared[event.shared_id] = event
        elif (key := (event.id, event.recipient)) not in self._seen:
            self._seen.add(key)
            _take(event, self._issuances, self._tallies)

    def sightings(self) -> tuple[Sighting, ...]:
        """Issuances, then uses, each oldest first; to be asked for once, when all is added."""
        for event in self._shared.values():
            _take(event, self._issuances, self._tallies)
        issuances = sorted(self._issuances, key=lambda one: (one.issued_at, one.principal_id, one.key_ids))
        uses = [tally.use() for tally in self._tallies.values()]
        return (*issuances, *sorted(uses, key=lambda use: (use.first_seen, use.principal_id)))


Tallies = dict[tuple[str, str | None, datetime | None], "_Tally"]


def _take(event: Event, issuances: list[Issuance], tallies: Tallies) -> None:
    if issuance := issuance_of(event):
        issuances.append(issuance)
    if (principal_id := _session_of(event)) is not None:
        key = (principal_id, event.who.issuer.principal_id, event.who.issued_at)
        tallies.setdefault(key, _Tally(principal_id, event)).add(event)


def _telling(event: Event) -> tuple[bool, bool, bool, str]:
    """How much a copy tells; its digest decides between equals, so that order never does."""
    who = event.who
    return (who.session_context is not None, who.arn is not None, who.access_key_id is not None, event.raw.sha256)


def _session_of(event: Event) -> str | None:
    """The principal id of the session that made the call, of a role or on a user's token, if one did.

    A user's call on a long-term key has no creationDate; one in the console or on a token of his has.
    """
    who = event.who
    match who.type, who.principal_id:
        case ("AssumedRole", str(principal_id)) if ":" in principal_id:
            return principal_id
        case ("IAMUser", str(principal_id)) if principal_id.startswith("AIDA") and who.issued_at is not None:
            return principal_id
        case ("FederatedUser", str(principal_id)) if ":" in principal_id and who.issuer.principal_id:
            return principal_id
        case _:
            return None


class _Tally:
    """The running sum of one session's calls."""

    def __init__(self, principal_id: str, event: Event) -> None:
        self.principal_id = principal_id
        self.issued_at = event.who.issued_at
        self.account = event.who.account_id or event.recipient or ""
        self.arn = ""
        self.holder_arn: str | None = None
        is_given_out = event.who.type == "FederatedUser"
        self.user_id = event.who.issuer.principal_id if is_given_out else None
        self.source_identity: str | None = None
        self.calls = self.denied = self.exempt = self.explicit_denies = 0
        self.first_seen = self.last_seen = event.at
        self.first_explicit_deny_at: datetime | None = None
        self.scp_denies: dict[str, datetime] = {}
        self.last_allowed_at: datetime | None = None
        self.last_allowed_from: dict[str, datetime] = {}
        self.keys: set[str] = set()
        self.addresses: set[str] = set()
        self.user_agents: set[str] = set()
        self.regions: set[str] = set()

    def add(self, event: Event) -> None:
        """Add one call; calls may come in any order."""
        self.calls += 1
        self.first_seen = min(self.first_seen, event.at)
        self.last_seen = max(self.last_seen, event.at)
        self._judge(event)
        self._describe(event)

    def _judge(self, event: Event) -> None:
        if is_explicit_deny(event.error_code, event.error_message):
            self.explicit_denies += 1
            self.first_explicit_deny_at = min(self.first_explicit_deny_at or event.at, event.at)
        if (scp := denying_scp(event.error_code, event.error_message)) is not None:
            self.scp_denies[scp] = min(self.scp_denies.get(scp, event.at), event.at)
        if is_refusal(event.error_code):
            self.denied += 1
        elif is_exempt(event.source, event.name):
            self.exempt += 1
        else:
            self.last_allowed_at = max(self.last_allowed_at or event.at, event.at)
            address = event.address or "?"
            self.last_allowed_from[address] = max(self.last_allowed_from.get(address, event.at), event.at)

    def _describe(self, event: Event) -> None:
        who = event.who
        self.arn = self.arn or _session_arn(event)
        self.holder_arn = self.holder_arn or (who.arn if who.type == "IAMUser" else who.issuer.arn)
        if who.session_context is not None:
            self.source_identity = self.source_identity or who.session_context.source_identity
        for found, kept in (
            (who.access_key_id, self.keys), (event.address, self.addresses),
            (event.user_agent, self.user_agents), (event.region, self.regions),
        ):  # fmt: skip
            if found:
                kept.add(found)

    def use(self) -> Use:
        """The sum as a value."""
        return Use(
            account=self.account, principal_arn=self.arn, principal_id=self.principal_id,
            session_name=self.principal_id.partition(":")[2] or self.arn.rpartition("/")[2], issued_at=self.issued_at,
            holder_arn=self.holder_arn, user_id=self.user_id,
            key_ids=tuple(sorted(self.keys)), source_identity=self.source_identity, calls=self.calls,
            denied=self.denied, exempt=self.exempt, explicit_denies=self.explicit_denies,
            first_seen=self.first_seen, last_seen=self.last_seen,
            first_explicit_deny_at=self.first_explicit_deny_at, last_allowed_at=self.last_allowed_at,
            scp_denies=tuple(sorted(self.scp_denies.items())),
            last_allowed_from=tuple(sorted(self.last_allowed_from.items())),
            addresses=tuple(sorted(self.addresses)), user_agents=tuple(sorted(self.user_agents)),
            regions=tuple(sorted(self.regions)),
        )  # fmt: skip


def _session_arn(event: Event) -> str:
    """The session's ARN; put together from its role's for calls AWS makes on a session's behalf without one."""
    if event.who.type != "AssumedRole":
        return event.who.arn or ""
    if (said := event.who.arn) is not None and _SESSION_ARN.fullmatch(said):
        return said
    role_id, _, name = (event.who.principal_id or "").partition(":")
    parts = (event.who.issuer.arn or "").split(":", 5)
    if len(parts) != 6:
        return f"arn:aws:sts::{event.who.account_id or ''}:assumed-role/{role_id}/{name}"
    return f"arn:{parts[1]}:sts::{parts[4]}:assumed-role/{parts[5].rsplit('/', 1)[-1]}/{name}"
