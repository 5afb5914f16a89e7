"""GetSessionToken: the same user or root for a while, with MFA when a code came along. No policy stops it.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""

from __future__ import annotations

from datetime import timedelta

from unassume.iam.principals import Root, User
from unassume.lab.access.credentials import Credentials, Issued, UserSession, new_secret, new_token
from unassume.lab.accounts import state
from unassume.lab.clock import whole_second
from unassume.lab.sts.granted import Asked, Granted, Realm, credential_fields, credentials_shown, key_resource
from unassume.lab.sts.mfa import Codes
from unassume.lab.sts.parameters import HOUR, MOST_USER_SECONDS, check_names, duration

DEFAULT_SECONDS = 43_200


def session_token(asked: Asked, realm: Realm, codes: Codes) -> Granted:
    """A token for a user or root with long-term keys; others are turned away before (`access.restrictions`)."""
    check_names(asked.given, ("DurationSeconds", "SerialNumber", "TokenCode"))
    caller, principal = asked.caller, asked.caller.principal
    assert isinstance(principal, User | Root)  # nobody else has long-term keys
    # AWS: root's are cut to an hour, whatever was asked.
    seconds = duration(asked.given, MOST_USER_SECONDS) or DEFAULT_SECONDS
    seconds = min(seconds, HOUR) if isinstance(principal, Root) else seconds
    now = whole_second(realm.clock.now())
    session = UserSession(
        key_id=state.new_session_key_id(caller.account),
        account=caller.account,
        user_id=caller.user_id,
        user_name=principal.name if isinstance(principal, User) else None,
        issued_at=now,
        expires_at=now + timedelta(seconds=seconds),
        has_mfa=codes.is_proven(caller, asked.given),
    )
    credentials = Credentials(session.key_id, new_secret(), new_token(), session.expires_at)
    realm.keyring.add(Issued(credentials, caller.account, session))
    shown = {"credentials": credentials_shown(credentials)}
    fields = {"Credentials": credential_fields(credentials)}
    return Granted(fields, shown, (key_resource(credentials),), now, credentials)
