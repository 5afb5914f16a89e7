"""The condition keys of a request as the lab knows them.

Global keys (`aws:`) not listed are absent: the lab sets every one it can have. A service's own key that no table gave
is unknown, so that a policy asking for it is refused loudly instead of not matching in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from unassume.iam.values import ABSENT, UNKNOWN, Context, Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.clock import iso
from unassume.lab.wire.incoming import Incoming

_UNKNOWN_GLOBALS = ("aws:resourcetag/", "aws:calledvia", "aws:resourceorg")


class _Keys(Mapping[str, Value]):
    """Listed keys, and ABSENT for every other global or STS key."""

    def __init__(self, listed: Mapping[str, Value]) -> None:
        self._listed = listed

    def __getitem__(self, key: str) -> Value:
        if key in self._listed:
            return self._listed[key]
        if key.startswith(("aws:", "sts:")) and not key.startswith(_UNKNOWN_GLOBALS):
            return ABSENT
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def context(caller: Caller, incoming: Incoming, region: str, now: datetime, extra: Mapping[str, Value]) -> Context:
    """The context of one action of a request."""
    listed: dict[str, Value] = {
        **caller.keys(),
        "aws:currenttime": Known((iso(now),)),
        "aws:epochtime": Known((str(int(now.timestamp())),)),
        "aws:sourceip": Known((incoming.source_ip,)),
        "aws:securetransport": Known(("false",)),
        "aws:requestedregion": Known((region,)),
        "aws:viaawsservice": Known(("false",)),
        **extra,
    }
    if incoming.user_agent:
        listed["aws:useragent"] = Known((incoming.user_agent,))
    return Context(_Keys(listed), UNKNOWN)
