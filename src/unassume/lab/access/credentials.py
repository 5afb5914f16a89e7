"""Keys the lab itself gave out: sessions and the account's root key; user keys live in moto."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SWEEP = 500
_AFTER = timedelta(minutes=5)


class Credentials(msgspec.Struct, frozen=True):
    """What a client signs with; long-term credentials have neither token nor end."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Credentials(access_key_id={self.access_key_id!r}, ...)"


class RoleSession(msgspec.Struct, frozen=True):
    """One issued role session: bound to the role's unique id, with everything AWS keeps about it.

    `via` is the STS call it came from. For federated ones `federated_provider` is the value of `aws:FederatedProvider`
    and `attributes` are the provider's claims as CloudTrail shows them in `webIdFederationData`.
    """

    key_id: str
    account: str
    role_arn: str
    role_id: str
    role_name: str
    name: str
    issued_at: datetime
    expires_at: datetime
    source_identity: str | None = None
    tags: Mapping[str, str] = {}
    transitive: tuple[str, ...] = ()
    policies: tuple[tuple[str, str], ...] = ()
    via: Literal["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"] = "AssumeRole"
    federated_provider: str | None = None
    attributes: Mapping[str, str] = {}
    has_mfa: bool = False
    claims: Mapping[str, tuple[str, ...]] = {}

    @property
    def arn(self) -> str:
        """The session's ARN, which drops the role's path."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role_name}/{self.name}"

    @property
    def user_id(self) -> str:
        """The value of `aws:userid` for this session."""
        return f"{self.role_id}:{self.name}"


class UserSession(msgspec.Struct, frozen=True):
    """A token of GetSessionToken: its user, or the account's root when `user_name` is None."""

    key_id: str
    account: str
    user_id: str
    user_name: str | None
    issued_at: datetime
    expires_at: datetime
    has_mfa: bool = False


class FederatedSession(msgspec.Struct, frozen=True):
    """A session of GetFederationToken: `name` is the one it was given, the user's policies and its own bound it.

    One that the root user made has the account's id in `user_id`.
    """

    key_id: str
    account: str
    name: str
    user_id: str
    user_name: str
    issued_at: datetime
    expires_at: datetime
    policies: tuple[tuple[str, str], ...] = ()
    tags: Mapping[str, str] = {}

    @property
    def arn(self) -> str:
        """The federated user's ARN."""
        return f"arn:aws:sts::{self.account}:federated-user/{self.name}"

    @property
    def federated_id(self) -> str:
        """The value of `aws:userid` for this session."""
        return f"{self.account}:{self.name}"


Session = RoleSession | UserSession | FederatedSession


class Issued(msgspec.Struct, frozen=True):
    """A session with its secrets; `session` is None for the root key, which then names its account."""

    credentials: Credentials
    account: str
    session: Session | None = None


class Keyring:
    """The keys the lab gave out, by id; thread-safe.

    Of sessions that ended minutes ago only the key id is kept: enough to say that they expired.
    """

    def __init__(self) -> None:
        self._issued: dict[str, Issued] = {}
        self._spent: set[str] = set()
        self._added = 0
        self._lock = threading.Lock()

    def add(self, issued: Issued) -> None:
        """Keep one key."""
        with self._lock:
            self._issued[issued.credentials.access_key_id] = issued
            self._added += 1
            if issued.session is not None and self._added % _SWEEP == 0:
                self._sweep(issued.session.issued_at - _AFTER)

    def _sweep(self, before: datetime) -> None:
        spent = [key for key, each in self._issued.items() if each.session and each.session.expires_at < before]
        self._spent.update(spent)
        for key in spent:
            del self._issued[key]

    def is_spent(self, key_id: str) -> bool:
        """Whether the key belonged to a session that ended long ago."""
        return key_id in self._spent

    def find(self, key_id: str) -> Issued | None:
        """The key of that id, or None."""
        return self._issued.get(key_id)


def new_id(prefix: str, length: int = 16) -> str:
    """A fresh unique id such as `ASIA` or `AROA` and random letters after it."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_secret() -> str:
    """A fresh secret access key of 40 characters."""
    return secrets.token_urlsafe(30)


def new_token() -> str:
    """A fresh session token, opaque like AWS's; never log it."""
    return "LabSessionToken" + secrets.token_urlsafe(240)
