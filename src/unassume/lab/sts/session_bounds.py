"""Session policies, inline and managed, and how much room they and the tags take.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind
from unassume.lab.access.layers import parsed
from unassume.lab.accounts.history import History
from unassume.lab.sts.parameters import broken, invalid, members, shown, text
from unassume.lab.sts.session_tags import SessionTags
from unassume.lab.wire.refusals import Refusal, not_implemented

_MOST_CHARACTERS = 2048
_MOST_MANAGED = 10
_PACKED_ROOM = 2048


class SessionBounds(msgspec.Struct, frozen=True):
    """What a session is to be bound by: a document, and ARNs of managed policies."""

    policy: str | None = None
    arns: tuple[str, ...] = ()


def read_bounds(given: Mapping[str, Any]) -> SessionBounds:
    """The Policy and PolicyArns of a request."""
    policy = text(given, "Policy", 1, _MOST_CHARACTERS)
    arns = tuple(field.get("arn", "") for field in members(given, "PolicyArns"))
    if len(arns) > _MOST_MANAGED:
        raise broken("PolicyArns", "...", f"have length less than or equal to {_MOST_MANAGED}")
    if policy is not None:
        try:
            parsed(policy, DocumentKind.SESSION)
        except InputError as problem:
            raise Refusal(code="MalformedPolicyDocument", status=400, message=problem.message) from None
    return SessionBounds(policy, arns)


def policies_of(bounds: SessionBounds, account: str, history: History) -> tuple[tuple[str, str], ...]:
    """The session policies as texts; the managed ones, which must be the account's, as they stand at this moment."""
    found = [("Policy", bounds.policy)] if bounds.policy is not None else []
    managed = history.enforced(account).managed
    for arn in bounds.arns:
        if arn not in managed and arn.startswith("arn:aws:iam::aws:policy/"):
            raise not_implemented(f"AWS's own policy {shown(arn)}")
        if arn not in managed:
            raise invalid(f"the policy {shown(arn)} does not exist")
        found.append((arn, managed[arn]))
    return tuple(found)


def packed_size(bounds: SessionBounds, tags: SessionTags) -> int | None:
    """The PackedPolicySize in percent, None where there is nothing to pack; PackedPolicyTooLarge above 100.

    ASSUMPTION: AWS says that policies, ARNs and tags are compressed into a binary form with a limit of its own, and
    neither how nor how large; the lab compresses them with zlib into 2,048 bytes.
    """
    parts = [bounds.policy or "", *bounds.arns, *(f"{key}={value}" for key, value in tags.tags.items())]
    if not any(parts):
        return None
    percent = -(-len(zlib.compress("\n".join(parts).encode(), 9)) * 100 // _PACKED_ROOM)
    if percent > 100:
        message = f"Packed size of session policies and tags consumes {percent}% of allotted space."
        raise Refusal(code="PackedPolicyTooLarge", status=400, message=message)
    return percent
