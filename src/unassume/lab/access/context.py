"""The condition keys of a request as the lab knows them.

Global keys (`aws:`) not listed are absent: the lab sets every one it can have, and AWS sets none of the rest on a call
that a client makes itself; so are those of identity providers (`saml:`, or a host's name), which only their own
sessions carry. A service's own key that no table gave is unknown, so that a policy asking for it is refused
loudly instead of not matching in silence; another service's key is absent. What costs a look into moto, as an
organization or a resource's tags do, is looked up only when a policy asks.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from unassume.iam.values import ABSENT, UNKNOWN, Context, Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import UserSession
from unassume.lab.clock import iso
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resource_tags import tags_of
from unassume.lab.operations.standing import organization_of
from unassume.lab.wire.claims import Signed, Style
from unassume.lab.wire.incoming import Incoming

SOURCE_VPC_HEADER = "x-unassume-lab-source-vpc"
SOURCE_VPCE_HEADER = "x-unassume-lab-source-vpce"
_VPC = re.compile(r"vpc-[0-9a-z-]{1,60}")
_VPCE = re.compile(r"vpce-[0-9a-z-]{1,60}")
# AWS: global services have one endpoint, in us-east-1, and so is their aws:RequestedRegion.
_GLOBAL = frozenset({
    "account", "budgets", "ce", "cloudfront", "globalaccelerator", "health", "iam", "organizations", "route53",
    "route53domains", "shield", "support", "waf",
})  # fmt: skip
_RESOURCE_TAG = "aws:resourcetag/"
_EXISTING = "s3:existingobjecttag/"


class _Keys(Mapping[str, Value]):
    """Listed keys, lazy ones, and ABSENT for every other global key and every key of another service."""

    def __init__(self, listed: Mapping[str, Value], needed: Needed | None, account: str) -> None:
        self._listed = listed
        self._needed = needed
        self._account = account
        self._service = needed.action.partition(":")[0].lower() if needed else ""

    def __getitem__(self, key: str) -> Value:
        value = self._listed.get(key)
        if value is not None:
            return value
        lazy = _LAZY.get(key)
        if lazy is not None:
            return lazy(self._account, self._needed)
        if key.startswith(("aws:requesttag/", "s3:requestobjecttag/", "kms:encryptioncontext:")):
            return self._listed.get(key[: max(key.rfind("/"), key.rfind(":")) + 1] + "*", ABSENT)
        found = self._tag(key)
        if found is not None:
            return found
        service = key.partition(":")[0]
        if service in ("aws", "sts", "saml") or "." in service or (self._service and service != self._service):
            return ABSENT
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def _tag(self, key: str) -> Value | None:
        """A tag of the resource, under the global key or the service's own; None for any other key."""
        name = next((key[len(start) :] for start in self._tag_keys() if key.startswith(start)), None)
        if name is None:
            return None
        tags = tags_of(self._needed.resource) if self._needed else None
        if tags is None:
            return UNKNOWN
        # AWS: tag keys in condition keys are not case-sensitive.
        found = next((text for tag, text in tags.items() if tag.lower() == name), None)
        return ABSENT if found is None else Known((found,))

    def _tag_keys(self) -> tuple[str, ...]:
        """S3 has its own key for an object's tags; the global one does not speak of objects."""
        if self._service == "s3":
            return (_EXISTING, _RESOURCE_TAG)
        return (_RESOURCE_TAG, f"{self._service}:resourcetag/")


def context(
    caller: Caller, incoming: Incoming, region: str, now: datetime, extra: Mapping[str, Value], *,
    needed: Needed | None = None, signed: Signed | None = None,
) -> Context:  # fmt: skip
    """The context of one action of a request; with `needed` and `signed` also what its resource and signature say."""
    service = signed.service if signed else ""
    listed: dict[str, Value] = {
        **caller.keys(),
        "aws:currenttime": Known((iso(now),)),
        "aws:epochtime": Known((str(int(now.timestamp())),)),
        "aws:securetransport": _TRUE if incoming.is_secure else _FALSE,
        "aws:requestedregion": Known(("us-east-1" if service in _GLOBAL else region,)),
        "aws:viaawsservice": _FALSE,
        **_place(incoming),
    }
    if isinstance(caller.session, UserSession) and caller.session.has_mfa:
        # AWS: the age counts from the moment the credentials were issued with the code.
        age = int((now - caller.session.issued_at).total_seconds())
        listed["aws:multifactorauthage"] = Known((str(max(0, age)),))
    listed |= extra
    if incoming.user_agent:
        listed["aws:useragent"] = Known((incoming.user_agent,))
    referer = incoming.header("referer")
    if referer:
        listed["aws:referer"] = Known((referer,))
    if service == "s3" and signed:
        listed |= _signature(signed, incoming, needed)
    return Context(_Keys(listed, needed, caller.account), UNKNOWN)


def _place(incoming: Incoming) -> dict[str, Value]:
    """Where the call comes from: an address, or a VPC endpoint, through which aws:SourceIp is not there.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip
    """
    vpc, endpoint = incoming.header(SOURCE_VPC_HEADER) or "", incoming.header(SOURCE_VPCE_HEADER) or ""
    address = Known((incoming.source_ip,))
    if not vpc and not endpoint:
        return {"aws:sourceip": address}
    return {
        "aws:sourceip": ABSENT,
        "aws:vpcsourceip": address,
        "aws:sourcevpc": Known((vpc,)) if _VPC.fullmatch(vpc) else UNKNOWN,
        "aws:sourcevpce": Known((endpoint,)) if _VPCE.fullmatch(endpoint) else UNKNOWN,
    }


def _signature(signed: Signed, incoming: Incoming, needed: Needed | None) -> dict[str, Value]:
    """AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html"""
    payload = incoming.header("x-amz-content-sha256")
    version = "AWS" if signed.style is Style.QUERY_V2 else "AWS4-HMAC-SHA256"
    return {
        "s3:authtype": Known(("REST-HEADER" if signed.style is Style.HEADER else "REST-QUERY-STRING",)),
        "s3:signatureversion": Known((version,)),
        "s3:x-amz-content-sha256": Known((payload,)) if payload else ABSENT,
        "s3:tlsversion": UNKNOWN if incoming.is_secure else ABSENT,
        "s3:resourceaccount": Known((needed.owner,)) if needed and needed.owner else UNKNOWN,
    }


def _organization(account: str, needed: Needed | None) -> Value:
    found = organization_of(account)
    return Known((found[0],)) if found else ABSENT


def _paths(account: str, needed: Needed | None) -> Value:
    found = organization_of(account)
    return Known((found[1],), several=True) if found else ABSENT


def _owner(account: str, needed: Needed | None) -> Value:
    return Known((needed.owner,)) if needed and needed.owner else UNKNOWN


def _owner_organization(account: str, needed: Needed | None) -> Value:
    return _organization(needed.owner, needed) if needed and needed.owner else UNKNOWN


def _owner_paths(account: str, needed: Needed | None) -> Value:
    return _paths(needed.owner, needed) if needed and needed.owner else UNKNOWN


_TRUE, _FALSE = Known(("true",)), Known(("false",))
_LAZY: Mapping[str, Callable[[str, Needed | None], Value]] = {
    "aws:principalorgid": _organization,
    "aws:principalorgpaths": _paths,
    "aws:resourceaccount": _owner,
    "aws:resourceorgid": _owner_organization,
    "aws:resourceorgpaths": _owner_paths,
}
