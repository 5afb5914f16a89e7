"""Where CloudTrail puts its files, and which of its folders can hold events of a window.

AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
`[prefix/]AWSLogs/[o-id/]account/CloudTrail/region/YYYY/MM/DD/`, the day being that of delivery.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_DATED = re.compile(r"(?:^|/)CloudTrail/[a-z0-9-]+/(\d{4})(?:/(\d{2})(?:/(\d{2}))?)?(?=/|$)", re.ASCII)
_BESIDE = re.compile(r"(?:^|/)CloudTrail-[A-Z]\w*(?=/|$)", re.ASCII)
LATEST = timedelta(days=1)
"""How long after an event its file is still looked for. ASSUMPTION: AWS promises no bound; minutes are usual."""


def may_hold(name: str, since: datetime, until: datetime) -> bool:
    """Whether a file or folder of that name can hold events of the window; true for what no layout tells.

    Digests and Insights, which stand beside the logs, hold none.
    """
    if _BESIDE.search(name):
        return False
    found = _DATED.search(name)
    if found is None:
        return True
    parts = [part for part in found.groups() if part is not None]
    first, last = (f"{at:%Y/%m/%d}".split("/")[: len(parts)] for at in (since, until + LATEST))
    return first <= parts <= last
