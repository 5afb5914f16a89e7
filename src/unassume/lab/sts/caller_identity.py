"""GetCallerIdentity and GetAccessKeyInfo: who a key belongs to.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
"""

from __future__ import annotations

from unassume.lab.accounts import state
from unassume.lab.sts.granted import Asked, Granted, Realm
from unassume.lab.sts.parameters import check_names, invalid, required


def caller_identity(asked: Asked) -> Granted:
    """The caller's ARN: never denied, so it proves nothing about a revocation."""
    caller = asked.caller
    return Granted({"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account})


def key_account(asked: Asked, realm: Realm) -> Granted:
    """The account of any key the lab knows."""
    check_names(asked.given, ("AccessKeyId",))
    key_id = required(asked.given, "AccessKeyId", 16, 128, r"[\w]*")
    issued, user_key = realm.keyring.find(key_id), state.find_user_key(key_id)
    if issued is None and user_key is None:
        raise invalid(f"the access key id `{key_id}` is invalid")
    return Granted({"Account": issued.account if issued else user_key.account if user_key else ""})
