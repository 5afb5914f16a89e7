"""Who signed a request, once the signature is proven: the key, the principal, and what stands behind it."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from unassume.iam.principals import (
    AssumedRole,
    Federated,
    FederatedUser,
    Principal,
    Root,
    Service,
    User,
    context_keys,
    session_arn,
)
from unassume.iam.values import Known, Value
from unassume.lab.access.credentials import FederatedSession, Issued, Keyring, RoleSession, Session, UserSession
from unassume.lab.access.freshness import staleness
from unassume.lab.accounts import state
from unassume.lab.accounts.history import History
from unassume.lab.clock import LabClock, iso
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.proof import tokens, verify
from unassume.lab.wire.refusals import Refusal, Why


class Caller(msgspec.Struct, frozen=True):
    """A proven caller; `session` when temporary credentials signed.

    A `Federated` principal has proven itself with its provider's token instead of a key: `key_id` is empty, `account`
    is the role's, `subject` is whom the provider speaks of, and `qualifier` is what CloudTrail writes before it. A
    `Service` has no key either, and its `account` is the role's too.
    """

    key_id: str
    account: str
    principal: AssumedRole | User | FederatedUser | Root | Federated | Service
    session: Session | None = None
    subject: str = ""
    qualifier: str = ""

    @property
    def role_session(self) -> RoleSession | None:
        """The session, when it is one of a role."""
        return self.session if isinstance(self.session, RoleSession) else None

    @property
    def arn(self) -> str:
        """The ARN GetCallerIdentity shows."""
        return session_arn(self.principal)

    @property
    def user_id(self) -> str:
        """The unique id GetCallerIdentity shows."""
        match self.principal:
            case AssumedRole(role_id=role_id, session_name=name):
                return f"{role_id}:{name}"
            case User(id=user_id):
                return user_id
            case FederatedUser(account=account, name=name):
                return f"{account}:{name}"
            case Root(account=account):
                return account
            case Federated(provider=provider):
                return f"{self.qualifier or provider}:{self.subject}"
            case Service(name=name):
                return name
            case _:
                assert_never(self.principal)

    @property
    def name(self) -> str:
        """CloudTrail's user name: the session's, the user's, the subject's, or `root`."""
        match self.principal:
            case AssumedRole(session_name=name) | User(name=name) | FederatedUser(name=name) | Service(name=name):
                return name
            case Root():
                return "root"
            case Federated():
                return self.subject
            case _:
                assert_never(self.principal)

    def keys(self) -> dict[str, Value]:
        """The principal's condition keys; a session's issue time is the whole second it was issued in, exactly.

        ASSUMPTION: AWS keeps issue times in whole seconds, as CloudTrail and Expiration show them.
        """
        principal: Principal = self.principal
        keys = context_keys(principal)
        if self.session is not None:
            keys["aws:tokenissuetime"] = Known((iso(self.session.issued_at),))
        if self.role_session is not None:
            keys |= {key: Known(texts, key.endswith(":amr")) for key, texts in self.role_session.claims.items()}
        return keys


def authenticate(incoming: Incoming, signed: Signed, keyring: Keyring, history: History, clock: LabClock) -> Caller:
    """The caller a request proves itself to come from; a Refusal otherwise.

    Checked in this order: key, age of the request, signature, token, expiry.
    """
    issued = keyring.find(signed.key_id)
    if keyring.is_spent(signed.key_id):
        raise Refusal(Why.EXPIRED)
    if issued is None:
        return _by_user_key(incoming, signed, history, clock)
    _prove(incoming, signed, issued.credentials.secret_access_key, clock)
    _check_token(tokens(incoming, signed), issued)
    if issued.session is None:
        return Caller(signed.key_id, issued.account, Root(partition="aws", account=issued.account))
    if clock.now() >= issued.session.expires_at:
        raise Refusal(Why.EXPIRED)
    return Caller(signed.key_id, issued.account, _behind(issued.session, history), issued.session)


def _by_user_key(incoming: Incoming, signed: Signed, history: History, clock: LabClock) -> Caller:
    key = state.find_user_key(signed.key_id)
    if key is None or not key.active:
        raise Refusal(Why.UNKNOWN_KEY)
    _prove(incoming, signed, key.secret, clock)
    if tokens(incoming, signed):
        raise Refusal(Why.WRONG_TOKEN)
    known = state.user_named(key.account, key.user_name)
    if known is None:
        raise Refusal(Why.UNKNOWN_KEY)
    user = User(
        partition="aws",
        account=key.account,
        arn=known[1],
        id=known[0],
        name=key.user_name,
        tags=_user_tags(key.account, known[0], history),
    )
    return Caller(signed.key_id, key.account, user)


def _prove(incoming: Incoming, signed: Signed, secret: str, clock: LabClock) -> None:
    why = staleness(signed, clock)
    if why is not None:
        raise Refusal(why)
    verify(incoming, signed, secret)


def _check_token(given: set[str], issued: Issued) -> None:
    right = issued.credentials.session_token
    if not given and right is not None:
        raise Refusal(Why.MISSING_TOKEN)
    if given != ({right} if right else set()):
        raise Refusal(Why.WRONG_TOKEN)


def _behind(session: Session, history: History) -> AssumedRole | User | FederatedUser | Root:
    match session:
        case RoleSession():
            return _assumed(session, history)
        case UserSession(account=account, user_name=None):
            return Root(partition="aws", account=account, token_issued_at=session.issued_at, has_mfa=session.has_mfa)
        case UserSession():
            return _user_behind(session, history)
        case FederatedSession():
            return FederatedUser(
                partition="aws",
                account=session.account,
                name=session.name,
                user_arn=_maker_arn(session),
                user_id=session.user_id,
                issued_at=session.issued_at,
                tags={**_user_tags(session.account, session.user_id, history), **session.tags},
            )
        case _:
            assert_never(session)


def _user_behind(session: UserSession, history: History) -> User:
    assert session.user_name is not None
    return User(
        partition="aws",
        account=session.account,
        arn=_user_arn(session.account, session.user_id, session.user_name),
        id=session.user_id,
        name=session.user_name,
        token_issued_at=session.issued_at,
        tags=_user_tags(session.account, session.user_id, history),
        has_mfa=session.has_mfa,
    )


def _user_arn(account: str, user_id: str, name: str) -> str:
    """A Refusal once the user of that id is gone, even when another has taken the name."""
    known = state.user_named(account, name)
    if known is None or known[0] != user_id:
        raise Refusal(Why.UNKNOWN_KEY)
    return known[1]


def _maker_arn(session: FederatedSession) -> str:
    if session.user_id == session.account:
        return f"arn:aws:iam::{session.account}:root"
    return _user_arn(session.account, session.user_id, session.user_name)


def _user_tags(account: str, user_id: str, history: History) -> dict[str, str]:
    view = history.enforced(account).users.get(user_id)
    return dict(view.tags) if view else {}


def _assumed(session: RoleSession, history: History) -> AssumedRole:
    role = history.enforced(session.account).roles.get(session.role_id)
    extra: dict[str, Any] = {"tags": {**(dict(role.tags) if role else {}), **session.tags}}
    return AssumedRole(
        partition="aws",
        account=session.account,
        role_arn=session.role_arn,
        role_id=session.role_id,
        session_name=session.name,
        issued_at=session.issued_at,
        source_identity=session.source_identity,
        federated_provider=session.federated_provider,
        has_mfa=session.has_mfa,
        **extra,
    )
