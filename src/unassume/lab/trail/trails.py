"""The only place that reads moto's CloudTrail: trails as frozen views; `tests/lab/trail/test_moto.py` holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from moto.cloudtrail.models import cloudtrail_backends
from moto.organizations.models import organizations_backends

_PARTITION = "aws"


class Organization(msgspec.Struct, frozen=True):
    """The organization of a trail's account: its id and the accounts in it."""

    id: str
    accounts: frozenset[str]


class TrailView(msgspec.Struct, frozen=True):
    """A trail as it stands; without selectors of its own it takes management events only."""

    arn: str
    name: str
    account: str
    region: str
    bucket: str
    prefix: str
    is_logging: bool
    is_multi_region: bool
    has_global_events: bool
    organization: Organization | None
    selectors: tuple[Mapping[str, Any], ...]
    advanced: tuple[Mapping[str, Any], ...]


def all_trails() -> tuple[TrailView, ...]:
    """Every trail of every account and region."""
    found = []
    for account in tuple(cloudtrail_backends):
        for backend in tuple(cloudtrail_backends[account].values()):
            found += [_view(trail) for trail in tuple(backend.trails.values())]
    return tuple(found)


def _view(trail: Any) -> TrailView:
    return TrailView(
        arn=trail.arn,
        name=trail.trail_name,
        account=trail.account_id,
        region=trail.region_name,
        bucket=trail.bucket_name,
        prefix=trail.s3_key_prefix or "",
        is_logging=trail.status.is_logging,
        is_multi_region=bool(trail.is_multi_region),
        has_global_events=bool(trail.include_global_service_events),
        organization=_organization(trail.account_id) if trail.is_org_trail else None,
        selectors=tuple(trail.event_selectors),
        # moto leaves the advanced ones behind when basic ones replace them.
        advanced=() if trail.event_selectors else tuple(trail.advanced_event_selectors),
    )


def _organization(account: str) -> Organization | None:
    backend: Any = organizations_backends[account][_PARTITION]
    if backend.org is None:
        return None
    return Organization(backend.org.id, frozenset(each.id for each in backend.accounts))
