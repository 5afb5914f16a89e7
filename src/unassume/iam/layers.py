"""The policies that bear on a request, layer by layer, and the decision over them."""

from __future__ import annotations

from typing import Literal

import msgspec

from unassume.iam.statements import DocumentKind, Policy

Outcome = Literal["allow", "implicit-deny", "explicit-deny", "unknown"]


class NamedPolicy(msgspec.Struct, frozen=True, cache_hash=True):
    """A policy under the name it is attached by."""

    name: str
    policy: Policy


Level = tuple[NamedPolicy, ...]


class Layers(msgspec.Struct, frozen=True, cache_hash=True):
    """The policies of a request; None means that the layer is not there, an empty tuple that it allows nothing.

    `resource` is the resource's own policy or, of the kind TRUST, the trust policy of the role to be assumed.
    `scps` and `rcps` hold one tuple for each level that applies, from the organisation's root down to the account; an
    empty tuple of levels means that none applies. They bind member accounts only: whoever asks leaves them out for the
    management account, and rcps for services that know none.
    AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """

    identity: Level = ()
    resource: Policy | None = None
    session: tuple[Policy, ...] | None = None
    boundary: Level | None = None
    scps: tuple[Level, ...] | None = None
    rcps: tuple[Level, ...] | None = None
    endpoint: Level | None = None


class Ground(msgspec.Struct, frozen=True):
    """A statement that a decision rests on: its layer, its policy's name, its Sid if it has one, its JSON path."""

    layer: DocumentKind
    policy_name: str
    sid: str | None
    path: str

    @property
    def label(self) -> str:
        """The policy's name, and the statement's Sid or path."""
        return f"{self.policy_name}:{self.sid or self.path}"


class Decision(msgspec.Struct, frozen=True):
    """The outcome, the layer that decided it, the statements it rests on, and the unknown keys it hangs on.

    For an implicit deny, `layer` is the first one that should have allowed and did not. It is None where no policy
    stops the call, and where which layer decides hangs on an unknown key, though the outcome does not.
    """

    outcome: Outcome
    layer: DocumentKind | None = None
    grounds: tuple[Ground, ...] = ()
    unknown_keys: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        """The labels of the statements."""
        return tuple(ground.label for ground in self.grounds)
