"""The only place that reads moto's IAM: frozen views of one account's principals and policies.

moto's models are internals, so `tests/lab/test_state.py` holds every attribute used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from moto.iam.models import iam_backends
from moto.iam.utils import generate_access_key_id_from_account_id

Texts = tuple[tuple[str, str], ...]
_COUNTED = ("instance_profiles", "saml_providers", "open_id_providers", "certificates")


class RoleView(msgspec.Struct, frozen=True):
    """A role as it stood: `inline` and `managed` are (policy name or ARN, document as stored), `boundary` the same."""

    id: str
    name: str
    arn: str
    path: str
    created_at: datetime
    description: str
    max_session: int
    trust: str
    inline: Texts
    managed: Texts
    tags: tuple[tuple[str, str], ...]
    boundary: tuple[str, str] | None = None


class UserView(msgspec.Struct, frozen=True):
    """A user as it stood, with what its groups give it; `attached` are the ARNs of its own managed policies."""

    id: str
    name: str
    arn: str
    inline: Texts
    managed: Texts
    tags: tuple[tuple[str, str], ...] = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: tuple[str, str] | None = None

    @property
    def own_inline(self) -> Texts:
        """Its own inline policies, without its groups'."""
        return tuple(each for each in self.inline if "/" not in each[0])


class GroupView(msgspec.Struct, frozen=True):
    """A group as it stood."""

    id: str
    name: str
    arn: str
    inline: Texts
    managed: Texts


class AccountView(msgspec.Struct, frozen=True):
    """One account's IAM at one instant; `counts` holds how many there are of the kinds that have no view.

    `scps` and `rcps` are the texts at each level from the organization's root down to the account, by policy name; None
    where none bind: in the management account, outside of organizations, and while the policy type is not enabled.
    """

    roles: Mapping[str, RoleView]
    users: Mapping[str, UserView]
    managed: Mapping[str, str]
    groups: Mapping[str, GroupView] = {}
    counts: Mapping[str, int] = {}
    scps: tuple[Texts, ...] | None = None
    rcps: tuple[Texts, ...] | None = None

    def role_at(self, arn: str) -> RoleView | None:
        """The role of that ARN, or None."""
        return next((role for role in self.roles.values() if role.arn == arn), None)

    def role_named(self, name: str) -> RoleView | None:
        """The role of that name, or None."""
        return next((role for role in self.roles.values() if role.name == name), None)

    def user_named(self, name: str) -> UserView | None:
        """The user of that name, or None."""
        return next((user for user in self.users.values() if user.name == name), None)

    def group_named(self, name: str) -> GroupView | None:
        """The group of that name, or None."""
        return next((group for group in self.groups.values() if group.name == name), None)


class UserKey(msgspec.Struct, frozen=True):
    """A long-term key found in moto."""

    account: str
    user_name: str
    secret: str
    active: bool


def view(account: str) -> AccountView:
    """What moto holds for the account now; call it under the gate's IAM lock."""
    backend = _backend(account)
    return AccountView(
        roles={role.id: _role(role, backend) for role in backend.roles.values()},
        users={user.id: _user(user, backend) for user in backend.users.values()},
        managed={arn: _default_text(policy) for arn, policy in backend.managed_policies.items()},
        groups={group.id: _group(group) for group in backend.groups.values()},
        counts={name: len(getattr(backend, name)) for name in _COUNTED},
    )


def find_user_key(key_id: str) -> UserKey | None:
    """The user's key of that id in any account, or None."""
    for account, partitions in list(iam_backends.items()):
        key = partitions["aws"].access_keys.get(key_id)
        if key is not None and key.user_name is not None:
            return UserKey(account, key.user_name, key.secret_access_key, key.status == "Active")
    return None


def user_named(account: str, name: str) -> tuple[str, str] | None:
    """The id and ARN of a user as moto holds it now, or None."""
    user = _backend(account).users.get(name)
    return None if user is None else (str(user.id), str(user.arn))


def bind_user(account: str, name: str, boundary: str | None) -> bool:
    """Give the user a permissions boundary, which moto has no place for, or take it away; False without such a user.

    moto writes an answer about a user from its attributes, so GetUser and ListUsers show this one too.
    """
    user = _backend(account).users.get(name)
    if user is None:
        return False
    kind = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy"}
    user.permissions_boundary = kind | {"PermissionsBoundaryArn": boundary} if boundary else None
    return True


def mend_ids(account: str, now: datetime) -> dict[str, str]:
    """Give new users and groups ids of AWS's shape and the lab's time; says which id became which."""
    backend = _backend(account)
    changed: dict[str, str] = {}
    for prefix, members in (("AIDA", backend.users), ("AGPA", backend.groups)):
        for member in members.values():
            if not member.id.startswith(prefix):
                changed[member.id] = generate_access_key_id_from_account_id(account, prefix, total_length=21)
                member.id = changed[member.id]
                member.create_date = now.astimezone(UTC).replace(tzinfo=None)
    return changed


def mend_roles(account: str, known: Mapping[str, RoleView], now: datetime) -> None:
    """Give roles that are not known yet the lab's time of creation."""
    for role in _backend(account).roles.values():
        if role.id not in known:
            role.create_date = now.astimezone(UTC).replace(tzinfo=None)


def _backend(account: str) -> Any:
    return iam_backends[account]["aws"]


def _role(role: Any, backend: Any) -> RoleView:
    return RoleView(
        id=role.id,
        name=role.name,
        arn=role.arn,
        path=role.path,
        created_at=role.create_date.replace(tzinfo=UTC),
        description=role.description or "",
        max_session=int(role.max_session_duration or 3600),
        trust=role.assume_role_policy_document or "",
        inline=tuple(role.policies.items()),
        managed=_attached(role),
        tags=tuple((tag["Key"], tag["Value"]) for tag in role.tags),
        boundary=_boundary(role.permissions_boundary, backend),
    )


def _user(user: Any, backend: Any) -> UserView:
    groups = [group for group in backend.groups.values() if user in group.users]
    inline = tuple(user.policies.items())
    managed = _attached(user)
    for group in groups:
        inline += tuple((f"{group.name}/{name}", text) for name, text in group.policies.items())
        managed += _attached(group)
    tags = tuple((tag["Key"], tag["Value"]) for tag in user.tags or ())
    names = tuple(group.name for group in groups)
    boundary = _boundary(getattr(user, "permissions_boundary", None), backend)
    attached = tuple(user.managed_policies)
    return UserView(user.id, user.name, user.arn, inline, managed, tags, attached, names, boundary)


def _group(group: Any) -> GroupView:
    return GroupView(group.id, group.name, group.arn, tuple(group.policies.items()), _attached(group))


def _attached(holder: Any) -> Texts:
    return tuple((arn, _default_text(policy)) for arn, policy in holder.managed_policies.items())


def _boundary(given: Mapping[str, str] | None, backend: Any) -> tuple[str, str] | None:
    """The ARN and the text in force; a policy that is not there has no text, which nobody can judge."""
    if not given:
        return None
    policy = backend.managed_policies.get(given["PermissionsBoundaryArn"])
    return given["PermissionsBoundaryArn"], _default_text(policy) if policy else ""


def _default_text(policy: Any) -> str:
    current = policy.default_version_id
    return next((v.document for v in policy.versions if v.version_id == current), "")


def new_session_key_id(account: str) -> str:
    """A fresh `ASIA` key id that, like AWS's, carries the account in its letters."""
    return generate_access_key_id_from_account_id(account, "ASIA", total_length=20)
