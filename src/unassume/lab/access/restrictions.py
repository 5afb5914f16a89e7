"""What a kind of credentials may not call, whatever its policies say.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
ASSUMPTION: the codes, which are common experience: IAM takes the token for invalid, STS says what cannot be called.
"""

from __future__ import annotations

from typing import assert_never

from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import FederatedSession, RoleSession, Session, UserSession
from unassume.lab.wire.refusals import Refusal, Why

_LONG_TERM_ONLY = frozenset({"GetSessionToken", "GetFederationToken"})
_BY_TOKEN = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""Calls that rest on what an identity provider says, and not on who signed them."""
_OF_USER_SESSIONS = frozenset({"AssumeRole", "GetCallerIdentity"}) | _BY_TOKEN
_OF_FEDERATED_USERS = frozenset({"GetCallerIdentity"}) | _BY_TOKEN


def check_restrictions(caller: Caller, service: str, name: str) -> None:
    """A Refusal when credentials of this kind may not make the call."""
    if caller.session is None:
        return
    if service == "iam" and not _may_call_iam(caller.session):
        raise Refusal(Why.WRONG_TOKEN, reason="IAM may not be called with these temporary credentials")
    if service == "sts" and not _may_call_sts(caller.session, name):
        message = f"Cannot call {name} with session credentials"
        raise Refusal(Why.DENIED, message, reason="STS may not be asked for this with these temporary credentials")


def _may_call_iam(session: Session) -> bool:
    match session:
        case RoleSession():
            return True
        case UserSession(has_mfa=has_mfa):
            return has_mfa
        case FederatedSession():
            return False
        case _:
            assert_never(session)


def _may_call_sts(session: Session, name: str) -> bool:
    match session:
        case RoleSession():
            return name not in _LONG_TERM_ONLY
        case UserSession():
            return name in _OF_USER_SESSIONS
        case FederatedSession():
            return name in _OF_FEDERATED_USERS
        case _:
            assert_never(session)
