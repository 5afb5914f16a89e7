"""One-time codes of a virtual MFA device: RFC 6238 with the seed the device was made with.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from unassume.iam.principals import Root, User
from unassume.lab.access.callers import Caller
from unassume.lab.accounts.identity_providers import mfa_seed
from unassume.lab.clock import LabClock, wall
from unassume.lab.sts.parameters import text
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

_STEP = 30
_WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code."
_NOT_HERS = (
    "MultiFactorAuthentication failed, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)


def totp(seed: str, at: datetime) -> str:
    """The six digits a device with that base32 seed shows at that instant."""
    counter = struct.pack(">Q", int(at.timestamp()) // _STEP)
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.new(key, counter, hashlib.sha1).digest()  # RFC 6238 says SHA-1
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Codes:
    """Judges one-time codes; each is taken once. Thread-safe."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self._used: dict[str, str] = {}
        self._lock = threading.Lock()

    def is_proven(self, caller: Caller, given: Mapping[str, Any]) -> bool:
        """Whether the call brings a right code of the caller's own device; a Refusal for a wrong one, False for none.

        ASSUMPTION: a code half given is a ValidationError's business at AWS; the lab denies it as a wrong one.
        """
        serial = text(given, "SerialNumber", 9, 256, r"[\w+=/:,.@-]*")
        code = text(given, "TokenCode", 6, 6, r"[0-9]*")
        if serial is None and code is None:
            return False
        seed = _seed(caller, serial or "")
        if seed is None:
            raise Refusal(Why.DENIED, _NOT_HERS, reason="the MFA device is not the caller's")
        if not self._is_taken(serial or "", code or "", seed):
            raise Refusal(Why.DENIED, _WRONG, reason="the MFA code is wrong or used")
        return True

    def _is_taken(self, serial: str, code: str, seed: str) -> bool:
        with self._lock:
            is_right = any(hmac.compare_digest(code, totp(seed, at)) for at in self._instants())
            is_taken = is_right and self._used.get(serial) != code
            if is_taken:
                self._used[serial] = code
            return is_taken

    def _instants(self) -> Iterator[datetime]:
        """The lab's clock is jumped while devices keep the world's time, so either counts, a step early or late.

        ASSUMPTION: AWS documents no tolerance.
        """
        for now in (self._clock.now(), wall()):
            for steps in (-1, 0, 1):
                yield datetime.fromtimestamp(now.timestamp() + steps * _STEP, now.tzinfo)


def _seed(caller: Caller, serial: str) -> str | None:
    if isinstance(caller.principal, Root):
        raise not_implemented("MFA devices of the root user")
    if not isinstance(caller.principal, User):
        return None
    return mfa_seed(caller.account, caller.principal.name, serial)
