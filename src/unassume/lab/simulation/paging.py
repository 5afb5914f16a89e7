"""Pages of results: MaxItems and Marker, and no page with more judgements than the lab makes at once.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html ("IAM might return fewer
results, even when there are more results available")
ASSUMPTION: a marker that no answer gave is InvalidInput.
"""

from __future__ import annotations

import base64
import binascii
import re

from unassume.lab.simulation.asked import invalid
from unassume.lab.wire.refusals import not_implemented

MOST = 5000
"""How many pairs of an action and a resource one answer holds, where the policies are small."""
MOST_STATEMENTS = 2000
_SMALL = 100
_MARK = re.compile(rb"after:([1-9][0-9]{0,5})")


def page(
    actions: tuple[str, ...], marker: str | None, most: int, resources: int, statements: int
) -> tuple[tuple[str, ...], str | None]:
    """The actions of one page, and the marker of the next if there is one; a Refusal where one alone is too many."""
    weight = resources * (1 + statements // _SMALL)
    if weight > MOST or statements > MOST_STATEMENTS:
        raise not_implemented(f"a simulation of {statements} statements on {resources} resources")
    start = _start(marker)
    if start >= len(actions):
        raise invalid("Invalid Marker.")
    end = start + min(most, MOST // weight)
    return actions[start:end], _marker(end) if end < len(actions) else None


def _start(marker: str | None) -> int:
    if marker is None:
        return 0
    try:
        match = _MARK.fullmatch(base64.b64decode(marker.encode(), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        match = None
    if match is None:
        raise invalid("Invalid Marker.")
    return int(match[1])


def _marker(after: int) -> str:
    return base64.urlsafe_b64encode(b"after:%d" % after).decode()
