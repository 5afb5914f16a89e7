"""Faults by rule: which calls meet one, and what then happens to them.

# AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (Throttling, InternalFailure)
# AWS: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html (RequestLimitExceeded, InternalError)
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (SlowDown, InternalError)
ASSUMPTION: a service without a row of its own answers as its protocol's others do.
"""

from __future__ import annotations

import math
import re
import threading
import time
from fnmatch import fnmatchcase
from typing import Literal, get_args

import msgspec

from unassume.errors import InputError
from unassume.lab.wire.refusals import Family, Refusal

Kind = Literal["throttle", "500", "drop-reply-after-write", "delay"]
KINDS = get_args(Kind)
_ACTION = re.compile(r"\*|[a-zA-Z0-9*?-]+:[a-zA-Z0-9_*?]+")
LONGEST = 60
"""The most seconds a call is delayed."""
_MOST = 1000
_TIMES = 1_000_000


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule: what befalls calls of an action, from the `call`-th that matches on, `times` times.

    `action` is `*` or `prefix:Operation`, as calls are logged, and may hold `*` and `?`. `principal` narrows it to a
    caller: the user's or session's name, or its ARN, which may hold wildcards too. `seconds` are real ones and belong
    to `delay` alone, at most 60. A `throttle` with `per_second` stands until it is cleared and refuses what an account
    calls faster than that, by a bucket that holds one second's calls (real seconds), as AWS's own.
    """

    kind: Kind
    action: str = "*"
    call: int = 1
    times: int = 1
    seconds: float = 0
    per_second: float = 0
    principal: str | None = None

    def __post_init__(self) -> None:
        check_kind(self.kind)
        if not _ACTION.fullmatch(self.action):
            hint = "write `prefix:Operation` as the log shows it, `s3:ListBuckets` or `iam:*`, or `*` for every call"
            raise InputError(f"`{self.action[:100]}` is no action", hint=hint)
        if not 1 <= self.call <= _TIMES or not 1 <= self.times <= _TIMES:
            raise InputError(f"`call` and `times` of a fault are numbers from 1 to {_TIMES}")
        is_bounded = math.isfinite(self.seconds) and 0 < self.seconds <= LONGEST
        if (self.kind == "delay" and not is_bounded) or (self.kind != "delay" and self.seconds != 0):
            raise InputError(f"`seconds` of a delay are a number above 0 and up to {LONGEST}; other faults have none")

        if self.per_second and (self.kind != "throttle" or not 0 < self.per_second <= _TIMES):
            raise InputError("`per_second` belongs to a throttle, and is a number above 0")

    def matches(self, action: str, arn: str, name: str) -> bool:
        """Whether the rule speaks of this call of this caller."""
        if not fnmatchcase(action.lower(), self.action.lower()):
            return False
        return self.principal is None or self.principal == name or fnmatchcase(arn, self.principal)


def check_kind(kind: object) -> None:
    """InputError for a kind of fault that there is not, with those there are."""
    if kind not in KINDS:
        raise InputError(f"there is no fault `{str(kind)[:100]}`", hint=f"there are {', '.join(KINDS)}")


class Standing(msgspec.Struct, frozen=True):
    """A rule with the calls that matched it and how often it fired."""

    fault: Fault
    matched: int
    fired: int


class Faults:
    """The rules that stand, in the order they were added; thread-safe."""

    def __init__(self) -> None:
        self._standing: list[Standing] = []
        self._buckets: dict[tuple[int, str], tuple[float, float]] = {}
        self._lock = threading.Lock()
        self._cleared = threading.Event()

    def add(self, fault: Fault) -> None:
        """Have the rule from now on; InputError when there are 1,000 already."""
        with self._lock:
            if len(self._standing) >= _MOST:
                raise InputError(f"the lab holds {_MOST} faults", hint="clear them first")
            self._standing.append(Standing(fault, 0, 0))

    def clear(self) -> None:
        """Forget every rule; calls that are being delayed go on at once."""
        with self._lock:
            self._standing.clear()
            self._buckets.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def all(self) -> tuple[Standing, ...]:
        """Every rule with what it did so far."""
        with self._lock:
            return tuple(self._standing)

    def meet(self, action: str, arn: str, name: str, family: Family) -> bool:
        """Let one proven call meet the rules: it waits, is refused, or its reply is to be lost: then True."""
        if not self._standing:
            return False
        fired, cleared = self._fired(action, arn, name)
        cleared.wait(min(LONGEST, sum(fault.seconds for fault in fired)))
        for fault in fired:
            if fault.kind in ("throttle", "500"):
                raise _refusal(fault.kind, family, action)
        return any(fault.kind == "drop-reply-after-write" for fault in fired)

    def _fired(self, action: str, arn: str, name: str) -> tuple[list[Fault], threading.Event]:
        fired: list[Fault] = []
        with self._lock:
            for place, (fault, matched, count) in enumerate((s.fault, s.matched + 1, s.fired) for s in self._standing):
                if not fault.matches(action, arn, name):
                    continue
                if fault.per_second:
                    fires = not self._has_token(place, fault.per_second, arn.split(":")[4])
                else:
                    fires = fault.call <= matched < fault.call + fault.times
                self._standing[place] = Standing(fault, matched, count + fires)
                fired += [fault] if fires else []
            return fired, self._cleared

    def _has_token(self, place: int, per_second: float, account: str) -> bool:
        """Take a token of the account's bucket, which refills by the second; False where it is empty."""
        now, size = time.monotonic(), max(1.0, per_second)
        left, since = self._buckets.get((place, account), (size, now))
        left = min(size, left + (now - since) * per_second)
        self._buckets[place, account] = (left - 1 if left >= 1 else left, now)
        return left >= 1


_THROTTLED = {
    Family.S3: ("SlowDown", 503, "Please reduce your request rate."),
    Family.EC2: ("RequestLimitExceeded", 503, "Request limit exceeded."),
    Family.QUERY: ("Throttling", 400, "Rate exceeded"),
    Family.JSON: ("ThrottlingException", 400, "Rate exceeded"),
    Family.REST_JSON: ("ThrottlingException", 429, "Rate exceeded"),
    Family.CBOR: ("ThrottlingException", 400, "Rate exceeded"),
}
_UNKNOWN = "The request processing has failed because of an unknown error, exception or failure."
_BROKEN = {
    Family.S3: ("InternalError", 500, "We encountered an internal error. Please try again."),
    Family.EC2: ("InternalError", 500, "An internal error has occurred."),
    Family.QUERY: ("InternalFailure", 500, _UNKNOWN),
    Family.JSON: ("InternalServerError", 500, _UNKNOWN),
    Family.REST_JSON: ("InternalServerException", 500, _UNKNOWN),
    Family.CBOR: ("InternalServerError", 500, _UNKNOWN),
}
# AWS: IAM's operations list ServiceFailure, and Lambda's their own two.
_OWN = {
    ("500", "iam"): ("ServiceFailure", 500, _UNKNOWN),
    ("500", "lambda"): ("ServiceException", 500, _UNKNOWN),
    ("throttle", "lambda"): ("TooManyRequestsException", 429, "Rate exceeded"),
}


def _refusal(kind: str, family: Family, action: str) -> Refusal:
    table = _THROTTLED if kind == "throttle" else _BROKEN
    code, status, message = _OWN.get((kind, action.partition(":")[0]), table[family])
    return Refusal(code=code, status=status, message=message, reason=f"fault: {kind}")
