"""The regions a session may have acted in."""

from __future__ import annotations

from unassume.aws.connection import Connection
from unassume.aws.refusals import asking
from unassume.errors import AccessError, InputError

ENABLED = ["ENABLED", "ENABLED_BY_DEFAULT"]
UNLISTED = "which regions are enabled could not be read: every region known to this version was asked"


def enabled_regions(connection: Connection) -> tuple[tuple[str, ...], str | None]:
    """The account's enabled regions, and a gap in words when a list that came with the tool had to do.

    AWS: https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
    """
    try:
        with asking("account:ListRegions"):
            pages = connection.client("account").get_paginator("list_regions").paginate(RegionOptStatusContains=ENABLED)
            regions = {region["RegionName"] for page in pages for region in page["Regions"]}
    except (AccessError, InputError) as error:
        if "credentials" in error.facts or "asked" not in error.facts:
            raise
        return _known(connection), UNLISTED
    if not regions:
        return _known(connection), UNLISTED
    return tuple(sorted(regions)), None


def _known(connection: Connection) -> tuple[str, ...]:
    """The regions botocore knows CloudTrail in, within the partition of our own region."""
    with asking("regions"):
        partition = connection.session.get_partition_for_region(connection.region)
        known = connection.session.get_available_regions("cloudtrail", partition_name=partition)
    return tuple(sorted({*known, connection.region}))
