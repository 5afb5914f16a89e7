"""What a trail tells of sessions: that one was issued, or how one was used; never a single event."""

from __future__ import annotations

from datetime import datetime

import msgspec


class RawEvent(msgspec.Struct, frozen=True):
    """One CloudTrail event as it was received: the digest is of the bytes, the text has tokens taken out.

    `text_sha256` is the digest of the text where something was taken out, so that it can be checked; else it is empty.
    """

    event_id: str
    sha256: str
    text: str
    text_sha256: str = ""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a call, as `userIdentity` shows it; for a session, `issued_at` is its creationDate."""

    kind: str
    account: str | None = None
    arn: str | None = None
    principal_id: str | None = None
    key_id: str | None = None
    issued_at: datetime | None = None


class FederatedSubject(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Whom an identity provider vouched for: `provider` as policies name it (ARN or host), and its name for him.

    `is_lasting` is false where the next assertion about the same person may bear another name.
    """

    provider: str
    subject: str
    is_lasting: bool = True


class Issuance(msgspec.Struct, frozen=True, kw_only=True, tag="issuance", tag_field="sighting"):
    """A session was issued: by whom, of which holder, under which name; `issued_at` is the event's second.

    `holder_arn` is the role's, or the user's whose token it is; `user_id` the user's unique id where the principal id
    does not tell it (GetFederationToken). `federated` is None where no provider vouched, or no event says for whom.
    """

    origin: str
    account: str
    region: str
    issued_at: datetime
    caller: Identity
    holder_arn: str
    principal_id: str
    session_name: str
    user_id: str | None = None
    key_ids: tuple[str, ...] = ()
    expires_at: datetime | None = None
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    federated: FederatedSubject | None = None
    address: str | None = None
    user_agent: str | None = None
    raw: RawEvent


class Use(msgspec.Struct, frozen=True, kw_only=True, tag="use", tag_field="sighting"):
    """How one session was used within the window asked for, added up over its events.

    `denied` counts calls AWS refused for lack of permission; any other error means the call *was*
    authorised and counts as allowed. Calls that no policy stops (`exempt`) prove nothing: they are
    counted in `calls` and in `exempt`, never in `last_allowed_at`. `holder_arn` and `user_id` are as in an issuance.
    `scp_denies` has when an SCP first denied it explicitly, by the SCP's id (empty where AWS did not name it).
    """

    account: str
    principal_arn: str
    principal_id: str
    session_name: str
    issued_at: datetime | None
    holder_arn: str | None = None
    user_id: str | None = None
    key_ids: tuple[str, ...] = ()
    source_identity: str | None = None
    calls: int = 0
    denied: int = 0
    exempt: int = 0
    explicit_denies: int = 0
    first_seen: datetime
    last_seen: datetime
    first_explicit_deny_at: datetime | None = None
    scp_denies: tuple[tuple[str, datetime], ...] = ()
    last_allowed_at: datetime | None = None
    last_allowed_from: tuple[tuple[str, datetime], ...] = ()
    addresses: tuple[str, ...] = ()
    user_agents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


Sighting = Issuance | Use


def holder_id(sighting: Sighting) -> str:
    """The unique id of the role or user whose policies bind the session."""
    return sighting.user_id or sighting.principal_id.partition(":")[0]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for in a trail: anything within the window that touches one of these.

    `within` says of names and keys in which accounts' trails it is enough to look; one that it does not hold, in all.
    How far a trail reaches is found out before the rest is read, for what is newer may be missing from it; `in_haste`
    it is not. `whole` asks for everything: every session that was issued, and all use that can be had with it.
    """

    since: datetime
    until: datetime
    role_arns: tuple[str, ...] = ()
    key_ids: tuple[str, ...] = ()
    session_names: tuple[str, ...] = ()
    event_names: tuple[str, ...] = ()
    within: dict[str, tuple[str, ...]] = {}
    in_haste: bool = False
    whole: bool = False


class RegionRead(msgspec.Struct, frozen=True, kw_only=True):
    """How far one region of one account was read; `state` says why, when it was not."""

    account: str
    region: str
    state: str  # read | refused | unreachable
    newest_event_at: datetime | None = None
    first_event_at: datetime | None = None
    reason: str = ""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer rests on: which trail, which window, how far each region reaches, what is missing.

    `gaps` is what could have been read and was not: nothing is contained while there is one. `unseen` is what this
    kind of trail never shows, however well it is read. `files` were read or `skipped` (by name), where it is files.
    """

    source: str
    as_of: datetime
    since: datetime
    regions: tuple[RegionRead, ...] = ()
    events: int = 0
    files: int = 0
    skipped: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every region was read and nothing that could have been seen is missing."""
        return self.readable and not self.gaps and all(region.state == "read" for region in self.regions)

    @property
    def readable(self) -> bool:
        """Whether at least one region could be read."""
        return any(region.state == "read" for region in self.regions)

    @property
    def seen_up_to(self) -> datetime | None:
        """The instant every region read reaches, or None where one shows no event at all."""
        newest = [region.newest_event_at for region in self.regions if region.state == "read"]
        if not newest or any(instant is None for instant in newest):
            return None
        return min(instant for instant in newest if instant is not None)
