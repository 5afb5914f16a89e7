"""The nouns of the policy language: frozen and hashable, so that what is compiled from them is kept."""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec


class DocumentKind(Enum):
    """What a document is attached to, which decides the elements it must and must not have."""

    IDENTITY = "identity-based policy"
    TRUST = "role trust policy"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"

    @property
    def wording(self) -> str:
        """How AWS's access-denied texts word the layer; a role trust policy is a resource-based policy there.

        AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        return DocumentKind.RESOURCE.value if self is DocumentKind.TRUST else self.value


class Condition(msgspec.Struct, frozen=True):
    """One key under one operator, with the values any of which will do."""

    operator: str
    key: str
    values: tuple[str, ...]
    path: str


class PrincipalEntry(msgspec.Struct, frozen=True):
    """One entry of a Principal element: its type (`AWS`, `Service`, `Federated`, `CanonicalUser`, `*`) and text."""

    kind: str
    text: str


class Statement(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """One statement; `..._excluded` is true for NotAction, NotResource and NotPrincipal.

    `resources` is None where the document is attached to its resource and names none (trust policies).
    `has_variables` is true where `${...}` is substituted (Version 2012-10-17).
    """

    sid: str | None
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    actions_excluded: bool = False
    resources: tuple[str, ...] | None
    resources_excluded: bool = False
    principals: tuple[PrincipalEntry, ...] | None = None
    principals_excluded: bool = False
    conditions: tuple[Condition, ...] = ()
    has_variables: bool = True
    path: str

    @property
    def label(self) -> str:
        """The Sid, or the JSON path where there is none."""
        return self.sid or self.path


class Policy(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """A parsed document; `version` is 2008-10-17 where the text names none, as AWS takes it."""

    version: str
    id: str | None
    statements: tuple[Statement, ...]
    kind: DocumentKind
