"""What no event may show: secrets, tokens, contents; two walks that leave them out or write HIDDEN over them.

A name that looks like a secret's is hidden wherever it stands, so that an operation nobody listed leaks nothing.
ASSUMPTION: which of the two AWS does is known for the operations listed only; see docs of each service's logging.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

_SECRET = re.compile(r"(?i)(password|secret|token$|tokenvalue|private_?key|credential|plaintext|assertion|tokencode)")
_HARMLESS = re.compile(
    r"(?i)^(next|continuation|client(request)?|starting|idempotency)-?token$|^secretid$|^secretlist$"
    r"|^(servicespecific)?credentialid$|^servicespecificcredential$"
    r"|password(resetrequired|lastused|policy)$|passwordlength$|^secretname$|^secretarn$"
)
# Contents and secrets that AWS leaves out altogether.
_LEFT_OUT = frozenset({
    "password", "oldPassword", "newPassword", "zipFile", "payload", "plaintext", "ciphertextBlob", "secretString",
    "secretBinary", "webIdentityToken", "sAMLAssertion", "tokenCode", "authenticationCode1", "authenticationCode2",
    "samlAssertion", "privateKey", "publicKeyMaterial", "secretAccessKey", "trailSecret", "qRCodePNG",
    "base32StringSeed",
})  # fmt: skip
_OVER = {
    ("ssm", "value"): HIDDEN, ("ssm", "parameters"): HIDDEN, ("sns", "message"): HIDDEN, ("sns", "subject"): HIDDEN,
    ("sqs", "messageBody"): HIDDEN, ("sqs", "entries"): HIDDEN, ("sns", "publishBatchRequestEntries"): HIDDEN,
    ("events", "detail"): HIDDEN,
}  # fmt: skip
_USER_DATA = "<sensitiveDataRemoved>"
# Names under which a pair such as `{"name": "DB_PASSWORD", "value": "..."}` holds what nobody should read.
_SECRET_PAIR = re.compile(r"(?i)(passw|secret|token|credential|api[_-]?key|_key$|^key$|(access|private|signing)key)")
_LONGEST = 20_480
_MOST = 100
_DEEPEST = 20
# Seconds until the year 9999, and what every reader of JSON can hold.
_FARTHEST = 253_370_764_800


def camel(name: str) -> str:
    """The name as CloudTrail writes it: its first letter in lower case."""
    return name[:1].lower() + name[1:]


def is_secret(name: str) -> bool:
    """Whether a value of that name may be one nobody should read."""
    return bool(_SECRET.search(name)) and not _HARMLESS.search(name)


def shown(service: str, given: Mapping[str, Any], shape: Any = None, depth: int = 0) -> dict[str, Any]:
    """The fields as an event shows them; `shape` is botocore's structure of them, where there is one."""
    found: dict[str, Any] = {}
    given = _without_pair(given)
    for name, value in given.items():
        key = camel(str(name))
        if value is None or key in _LEFT_OUT:
            continue
        member = shape.members.get(name) if shape is not None and shape.type_name == "structure" else None
        if key.lower() == "userdata":
            found[key] = _USER_DATA
        elif (over := _OVER.get((service, key))) is not None:
            found[key] = over
        elif is_secret(key) and not isinstance(value, bool):
            found[key] = HIDDEN
        elif service == "lambda" and key == "environment":
            found[key] = {}
        else:
            found[key] = _value(service, value, member, depth)
    return found


def _without_pair(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields, the value hidden where they are a name and a text that looks like a secret's; filters hold lists."""
    names = {str(name).lower(): name for name in given}
    word = next((given[names[each]] for each in ("name", "key") if each in names), None)
    value = names.get("value")
    if value is None or not isinstance(word, str) or not isinstance(given[value], str | bytes | int | float):
        return given
    return {**given, value: HIDDEN} if _SECRET_PAIR.search(word) else given


def _value(service: str, value: Any, shape: Any, depth: int) -> Any:
    kind = shape.type_name if shape is not None else ""
    if depth > _DEEPEST or (shape is not None and shape.metadata.get("sensitive")):
        return HIDDEN
    match value:
        case Mapping():
            if kind == "map":
                return _entries(service, value, shape, depth)
            return shown(service, value, shape, depth + 1)
        case list():
            member = shape.member if kind == "list" else None
            return [_value(service, item, member, depth + 1) for item in value[:_MOST]]
        case bytes():
            return HIDDEN
        case datetime():
            return instant_text(service, value)
        case str():
            return value[:_LONGEST]
        case bool() | None:
            return value
        case int() | float() if not -_FARTHEST < value < _FARTHEST:
            return str(value)
        case int() | float() if kind == "timestamp":
            return instant_text(service, datetime.fromtimestamp(value, UTC))
        case int() | float():
            return value
        case _:
            return HIDDEN


def _entries(service: str, value: Mapping[str, Any], shape: Any, depth: int) -> dict[str, Any]:
    """A map keeps its keys as they are: the caller chose them."""
    return {str(key): HIDDEN if is_secret(str(key)) else _value(service, item, shape.value, depth + 1)
            for key, item in value.items()}  # fmt: skip


def instant_text(service: str, instant: datetime) -> str:
    """An instant as newer events word it: `Jul 10, 2023, 12:09:47 PM`, and IAM `Jul 10, 2023 12:09:47 PM`."""
    hour, comma = instant.hour % 12 or 12, "" if service == "iam" else ","
    half = "AM" if instant.hour < 12 else "PM"
    return f"{instant:%b} {instant.day}, {instant.year}{comma} {hour}:{instant:%M:%S} {half}"
