"""Texts that stand for a number, an instant, an address, bytes or a truth, read strictly.

Every `parse_...` raises ValueError with the rule it found broken; `quiet` makes that None and remembers answers.
Only ASCII digits count, and neither hex, `inf`, `nan`, exponents nor trailing text pass.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

Instant = datetime
Address = tuple[int, int]
"""The version of the protocol, and the address as a number."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Read = TypeVar("_Read")

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_EPOCH = re.compile(r"-?[0-9]{5,11}(?:\.[0-9]{1,9})?")
# W3C profile of ISO 8601: https://www.w3.org/TR/NOTE-datetime
_DATE = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}(?P<day>-[0-9]{2})?)"
    r"(?P<time>T[0-9]{2}:[0-9]{2}(?P<second>:[0-9]{2}(?:\.[0-9]{1,9})?)?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_AS_AWS_WRITES = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_OCTETS = {str(octet): octet for octet in range(256)}
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_REMEMBERED = 65_536
"""How many readings are kept: the addresses and issue times of a large incident, some 20 MB at most."""


def quiet(parse: Callable[[str], _Read]) -> Callable[[str], _Read | None]:
    """The same reading for a value of a request: None where it cannot be read."""

    @lru_cache(maxsize=_REMEMBERED)
    def read(text: str) -> _Read | None:
        try:
            return parse(text)
        except ValueError:
            return None

    return read


def parse_number(text: str) -> Decimal:
    """An integer or a decimal."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("a number is written in decimal digits")
    return Decimal(text)


def parse_instant(text: str) -> Instant:
    """An instant, from a date or from epoch seconds.

    AWS does not say whether `2026` is a year or seconds, nor which zone a time without one has: both are refused.
    A bare date or month is taken to start at midnight UTC. Digits past the microsecond are dropped.
    """
    is_plain = _AS_AWS_WRITES.fullmatch(text)
    full = text if is_plain else "" if _EPOCH.fullmatch(text) else _full_date(text)
    try:
        if is_plain:
            return datetime.fromisoformat(text)
        if not full:
            return _EPOCH_START + timedelta(microseconds=int(Decimal(text) * 1_000_000))
        return datetime.fromisoformat(full).astimezone(UTC)
    except (OverflowError, ValueError):
        raise ValueError("there is no such date or time") from None


def _full_date(text: str) -> str:
    """The date with every part the standard library asks for."""
    found = _DATE.fullmatch(text)
    if not found or (found["time"] and not found["day"]) or (found["zone"] and not found["time"]):
        raise ValueError("a date is written `2026-01-31T23:59:59Z`, or as epoch seconds")
    if not found["time"]:
        return f"{found['date']}{'' if found['day'] else '-01'}T00:00:00Z"
    if not found["zone"]:
        raise ValueError("a date with a time ends in `Z` or in an offset such as `+00:00`")
    return text


def parse_boolean(text: str) -> bool:
    """True or false, in any case."""
    if text.lower() not in ("true", "false"):
        raise ValueError("it is neither `true` nor `false`")
    return text.lower() == "true"


def parse_binary(text: str) -> bytes:
    """Bytes, from base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a binary value is written in base64") from None


def parse_address(text: str) -> Address:
    """One IPv4 or IPv6 address."""
    octets = [_OCTETS.get(part) for part in text.split(".")]
    if len(octets) == 4 and None not in octets:
        return 4, int.from_bytes(octets)  # type: ignore[arg-type]  # no None among them
    if "%" in text:
        raise ValueError("an address has no zone")
    address = ipaddress.ip_address(text)
    return address.version, int(address)


def parse_network(text: str) -> Network:
    """A CIDR block, or one address; bits of the host may be set."""
    if not re.fullmatch(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?", text):
        raise ValueError("an address is written `203.0.113.0/24` or `2001:db8::/32`")
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("there is no such address or block") from None
