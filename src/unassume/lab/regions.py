"""The lab's regions and `account:ListRegions`, which moto does not have.

# AWS: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html (enabled by default)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unassume.lab.refusals import Refusal

REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
"""The 17 regions every account has without opting in."""

_STATUS = "ENABLED_BY_DEFAULT"


def list_regions(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of ListRegions, filtered and paged as asked."""
    wanted = parameters.get("RegionOptStatusContains")
    names = REGIONS if not wanted or _STATUS in wanted else ()
    try:
        start, size = int(parameters.get("NextToken") or 0), int(parameters.get("MaxResults") or 50)
    except (TypeError, ValueError):
        raise Refusal(code="ValidationException", status=400, message="invalid paging parameter") from None
    page = names[start : start + size]
    answer: dict[str, Any] = {"Regions": [{"RegionName": name, "RegionOptStatus": _STATUS} for name in page]}
    return answer | ({"NextToken": str(start + size)} if start + size < len(names) else {})
