"""The parameters of AssumeRole, read and checked the way STS checks them before it asks any policy.

# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind
from unassume.iam.limits import LIMITS, measure
from unassume.lab.access.judge import parsed
from unassume.lab.wire.refusals import Refusal

_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
_ROLE = re.compile(r"arn:aws:iam::([0-9]{12}):role/(?:.*/)?([A-Za-z0-9_+=,.@-]{1,64})")
_MEMBER = re.compile(r"^(Tags|PolicyArns|TransitiveTagKeys)\.member\.([0-9]+)(?:\.(Key|Value|arn))?$")
_KNOWN = frozenset({"RoleArn", "RoleSessionName", "Policy", "DurationSeconds", "ExternalId", "SourceIdentity"})


class AssumeRequest(msgspec.Struct, frozen=True):
    """A well-formed AssumeRole request."""

    role_arn: str
    account: str
    name: str
    duration: int | None
    external_id: str | None
    source_identity: str | None
    policy: str | None
    policy_arns: tuple[str, ...]
    tags: Mapping[str, str]
    transitive: tuple[str, ...]


def read_assume_role(given: Mapping[str, Any]) -> AssumeRequest:
    """The request; a Refusal worded as STS does for each broken rule."""
    for name in given:
        if name not in _KNOWN and not _MEMBER.match(name):
            raise invalid(f"the lab does not know the parameter {name}")
    arn = str(given.get("RoleArn", ""))
    role = _ROLE.fullmatch(arn)
    if role is None:
        raise invalid(f"{arn} is invalid")
    tags = _tags(given)
    return AssumeRequest(
        role_arn=arn,
        account=role[1],
        name=_named("roleSessionName", str(given.get("RoleSessionName", ""))),
        duration=_duration(given.get("DurationSeconds")),
        external_id=given.get("ExternalId"),
        source_identity=_source_identity(given.get("SourceIdentity")),
        policy=_policy(given.get("Policy")),
        policy_arns=tuple(_members(given, "PolicyArns")),
        tags=tags,
        transitive=_transitive(given, tags),
    )


def invalid(message: str) -> Refusal:
    """STS's answer to a malformed request."""
    return Refusal(code="ValidationError", status=400, message=message)


def _named(what: str, value: str) -> str:
    if not _NAME.fullmatch(value):
        rule = r"Member must satisfy regular expression pattern: [\w+=,.@-]* and have length 2 to 64"
        raise invalid(f"1 validation error detected: Value '{value}' at '{what}' failed to satisfy constraint: {rule}")
    return value


def _source_identity(value: str | None) -> str | None:
    if value is None:
        return None
    if value.startswith("aws:"):
        raise invalid("1 validation error detected: Value at 'sourceIdentity' must not begin with aws:")
    return _named("sourceIdentity", value)


def _duration(value: str | None) -> int | None:
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", value) or not 900 <= int(value) <= 43_200:
        rule = "Member must have value greater than or equal to 900 and less than or equal to 43200"
        raise invalid(
            f"1 validation error detected: Value '{value}' at 'durationSeconds' failed to satisfy constraint: {rule}"
        )
    return int(value)


def _policy(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        parsed(text, DocumentKind.SESSION)
    except InputError as problem:
        raise Refusal(code="MalformedPolicyDocument", status=400, message=problem.message) from None
    if measure(text) > LIMITS["session"]:
        raise Refusal(code="PackedPolicyTooLarge", status=400, message="the session policy is too large")
    return text


def _members(given: Mapping[str, Any], wanted: str) -> list[str]:
    found = [(int(match[2]), str(given[match[0]])) for name in given if (match := _MEMBER.match(name))
             and match[1] == wanted]  # fmt: skip
    return [value for _, value in sorted(found)]


def _tags(given: Mapping[str, Any]) -> dict[str, str]:
    fields: dict[str, dict[str, str]] = {}
    for name, value in given.items():
        match = _MEMBER.match(name)
        if match and match[1] == "Tags" and match[3] in ("Key", "Value"):
            fields.setdefault(match[2], {})[match[3]] = str(value)
    tags = {field.get("Key", ""): field.get("Value", "") for field in fields.values()}
    is_repeated = len({key.lower() for key in tags}) < len(fields)
    if "" in tags or is_repeated or len(tags) > 50 or any(key.lower().startswith("aws:") for key in tags):
        raise invalid("the session tags are invalid")
    return tags


def _transitive(given: Mapping[str, Any], tags: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(_members(given, "TransitiveTagKeys"))
    if not set(keys) <= set(tags):
        raise invalid("the specified transitive tag keys must be included in the requested tags")
    return keys
