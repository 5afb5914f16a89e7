"""Selector: whom a deny hits, apart from how it is written. Rendering is the business of `means/shapes.py`.

`matches` says of a session what the evaluator says of the rendered condition: True, False, or None where it is not
known. A property in `tests/means/test_selectors.py` holds the two together.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import assert_never

import msgspec

from unassume.model.sessions import Session

SOURCE_IDENTITY = "aws:SourceIdentity"
TAG = "aws:PrincipalTag/"
_PRIVATE = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
                "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip


class SessionNameSelector(msgspec.Struct, frozen=True, tag="session_name", tag_field="selector"):
    """Sessions of one role id under one name, issued before the cut-off."""

    principal_id: str

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session: never one of another name."""
        return _is_before(session, cut_off) if session.principal_id == self.principal_id else False


class IssuanceSelector(msgspec.Struct, frozen=True, tag="issuance", tag_field="selector"):
    """Sessions of one role id under one name, issued from `earliest` until before `before`: one issuance of it.

    The window is as wide as the trail leaves its issue time open (`Session.issued_within`), and no cut-off moves it.
    ASSUMPTION: `aws:TokenIssueTime` carries the second that CloudTrail shows as `creationDate`.
    """

    principal_id: str
    earliest: datetime
    before: datetime

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session: never one of another name, nor one issued outside the window."""
        if session.principal_id != self.principal_id:
            return False
        within = session.issued_within
        if within is None:
            return None
        if within[1] <= self.earliest or within[0] >= self.before:
            return False
        return True if self.earliest <= within[0] and within[1] <= self.before else None


class PersonSelector(msgspec.Struct, frozen=True, tag="person", tag_field="selector"):
    """Every session of one person issued before the cut-off: of a source identity, or of a session tag's value.

    `key` is `aws:SourceIdentity` or `aws:PrincipalTag/...`, as the policy writes it.
    """

    key: str
    value: str

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session; None also where the trail does not tell whose it is."""
        is_theirs, is_before = self.is_of(session), _is_before(session, cut_off)
        if is_theirs is False or is_before is False:
            return False
        return None if is_theirs is None else is_before

    def is_of(self, session: Session) -> bool | None:
        """Whether the session is this person's, whenever issued; None where the trail does not tell."""
        if self.key == SOURCE_IDENTITY:
            return session.source_identity == self.value if session.is_identity_known else None
        return session.tag(self.key.removeprefix(TAG)) == self.value if session.are_tags_known else None


class OlderSessionsSelector(msgspec.Struct, frozen=True, tag="older_sessions", tag_field="selector"):
    """Every session of the role issued before the cut-off.

    `role_id` is its unique id where the deny stands not on the role but on its account, else empty.
    """

    role_id: str = ""

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session, whatever its name."""
        return _is_before(session, cut_off) if self.role_id in ("", session.holder_id) else False


class CanarySelector(msgspec.Struct, frozen=True, tag="canary", tag_field="selector"):
    """Our own canary session, whatever its issue time; it exists to be denied."""

    principal_id: str

    def matches(self, session: Session, cut_off: datetime) -> bool:
        """Whether it is the canary."""
        return session.principal_id == self.principal_id


class ElsewhereSelector(msgspec.Struct, frozen=True, tag="elsewhere", tag_field="selector"):
    """Sessions of one user id, whenever issued, on calls from outside these networks and VPCs.

    `egress` are CIDRs, at least one, `vpcs` ids, maybe none: then calls through any VPC endpoint are from outside.
    """

    principal_id: str
    egress: tuple[str, ...]
    vpcs: tuple[str, ...] = ()

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session: some of its calls, which is neither yes nor no."""
        return None if session.principal_id == self.principal_id else False

    def is_inside(self, address: str) -> bool | None:
        """Whether a call from that address is let be; None for an address that is none (a service's name).

        Where VPCs are given a private address counts as inside: through another VPC the call would have been refused.
        """
        try:
            found = ip_address(address)
        except ValueError:
            return None
        if any(found in ip_network(network) for network in self.egress):
            return True
        return bool(self.vpcs) and is_private(found)


class HoldSelector(msgspec.Struct, frozen=True, tag="hold", tag_field="selector"):
    """Everybody on the role, whenever issued, until the hold is lifted; `role_id` as of older sessions."""

    role_id: str = ""

    def matches(self, session: Session, cut_off: datetime) -> bool:
        """Always: nobody on the role is spared."""
        return self.role_id in ("", session.holder_id)


Selector = (
    SessionNameSelector
    | IssuanceSelector
    | PersonSelector
    | ElsewhereSelector
    | OlderSessionsSelector
    | HoldSelector
    | CanarySelector
)


def is_private(place: IPv4Address | IPv6Address | IPv4Network | IPv6Network) -> bool:
    """Whether an address, or any of a network, is one's own, which AWS sees on calls through a VPC endpoint alone.

    AWS: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    ASSUMPTION: CloudTrail shows such a call with the private address.
    """
    network = ip_network(place) if isinstance(place, IPv4Address | IPv6Address) else place
    return any(network.version == one.version and network.overlaps(one) for one in _PRIVATE)


def user_id(selector: Selector) -> str | None:
    """The one user id (`AROA...:name`) a selector can hit, or None where it may hit sessions of any name."""
    match selector:
        case SessionNameSelector(principal_id) | IssuanceSelector(principal_id) | CanarySelector(principal_id):
            return principal_id
        case ElsewhereSelector(principal_id=principal_id):
            return principal_id
        case PersonSelector() | OlderSessionsSelector() | HoldSelector():
            return None
        case _:
            assert_never(selector)


def whose(selector: Selector) -> str | None:
    """The unique id of the role or user a selector can hit alone, an account's where it goes by a federated user's id.

    None where it may hit sessions of any role or user that the deny binds.
    """
    if (named := user_id(selector)) is not None:
        return named.partition(":")[0]
    match selector:
        case OlderSessionsSelector(role_id=role_id) | HoldSelector(role_id=role_id):
            return role_id or None
        case _:
            return None


def _is_before(session: Session, cut_off: datetime) -> bool | None:
    within = session.issued_within
    if within is None:
        return None
    earliest, latest = within
    return True if latest <= cut_off else False if earliest >= cut_off else None
