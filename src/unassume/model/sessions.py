"""A session: (role id, session name, issue time), or a user's token. Keys are attributes of it, never its identity.

A token of GetSessionToken bears the user's own id and is named after him; one of GetFederationToken bears the account
and the name it was given (`111122223333:name`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from unassume.model.sightings import FederatedSubject
from unassume.model.surveys import RoleSubject, Subject, UserSubject

_SECOND, _TWO_SECONDS = timedelta(seconds=1), timedelta(seconds=2)


class Edge(msgspec.Struct, frozen=True):
    """Why one session is held to come from another, and how sure that is (certain, likely, possible)."""

    reason: str
    confidence: str


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who a session was issued to: a session we know (`session_id`), or a principal outside it."""

    kind: str
    arn: str | None = None
    principal_id: str | None = None
    key_id: str | None = None
    session_id: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session as the trail shows it; `live` is None where its expiry cannot be bounded.

    `expiry_is` is `issued` (the issuing event said it) or `bounded` (the longest it can be).
    `issued_at_is` is `event` (the issuing event's second, ±1 s) or `use` (a later call's creationDate, exact to the
    second for every key of the session).
    `user_id` and `user_name` are of the IAM user whose token of GetFederationToken it is, and None for all others.
    `scp_denies` has when an SCP first denied it explicitly, by the SCP's id (empty where AWS did not name it).
    `federated` is whom providers vouched for when it began, and empty where one of its issuing events does not say.
    `are_tags_known` says that `tags` are all it carries, the role's own among them.
    """

    id: str
    account: str
    principal_arn: str
    principal_id: str
    session_name: str
    issued_at: datetime | None
    expires_at: datetime | None
    expiry_is: str
    origin: str
    issued_at_is: str = "event"
    key_ids: tuple[str, ...] = ()
    source_identity: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    are_tags_known: bool = False
    federated: tuple[FederatedSubject, ...] = ()
    parent: Issuer | None = None
    edge: Edge | None = None
    calls: int = 0
    denied: int = 0
    explicit_denies: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    first_explicit_deny_at: datetime | None = None
    scp_denies: tuple[tuple[str, datetime], ...] = ()
    last_allowed_at: datetime | None = None
    last_allowed_from: tuple[tuple[str, datetime], ...] = ()
    addresses: tuple[str, ...] = ()
    user_agents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    live: bool | None = None

    @property
    def short_id(self) -> str:
        """The first letters of the id, for people; only the whole id tells sessions apart."""
        return self.id[:12]

    @property
    def issued_within(self) -> tuple[datetime, datetime] | None:
        """The half-open interval its issue time lies in: a use tells the second, the issuing event a second around."""
        if self.issued_at is None:
            return None
        if self.issued_at_is == "use":
            return self.issued_at, self.issued_at + _SECOND
        return self.issued_at - _SECOND, self.issued_at + _TWO_SECONDS

    @property
    def person(self) -> str | None:
        """Who holds it, as far as the trail says: the source identity, else whoever it was issued to."""
        return self.source_identity or (self.parent and (self.parent.principal_id or self.parent.arn)) or None

    @property
    def is_identity_known(self) -> bool:
        """Whether a missing `source_identity` means that there is none: an event of the session would have shown it.

        AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
        """
        return self.source_identity is not None or self.parent is not None or self.calls > 0

    def tag(self, key: str) -> str | None:
        """The value of the tag of that key (of any case, as in condition keys), or None where none is seen."""
        return next((value for name, value in self.tags if name.lower() == key.lower()), None)

    @property
    def kind(self) -> Literal["role", "token", "federation"]:
        """What it is a session of: a role, a user's own token, or one he gave out."""
        if self.user_id is not None:
            return "federation"
        return "token" if self.principal_id.startswith("AIDA") else "role"

    @property
    def holder_id(self) -> str:
        """The unique id of the role (`AROA...`) or user (`AIDA...`) whose policies bind it."""
        return self.user_id or self.principal_id.partition(":")[0]

    @property
    def holder_name(self) -> str:
        """The name of that role or user (without path)."""
        match self.kind:
            case "role":
                return self.principal_arn.split(":", 5)[5].split("/")[1]
            case "token":
                return self.principal_arn.rpartition("/")[2]
            case "federation":
                return self.user_name or "?"

    @property
    def holder(self) -> Subject:
        """That role or user, by account and name."""
        kind = RoleSubject if self.kind == "role" else UserSubject
        return kind(account=self.account, name=self.holder_name)
