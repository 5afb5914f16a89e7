"""The Accounts port on a real account: who we are, what stands, and writing one slot at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar, assert_never

from unassume.aws import inventory, roles, scps, users
from unassume.aws.connection import Connection
from unassume.aws.inventory import marked
from unassume.aws.probes import Probes
from unassume.aws.reach import Reach
from unassume.aws.refusals import THROTTLED
from unassume.aws.slots import access_key, inline_policy, managed_policy, scp, trust
from unassume.errors import AccessError, InputError
from unassume.model.evidence import Probe, Probed, ProfileProbe
from unassume.model.inventories import BindingScps, HeldPolicy, HeldScps
from unassume.model.slots import (
    AccessKeyStatus,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Scp,
    Slot,
    Standing,
    UserInlinePolicy,
    UserManagedPolicy,
    UserScp,
)
from unassume.model.surveys import Caller, RoleSubject, ScpRoom, Subject, Surveyed, UserSubject

Found = TypeVar("Found")
THROTTLE_WAITS = (1, 2, 4, 8)
"""Seconds between the attempts that AWS throttled, each of which boto3 made several times itself."""


class AwsAccounts:
    """The accounts in reach of the responder's credentials; AccessError for anything in another one.

    SCPs go by the credentials of `organization`, the management account's or a delegated administrator's.
    """

    def __init__(self, reach: Reach, organization: Connection | None = None) -> None:
        self._reach, self._organization = reach, organization
        self._probes: dict[str, Probes] = {}

    def caller(self, account: str | None = None) -> Caller:
        """Who we are, or act as in that account, asked once; AccessError without usable credentials."""
        reached = self._reach.own if account is None else self._reach.connection(account)
        identity = reached.identity()
        arn = identity["Arn"]
        return Caller(account=identity["Account"], arn=arn, user_id=identity["UserId"], role_name=_role_name(arn))

    def in_reach(self) -> tuple[str, ...]:
        """The accounts we can act in, our own first."""
        return self._reach.accounts()

    def now(self) -> datetime:
        """AWS's clock, aware UTC."""
        return self._reach.own.now()

    def survey(self, subject: Subject) -> Surveyed | None:
        """What stands under that name, or None; AccessError when it may not be read."""
        return self._patiently(lambda: self._survey(subject))

    def _survey(self, subject: Subject) -> Surveyed | None:
        match subject:
            case RoleSubject():
                return roles.survey(self._iam(subject.account), subject)
            case UserSubject():
                return users.survey(self._iam(subject.account), subject)
            case _:
                assert_never(subject)

    def scp_room(self, account: str) -> ScpRoom:
        """How many more SCPs the account takes, as the organization's credentials see it."""
        if self._organization is None:
            return ScpRoom(why_not="it needs --organization-profile, credentials of the management account")
        try:
            return scp.room(self._organizations(), account)
        except (AccessError, InputError) as error:
            return ScpRoom(why_not=error.message)

    def _organizations(self) -> Any:
        if self._organization is None:
            hint = "give --organization-profile, credentials of the management account"
            raise AccessError("an SCP is out of reach of these credentials", hint=hint)
        return self._organization.client("organizations")

    def policies(self, role: str | None = None) -> Iterable[HeldPolicy]:
        """Every policy of the account's roles and users; of one role, read without the right to read them all."""
        account, iam = self.caller().account, self._reach.own.client("iam")
        if role is None:
            return inventory.policies(iam, account)
        found = roles.survey(iam, RoleSubject(account=account, name=role))
        texts = {**found.inline, **found.attached, **marked(found.trust)} if found is not None else {}
        return tuple(
            HeldPolicy(account=account, holder="role", holder_name=role, holder_id=found.id, name=name, text=text)
            for name, text in texts.items()
            if found is not None and text is not None and ":iam::aws:policy/" not in name
        )

    def held_scps(self) -> HeldScps:
        """The SCPs that bear our name, as the organization's credentials see them."""
        if self._organization is None:
            return HeldScps(why_not="it needs --organization-profile, credentials of the management account")
        try:
            return HeldScps(policies=tuple(scps.ours(self._organizations(), self.caller().account)))
        except AccessError as error:
            return HeldScps(why_not=error.message)

    def scps_over(self, account: str) -> BindingScps:
        """The SCPs that bind an account, as the organization's credentials see them."""
        if self._organization is None:
            return BindingScps(why_not="it needs --organization-profile, credentials of the management account")
        return scps.over(self._organizations(), account)

    def read(self, slot: Slot) -> Standing:
        """What stands in the slot, its text byte for byte as AWS keeps it."""
        return self._patiently(lambda: self._read(slot))

    def _read(self, slot: Slot) -> Standing:
        iam = self._iam(slot.account)
        match slot:
            case RoleInlinePolicy() | UserInlinePolicy():
                return inline_policy.read(iam, slot)
            case RoleManagedPolicy() | UserManagedPolicy():
                return managed_policy.read(iam, slot)
            case AccessKeyStatus():
                return access_key.read(iam, slot)
            case RoleTrustStatement():
                return trust.read(iam, slot)
            case Scp() | UserScp():
                return scp.read(self._organizations(), iam, slot)
            case _:
                assert_never(slot)

    def write(self, slot: Slot, before: str | None, after: str | None) -> None:
        """Put `after` where `before` stood; most are put or removed whole, whatever stood before."""
        self._patiently(lambda: self._write(slot, before, after))

    def _write(self, slot: Slot, before: str | None, after: str | None) -> None:
        iam = self._iam(slot.account)
        match slot:
            case RoleInlinePolicy() | UserInlinePolicy():
                inline_policy.write(iam, slot, after)
            case RoleManagedPolicy() | UserManagedPolicy():
                managed_policy.write(iam, slot, after)
            case AccessKeyStatus():
                access_key.write(iam, slot, after)
            case RoleTrustStatement():
                trust.write(iam, slot, before, after)
            case Scp() | UserScp():
                scp.write(self._organizations(), slot, after)
            case _:
                assert_never(slot)

    def probe(self, probe: Probe | ProfileProbe) -> Probed:
        """Ask as the session, or with the profile; neither's credentials ever leave this adapter."""
        account = self.caller().account if isinstance(probe, ProfileProbe) else probe.role_arn.split(":")[4]
        if account not in self._probes:
            self._probes[account] = Probes(self._reach.connection(account))
        return self._probes[account].probe(probe)

    def _patiently(self, call: Callable[[], Found]) -> Found:
        """Make the call again while AWS throttles it, longer than its library does: each is safe to repeat.

        AWS: https://aws.amazon.com/blogs/security/how-to-monitor-and-query-iam-resources-at-scale-part-2/ (token
        buckets for each account, whose size and rate AWS does not tell).
        """
        for wait in THROTTLE_WAITS:
            try:
                return call()
            except AccessError as error:
                if error.facts.get("code") not in THROTTLED:
                    raise
            self._reach.own.clock.sleep(wait)
        return call()

    def _iam(self, account: str) -> Any:
        """The way to IAM in one account; AccessError when it is out of reach."""
        return self._reach.connection(account).client("iam")


def _role_name(arn: str) -> str | None:
    """The role of an assumed-role ARN; None for users and root."""
    parts = arn.split(":", 5)[-1].split("/")
    return parts[1] if parts[0] == "assumed-role" and len(parts) > 2 else None
