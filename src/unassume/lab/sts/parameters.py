"""The parameters that calls of STS share, checked the way STS checks them before it asks any policy.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from unassume.lab.wire.refusals import Refusal, not_implemented

NAME = r"[\w+=,.@-]*"
ROLE = re.compile(r"arn:aws:iam::([0-9]{12}):role/(?:[!-~]+/)?([\w+=,.@-]{1,64})", re.ASCII)
_MEMBER = re.compile(r"^(\w+)\.member\.([1-9][0-9]{0,3})(?:\.(\w+))?$", re.ASCII)
_SECRET = frozenset({"SAMLAssertion", "TokenCode", "WebIdentityToken"})
_SHOWN = 256
HOUR = 3600
SHORTEST = 900
MOST_ROLE_SECONDS = 43_200
MOST_USER_SECONDS = 129_600


def invalid(message: str) -> Refusal:
    """STS's answer to a malformed request."""
    return Refusal(code="ValidationError", status=400, message=message)


def broken(name: str, value: str, rule: str) -> Refusal:
    """STS's answer to a value outside its constraint."""
    where = name[:1].lower() + name[1:]
    said = "***" if name in _SECRET else shown(value)
    start = f"1 validation error detected: Value '{said}' at '{where}' failed to satisfy constraint: "
    return invalid(f"{start}Member must {rule}")


def shown(value: str) -> str:
    """A caller's text as an error may repeat it: short, and with nothing that XML cannot hold."""
    return "".join(letter if letter.isprintable() else "?" for letter in value[:_SHOWN])


def check_names(given: Mapping[str, Any], known: Collection[str], lists: Collection[str] = ()) -> None:
    """A Refusal for a parameter the call does not have, which AWS would ignore and the lab will not."""
    for name in given:
        match = _MEMBER.match(name)
        if name.startswith("ProvidedContexts."):
            raise not_implemented("ProvidedContexts, the assertions of trusted context providers")
        if name not in known and (match is None or match[1] not in lists):
            raise invalid(f"the lab does not know the parameter {shown(name)}")


def text(given: Mapping[str, Any], name: str, least: int, most: int, pattern: str = r"[\s\S]*") -> str | None:
    """The parameter, or None when it was not sent."""
    if name not in given:
        return None
    value = str(given[name])
    if not least <= len(value) <= most:
        side = f"greater than or equal to {least}" if len(value) < least else f"less than or equal to {most}"
        raise broken(name, value, f"have length {side}")
    if not re.fullmatch(pattern, value, re.ASCII):
        raise broken(name, value, f"satisfy regular expression pattern: {pattern}")
    return value


def required(given: Mapping[str, Any], name: str, least: int, most: int, pattern: str = r"[\s\S]*") -> str:
    """The parameter; a Refusal when it was not sent."""
    value = text(given, name, least, most, pattern)
    if value is None:
        raise broken(name, "null", "not be null")
    return value


def role_arn(given: Mapping[str, Any]) -> tuple[str, str]:
    """The ARN of the role and the account it names."""
    arn = required(given, "RoleArn", 20, 2048)
    match = ROLE.fullmatch(arn)
    if match is None:
        raise invalid(f"{shown(arn)} is invalid")
    return arn, match[1]


def session_name(given: Mapping[str, Any]) -> str:
    """The RoleSessionName."""
    return required(given, "RoleSessionName", 2, 64, NAME)


def source_identity(given: Mapping[str, Any], name: str = "SourceIdentity") -> str | None:
    """The SourceIdentity; a name that begins with `aws:` is AWS's own."""
    value = text(given, name, 2, 64, NAME)
    if value is not None and value.lower().startswith("aws:"):
        raise invalid("1 validation error detected: Value at 'sourceIdentity' must not begin with aws:")
    return value


def duration(given: Mapping[str, Any], most: int = MOST_ROLE_SECONDS, least: int = SHORTEST) -> int | None:
    """The DurationSeconds within these limits, or None when it was not sent."""
    if "DurationSeconds" not in given:
        return None
    value = str(given["DurationSeconds"])
    if not re.fullmatch(r"-?[0-9]{1,9}", value):
        raise invalid(f"'{shown(value)}' at 'durationSeconds' is not a number")
    if not least <= int(value) <= most:
        side = f"greater than or equal to {least}" if int(value) < least else f"less than or equal to {most}"
        raise broken("DurationSeconds", value, f"have value {side}")
    return int(value)


def members(given: Mapping[str, Any], wanted: str) -> list[dict[str, str]]:
    """The entries of a list in their order; a plain entry's value is under the empty name."""
    found: dict[int, dict[str, str]] = {}
    for name, value in given.items():
        match = _MEMBER.match(name)
        if match and match[1] == wanted:
            found.setdefault(int(match[2]), {})[match[3] or ""] = str(value)
    return [found[number] for number in sorted(found)]
