"""What the trail reads of moto, whose models are internals: a new moto that changes them fails here first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto.cloudtrail.models import cloudtrail_backends
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends

from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client
from unassume.lab.trail.buckets import owner_of, put_object
from unassume.lab.trail.trails import all_trails


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2) as opened:
        root = opened.credentials("root")
        client(opened, "s3", root).create_bucket(Bucket="trail-bucket")
        trails = client(opened, "cloudtrail", root)
        trails.create_trail(
            Name="trail", S3BucketName="trail-bucket", IsOrganizationTrail=True, IsMultiRegionTrail=True
        )
        yield opened


def test_trails(lab: Lab) -> None:
    """A trail keeps its settings, its selectors and whether it logs in these attributes."""
    trail: Any = cloudtrail_backends[ACCOUNT]["us-east-1"].trails["trail"]
    assert (trail.trail_name, trail.account_id, trail.region_name) == ("trail", ACCOUNT, "us-east-1")
    assert (trail.bucket_name, trail.s3_key_prefix, trail.status.is_logging) == ("trail-bucket", None, False)
    assert (trail.is_multi_region, trail.is_org_trail, trail.include_global_service_events) == (True, True, True)
    assert (trail.event_selectors, trail.advanced_event_selectors) == ([], [])


def test_organizations(lab: Lab) -> None:
    """The organization's id and accounts stand with the management account."""
    backend = organizations_backends[ACCOUNT]["aws"]
    (view,) = all_trails()
    assert view.organization is not None
    assert backend.org is not None
    assert view.organization.id == backend.org.id
    assert view.organization.accounts == set(lab.accounts)


def test_buckets(lab: Lab) -> None:
    """A bucket's owner is found by its name alone, and an object is written into the owner's bucket."""
    assert s3_backends.bucket_accounts["trail-bucket"] == ("aws", ACCOUNT)
    assert (owner_of("trail-bucket"), owner_of("no-bucket")) == (ACCOUNT, None)
    assert put_object("trail-bucket", "a/b", b"text")
    assert not put_object("no-bucket", "a/b", b"text")
    got = client(lab, "s3", lab.credentials("root")).get_object(Bucket="trail-bucket", Key="a/b")
    assert (got["Body"].read(), got["ContentType"], got["ContentEncoding"]) == (b"text", "application/json", "gzip")
