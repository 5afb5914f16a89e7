"""Slot: the smallest thing AWS lets us read and replace whole, keyed by account and name.

A new kind of slot is a struct with a tag here, one file in `means/`, one in `aws/slots/`.
"""

from __future__ import annotations

import msgspec

from unassume.model.surveys import RoleSubject, UserSubject


class RoleInlinePolicy(msgspec.Struct, frozen=True, kw_only=True, tag="role_inline_policy", tag_field="kind"):
    """One inline policy of one role, by name."""

    account: str
    role: str
    policy: str

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"inline policy {self.policy} of role {self.role} in account {self.account}"

    @property
    def subject(self) -> RoleSubject:
        """Who holds it."""
        return RoleSubject(account=self.account, name=self.role)


class RoleManagedPolicy(msgspec.Struct, frozen=True, kw_only=True, tag="role_managed_policy", tag_field="kind"):
    """One customer managed policy of our own, attached to one role and to nothing else; read as nothing until it is."""

    account: str
    role: str
    policy: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        """The policy's ARN: it stands at the root path."""
        return f"arn:{self.partition}:iam::{self.account}:policy/{self.policy}"

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"managed policy {self.policy} on role {self.role} in account {self.account}"

    @property
    def subject(self) -> RoleSubject:
        """Who holds it."""
        return RoleSubject(account=self.account, name=self.role)


class UserInlinePolicy(msgspec.Struct, frozen=True, kw_only=True, tag="user_inline_policy", tag_field="kind"):
    """One inline policy of one IAM user, by name."""

    account: str
    user: str
    policy: str

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"inline policy {self.policy} of user {self.user} in account {self.account}"

    @property
    def subject(self) -> UserSubject:
        """Who holds it."""
        return UserSubject(account=self.account, name=self.user)


class UserManagedPolicy(msgspec.Struct, frozen=True, kw_only=True, tag="user_managed_policy", tag_field="kind"):
    """One customer managed policy of our own, attached to one user and to nothing else; read as nothing until it is."""

    account: str
    user: str
    policy: str
    partition: str = "aws"

    @property
    def arn(self) -> str:
        """The policy's ARN: it stands at the root path."""
        return f"arn:{self.partition}:iam::{self.account}:policy/{self.policy}"

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"managed policy {self.policy} on user {self.user} in account {self.account}"

    @property
    def subject(self) -> UserSubject:
        """Who holds it."""
        return UserSubject(account=self.account, name=self.user)


class AccessKeyStatus(msgspec.Struct, frozen=True, kw_only=True, tag="access_key_status", tag_field="kind"):
    """Whether one long-term key of a user works: its text is `Active` or `Inactive`, as IAM writes it."""

    account: str
    user: str
    key_id: str

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"status of key {self.key_id} of user {self.user} in account {self.account}"

    @property
    def subject(self) -> UserSubject:
        """Who holds it."""
        return UserSubject(account=self.account, name=self.user)


class Scp(msgspec.Struct, frozen=True, kw_only=True, tag="scp", tag_field="kind"):
    """One service control policy of our own, attached to one account, for sessions of one of its roles.

    Read as nothing until it is attached.
    """

    account: str
    role: str
    policy: str

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"SCP {self.policy} on account {self.account}, for role {self.role}"

    @property
    def subject(self) -> RoleSubject:
        """Whose sessions it is for."""
        return RoleSubject(account=self.account, name=self.role)


class UserScp(msgspec.Struct, frozen=True, kw_only=True, tag="user_scp", tag_field="kind"):
    """One service control policy of our own, attached to one account, for tokens of one of its users."""

    account: str
    user: str
    policy: str

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"SCP {self.policy} on account {self.account}, for user {self.user}"

    @property
    def subject(self) -> UserSubject:
        """Whose tokens it is for."""
        return UserSubject(account=self.account, name=self.user)


class RoleTrustStatement(msgspec.Struct, frozen=True, kw_only=True, tag="role_trust_statement", tag_field="kind"):
    """One statement of our own in the trust policy of one role, which it shares with the statements of others.

    Its text is that statement alone; `statement` is its name, which its Sid bears.
    """

    account: str
    role: str
    statement: str

    @property
    def label(self) -> str:
        """The slot in words, for people."""
        return f"statement {self.statement} in the trust policy of role {self.role} in account {self.account}"

    @property
    def subject(self) -> RoleSubject:
        """Who holds it."""
        return RoleSubject(account=self.account, name=self.role)


InlinePolicy = RoleInlinePolicy | UserInlinePolicy
ManagedPolicy = RoleManagedPolicy | UserManagedPolicy
AnyScp = Scp | UserScp
PolicySlot = InlinePolicy | ManagedPolicy | AnyScp
Slot = PolicySlot | AccessKeyStatus | RoleTrustStatement


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a slot: its text (None: nothing), and the unique id of the role or user that holds it.

    `around` is the whole document it is a part of, where others' statements stand in that too.
    """

    text: str | None
    holder_id: str | None
    around: str | None = None
