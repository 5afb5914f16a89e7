"""A long-term key made inactive: the way back behind a user's tokens, which no policy closes.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
No policy stops GetSessionToken; whoever holds the key takes token after token, and whoever else uses the key stops too.
Inactive, not deleted: the evidence stays, and undo can make it active again.
"""

from __future__ import annotations

from collections.abc import Iterable

from unassume.model.plans import Change
from unassume.model.sessions import Session
from unassume.model.slots import AccessKeyStatus
from unassume.model.surveys import User

PERMISSIONS = ("iam:ListAccessKeys", "iam:UpdateAccessKey")
ACTIVE, INACTIVE = "Active", "Inactive"


WHY_OPEN = (
    "it is active: whoever holds it takes new tokens, and no policy stops that; `--deactivate-keys` makes it inactive, "
    "for whoever else uses it too"
)


def behind(user: User, sessions: Iterable[Session]) -> tuple[str, ...]:
    """The active keys that gave these tokens, or all active keys of the user where the trail does not tell."""
    issuers = {one.parent.key_id for one in sessions if one.parent is not None and one.parent.key_id is not None}
    return tuple(key.id for key in user.keys if key.is_active and (key.id in issuers or not issuers))


def changes(user: User, key_ids: Iterable[str]) -> tuple[Change, ...]:
    """The changes that make these of the user's keys inactive; none for a key that is so, or is gone."""
    wanted = set(key_ids)
    return tuple(
        Change(
            slot=AccessKeyStatus(account=user.account, user=user.name, key_id=key.id),
            holder_id=user.id,
            before=ACTIVE,
            after=INACTIVE,
        )
        for key in user.keys
        if key.is_active and key.id in wanted
    )
