"""The lab's regions and `account:ListRegions`, which moto does not have.

# AWS: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html (enabled by default)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unassume.errors import InputError
from unassume.lab.wire.refusals import Refusal

REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
"""The 17 regions every account has without opting in."""

_STATUS = "ENABLED_BY_DEFAULT"


def enabled(wanted: Sequence[str] | None, home: str) -> tuple[str, ...]:
    """The regions of a lab in AWS's order, all when none are wanted; InputError for others, or without its home."""
    if wanted is None:
        return REGIONS
    if isinstance(wanted, str) or home not in wanted or not set(wanted) <= set(REGIONS):
        hint = f"give a tuple of the {len(REGIONS)} regions that are enabled by default, `{home}` among them"
        raise InputError(f"the lab cannot have the regions `{wanted}`", hint=hint)
    return tuple(name for name in REGIONS if name in wanted)


def list_regions(regions: Sequence[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of ListRegions, filtered and paged as asked."""
    wanted = parameters.get("RegionOptStatusContains")
    names = regions if not wanted or _STATUS in wanted else ()
    try:
        start, size = int(parameters.get("NextToken") or 0), int(parameters.get("MaxResults") or 50)
    except (TypeError, ValueError):
        raise Refusal(code="ValidationException", status=400, message="invalid paging parameter") from None
    page = names[start : start + size]
    answer: dict[str, Any] = {"Regions": [{"RegionName": name, "RegionOptStatus": _STATUS} for name in page]}
    return answer | ({"NextToken": str(start + size)} if start + size < len(names) else {})
