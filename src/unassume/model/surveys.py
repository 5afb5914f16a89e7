"""Survey: the account as it stands: who we are, and the roles and users the plan may touch."""

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

    @property
    def label(self) -> str:
        """The subject in words, for people."""
        return f"role `{self.name}`"


class UserSubject(msgspec.Struct, frozen=True, kw_only=True, order=True, tag="user", tag_field="subject"):
    """An IAM user to be surveyed, by account and name."""

    account: str
    name: str

    @property
    def label(self) -> str:
        """The subject in words, for people."""
        return f"user `{self.name}`"


Subject = RoleSubject | UserSubject


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

    @property
    def subject(self) -> RoleSubject:
        """What it was surveyed as."""
        return RoleSubject(account=self.account, name=self.name)


class AccessKey(msgspec.Struct, frozen=True, kw_only=True):
    """A long-term access key of a user: its id, and whether it works."""

    id: str
    is_active: bool


class User(msgspec.Struct, frozen=True, kw_only=True, tag="user", tag_field="surveyed"):
    """An IAM user as it stands; texts as in `Role`, `of_groups` by the name of the group and of the policy in it."""

    account: str
    name: str
    id: str
    arn: str
    path: str
    inline: dict[str, str]
    attached: dict[str, str | None]
    of_groups: dict[str, str | None] = {}
    boundary: str | None = None
    tags: dict[str, str] = {}
    keys: tuple[AccessKey, ...] = ()

    @property
    def subject(self) -> UserSubject:
        """What it was surveyed as."""
        return UserSubject(account=self.account, name=self.name)


Surveyed = Role | User


NOBODY_LOOKED = "nobody looked"


class ScpRoom(msgspec.Struct, frozen=True, kw_only=True):
    """How many more SCPs the account takes, or why we can attach none."""

    left: int = 0
    why_not: str = ""


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What the accounts looked like at `as_of` (AWS's clock); `skew_seconds` is ours minus AWS's.

    `in_reach` are the accounts our credentials reach; `scps` is by account.
    """

    caller: Caller
    as_of: datetime
    holders: tuple[Surveyed, ...]
    skew_seconds: float = 0.0
    scps: dict[str, ScpRoom] = {}
    in_reach: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
