"""Every policy of the account that bears on one request, read side by side, and the layers that were not read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import msgspec

from unassume.aws.attempts import Attempts
from unassume.aws.connection import Connection
from unassume.aws.guardrails import Levels, guardrails
from unassume.aws.held import ROLE, USER, Held, held
from unassume.aws.resource_policies import arn_of, resource_policy
from unassume.iam.principals import AssumedRole, Root, User
from unassume.iam.rcps import is_under_rcps
from unassume.iam.statements import DocumentKind
from unassume.iam.unread import Unread

Holder = AssumedRole | User | Root


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The request, and the layers that are to be read; `is_assuming` where a role's trust policy judges it."""

    principal: Holder
    action: str
    resource: str
    owner: str
    is_assuming: bool
    layers: frozenset[DocumentKind]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands; None for a layer that does not bind, or was not read (`unread` tells which)."""

    holder: Held | None
    resource: str | None
    scps: Levels | None
    rcps: Levels | None
    unread: tuple[Unread, ...]


class PolicyReader:
    """Reads policies with the responder's credentials, those of the organization with others where they are given."""

    def __init__(self, connection: Connection, organization: Connection | None = None) -> None:
        self._connection = connection
        self._organization = organization or connection

    def account(self) -> str:
        """The account of the credentials; AccessError without usable ones."""
        return self._connection.identity()["Account"]

    def read(self, wanted: Wanted) -> Standing | None:
        """What bears on the request, or None where there is no such role or user."""
        attempts = Attempts()
        with ThreadPoolExecutor(4) as pool:
            holder = pool.submit(self._holder, attempts, wanted)
            resource = pool.submit(self._resource, attempts, wanted)
            scps = pool.submit(self._levels, attempts, wanted, DocumentKind.SCP)
            rcps = pool.submit(self._levels, attempts, wanted, DocumentKind.RCP)
            found = holder.result()
            if found is None and not isinstance(wanted.principal, Root):
                return None
            return Standing(
                holder=found, resource=resource.result(), scps=scps.result(), rcps=rcps.result(),
                unread=attempts.unread,
            )  # fmt: skip

    def _holder(self, attempts: Attempts, wanted: Wanted) -> Held | None:
        match wanted.principal:
            case AssumedRole(role_arn=arn):
                return held(attempts, self._connection.client("iam"), ROLE, arn.rsplit("/", 1)[-1])
            case User(name=name):
                return held(attempts, self._connection.client("iam"), USER, name)
            case Root():
                return None

    def _resource(self, attempts: Attempts, wanted: Wanted) -> str | None:
        if DocumentKind.RESOURCE not in wanted.layers:
            return None
        if wanted.is_assuming:
            return self._trust(attempts, wanted)
        return resource_policy(attempts, self._connection, wanted.resource, wanted.owner)

    def _trust(self, attempts: Attempts, wanted: Wanted) -> str | None:
        arn = arn_of(wanted.resource)
        if arn is None or arn.account != self.account():
            because = f"the trust policy of a role in the account `{wanted.owner}` is not shown to yours"
            attempts.leave(DocumentKind.RESOURCE, because)
            return None
        iam, name = self._connection.client("iam"), arn.name.rsplit("/", 1)[-1]
        none: dict[str, dict[str, str]] = {"Role": {}}
        role = attempts.ask(DocumentKind.RESOURCE, "iam:GetRole", lambda: iam.get_role(RoleName=name), none)
        if role is None:
            return None
        found = role["Role"]
        if found.get("Arn") != wanted.resource:
            attempts.leave(DocumentKind.RESOURCE, f"there is no role `{wanted.resource}`")
            return None
        return unquote(str(found["AssumeRolePolicyDocument"]))

    def _levels(self, attempts: Attempts, wanted: Wanted, kind: DocumentKind) -> Levels | None:
        """SCPs bind by the caller's account, RCPs by the resource's owner."""
        if kind not in wanted.layers:
            return None
        account = wanted.principal.account if kind is DocumentKind.SCP else wanted.owner
        if kind is DocumentKind.RCP and not is_under_rcps(wanted.action, wanted.resource):
            return None
        if kind is DocumentKind.RCP and account != self.account():
            attempts.leave(kind, f"the account `{account}` may be in another organization")
            return None
        return guardrails(attempts, self._organization.client("organizations"), account, kind)
