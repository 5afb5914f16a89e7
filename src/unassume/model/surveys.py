"""Survey: the account as it stands: who we are, and the roles the plan may touch."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The responder, as GetCallerIdentity names him; `role_name` is None for users and root."""

    account: str
    arn: str
    user_id: str
    role_name: str | None = None

    @property
    def partition(self) -> str:
        """The AWS partition the caller lives in (`aws`, `aws-cn`, `aws-us-gov`)."""
        return self.arn.split(":")[1]


class RoleSubject(msgspec.Struct, frozen=True, kw_only=True, order=True, tag="role", tag_field="subject"):
    """A role to be surveyed, by account and name."""

    account: str
    name: str


Subject = RoleSubject


class Role(msgspec.Struct, frozen=True, kw_only=True, tag="role", tag_field="surveyed"):
    """A role as it stands; policy texts are exactly AWS's, percent-decoded; None where not readable."""

    account: str
    name: str
    id: str
    arn: str
    path: str
    max_session_seconds: int
    trust: str
    inline: dict[str, str]
    attached: dict[str, str | None]
    boundary: str | None = None
    tags: dict[str, str] = {}

    @property
    def is_service_linked(self) -> bool:
        """Whether AWS owns the role's policies: its sessions cannot be revoked."""
        return self.path.startswith("/aws-service-role/")

    @property
    def is_reserved(self) -> bool:
        """Whether Identity Center made the role: IAM refuses to edit it."""
        return self.path.startswith("/aws-reserved/")


Surveyed = Role


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What the account looked like at `as_of` (AWS's clock); `skew_seconds` is ours minus AWS's."""

    caller: Caller
    as_of: datetime
    roles: tuple[Role, ...]
    skew_seconds: float = 0.0
    gaps: tuple[str, ...] = ()
