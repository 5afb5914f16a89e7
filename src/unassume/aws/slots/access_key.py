"""The status of one long-term key of a user: ListAccessKeys, UpdateAccessKey."""

from __future__ import annotations

from typing import Any

from unassume.aws.holders import found, unique_id
from unassume.aws.refusals import asking
from unassume.errors import StaleError
from unassume.model.slots import AccessKeyStatus, Standing


def read(iam: Any, slot: AccessKeyStatus) -> Standing:
    """`Active` or `Inactive`, and the user's unique id; None for a key or user that is not there."""
    user_id = unique_id(iam, slot.subject)
    if user_id is None:
        return Standing(text=None, holder_id=None)
    return Standing(text=keys(iam, slot.user).get(slot.key_id), holder_id=user_id)


def write(iam: Any, slot: AccessKeyStatus, after: str | None) -> None:
    """Set the status; doing so twice is the same. StaleError when the key is gone, or would have to be made."""
    if after is None:
        raise StaleError(f"the {slot.label} cannot be nothing", hint="plan again")
    with asking("iam:UpdateAccessKey"):
        put = found(lambda: iam.update_access_key(UserName=slot.user, AccessKeyId=slot.key_id, Status=after))
    if put is None:
        raise StaleError(f"key {slot.key_id} of user `{slot.user}` is gone", hint="plan again")


def keys(iam: Any, user: str) -> dict[str, str]:
    """The status of each long-term key of the user."""
    with asking("iam:ListAccessKeys"):
        pages = iam.get_paginator("list_access_keys").paginate(UserName=user)
        return {key["AccessKeyId"]: key["Status"] for page in pages for key in page["AccessKeyMetadata"]}
