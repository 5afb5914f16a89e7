"""The identity-based policies and the permissions boundary of a role or a user, its groups' among them.

Three waves of calls, each side by side: what is listed, what the groups list, and the documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec

from unassume.aws.attempts import Attempts
from unassume.iam.statements import DocumentKind

_WORKERS = 8
Text = tuple[str, str]
"""A policy's name and its document."""


class Kind(NamedTuple):
    """How IAM's calls on a role, a user or a group are named."""

    name: str

    @property
    def parameter(self) -> str:
        """The parameter that names one."""
        return f"{self.name}Name"


ROLE, USER, _GROUP = Kind("Role"), Kind("User"), Kind("Group")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A role or a user and its policies; `arn`, `id` and `tags` are None where they may not be read."""

    arn: str | None
    id: str | None
    tags: dict[str, str] | None
    identity: tuple[Text, ...]
    boundary: Text | None


def held(attempts: Attempts, iam: Any, kind: Kind, name: str) -> Held | None:
    """The role or user of that name, or None where there is none; what may not be read is left to `attempts`."""
    reader = _Reader(attempts, iam)
    with ThreadPoolExecutor(_WORKERS) as pool:
        reader.pool = pool
        itself = pool.submit(reader.itself, kind, name)
        groups = pool.submit(reader.groups, name) if kind is USER else None
        owners = [(kind, name, *reader.listed(kind, name))]
        found = itself.result()
        if found == {}:
            return None
        owners += [(_GROUP, group, *reader.listed(_GROUP, group)) for group in (groups.result() if groups else ())]
        arn = (found or {}).get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        boundary = pool.submit(reader.managed, DocumentKind.BOUNDARY, arn) if arn else None
        texts = reader.documents(owners)
        return _held(found, texts, boundary.result() if boundary else None)


def _held(found: dict[str, Any] | None, texts: tuple[Text, ...], boundary: Text | None) -> Held:
    if found is None:
        return Held(arn=None, id=None, tags=None, identity=texts, boundary=None)
    return Held(
        arn=found["Arn"], id=found.get("RoleId") or found.get("UserId"),
        tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", ())},
        identity=texts, boundary=boundary,
    )  # fmt: skip


Names = Future[list[str]]


class _Reader:
    """IAM's calls, each an attempt."""

    pool: ThreadPoolExecutor

    def __init__(self, attempts: Attempts, iam: Any) -> None:
        self._attempts = attempts
        self._iam = iam

    def itself(self, kind: Kind, name: str) -> dict[str, Any] | None:
        """The role or user; nothing in it where there is none, None where it may not be read."""
        operation, call = getattr(self._iam, f"get_{kind.name.lower()}"), f"iam:Get{kind.name}"
        ask = self._attempts.ask
        none: dict[str, Any] = {}
        return ask(DocumentKind.BOUNDARY, call, lambda: dict(operation(**{kind.parameter: name})[kind.name]), none)

    def groups(self, user: str) -> list[str]:
        """The names of the user's groups."""
        found = self._pages("list_groups_for_user", "iam:ListGroupsForUser", "Groups", UserName=user)
        return [group["GroupName"] for group in found]

    def listed(self, kind: Kind, name: str) -> tuple[Names, Names]:
        """The names of the inline policies and the ARNs of the managed ones, on their way."""
        return self.pool.submit(self._inline_names, kind, name), self.pool.submit(self._attached_arns, kind, name)

    def documents(self, owners: Iterable[tuple[Kind, str, Names, Names]]) -> tuple[Text, ...]:
        """The documents of all owners, a managed one once."""
        found: dict[str, Future[Text | None]] = {}
        for kind, owner, names, arns in owners:
            for name in names.result():
                found[f"{owner}/{name}"] = self.pool.submit(self._inline, kind, owner, name)
            for arn in arns.result():
                if arn not in found:
                    found[arn] = self.pool.submit(self.managed, DocumentKind.IDENTITY, arn)
        return tuple(text for later in found.values() if (text := later.result()) is not None)

    def managed(self, layer: DocumentKind, arn: str) -> Text | None:
        """The default version of a managed policy, under its name."""
        ask, iam = self._attempts.ask, self._iam
        policy = ask(layer, "iam:GetPolicy", lambda: iam.get_policy(PolicyArn=arn)["Policy"], on=arn)
        if policy is None:
            return None
        given = {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]}
        version = ask(layer, "iam:GetPolicyVersion", lambda: iam.get_policy_version(**given)["PolicyVersion"], on=arn)
        return None if version is None else (arn.rsplit("/", 1)[-1], unquote(version["Document"]))

    def _inline(self, kind: Kind, owner: str, name: str) -> Text | None:
        operation = getattr(self._iam, f"get_{kind.name.lower()}_policy")
        given = {kind.parameter: owner, "PolicyName": name}
        answer = self._attempts.ask(DocumentKind.IDENTITY, f"iam:Get{kind.name}Policy", lambda: operation(**given))
        shown = f"{owner}/{name}" if kind is _GROUP else name
        return None if answer is None else (shown, unquote(answer["PolicyDocument"]))

    def _inline_names(self, kind: Kind, name: str) -> list[str]:
        operation, call = f"list_{kind.name.lower()}_policies", f"iam:List{kind.name}Policies"
        return list(self._pages(operation, call, "PolicyNames", **{kind.parameter: name}))

    def _attached_arns(self, kind: Kind, name: str) -> list[str]:
        operation, call = f"list_attached_{kind.name.lower()}_policies", f"iam:ListAttached{kind.name}Policies"
        found = self._pages(operation, call, "AttachedPolicies", **{kind.parameter: name})
        return [policy["PolicyArn"] for policy in found]

    def _pages(self, operation: str, call: str, field: str, **given: str) -> list[Any]:
        pages = self._iam.get_paginator(operation)

        def read() -> list[Any]:
            return [each for page in pages.paginate(**given) for each in page[field]]

        return self._attempts.ask(DocumentKind.IDENTITY, call, read) or []
