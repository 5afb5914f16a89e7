"""STS in the lab's own code: each call in a file of its own, this one only sends them there.

A session is bound to the role's unique id, its times are whole seconds, its token and secret are never logged.
AWS: https://docs.aws.amazon.com/STS/latest/APIReference/
"""

from __future__ import annotations

from unassume.lab.access.callers import Caller
from unassume.lab.operations.resolve import Operation
from unassume.lab.sts.assume_role import assume_role
from unassume.lab.sts.authorization_message import Messages
from unassume.lab.sts.by_service import assume_by_service
from unassume.lab.sts.caller_identity import caller_identity, key_account
from unassume.lab.sts.federation_token import federation_token
from unassume.lab.sts.granted import Asked, Granted, Realm
from unassume.lab.sts.mfa import Codes
from unassume.lab.sts.saml import vouch_saml
from unassume.lab.sts.session_token import session_token
from unassume.lab.sts.vouched import Vouched, admit
from unassume.lab.sts.web_identity import vouch_web_identity
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.presigned import is_marked_v2, is_marked_v4
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

UNSIGNED = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""Calls that need no signature: a token or an assertion vouches for the caller."""
JUDGED_HERE = frozenset({"AssumeRole", "GetFederationToken"})
"""Calls whose permission hangs on more than the caller's identity, or on a resource only STS knows."""
NEVER_STOPPED = frozenset({"GetCallerIdentity", "GetSessionToken"})
"""Calls that no policy stops."""
_MISSING = {
    "AssumeRoot": "sts:AssumeRoot: centralised root access",
    "GetDelegatedAccessToken": "sts:GetDelegatedAccessToken: access delegated to partners",
    "GetServiceBearerToken": "sts:GetServiceBearerToken: bearer tokens of services",
    "GetWebIdentityToken": "sts:GetWebIdentityToken: the lab is no outbound identity provider",
}


def unsigned_call(incoming: Incoming, region: str) -> Signed | None:
    """What an unsigned call of the two that may be claims: STS in that region, by nobody; None for any other."""
    names = [name for name, _ in incoming.sent_query]
    if incoming.sent_header("authorization") is not None or is_marked_v4(names) or is_marked_v2(names):
        return None
    if incoming.form.get("Action") not in UNSIGNED:
        return None
    return Signed("", "", region, "sts", (), "")


class Sts:
    """The lab's token service."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._codes = Codes(realm.clock)
        self.messages = Messages()

    def vouch(self, operation: Operation) -> Vouched:
        """Whom the token or assertion of an unsigned call speaks of; a Refusal when it proves nothing."""
        if operation.name == "AssumeRoleWithWebIdentity":
            return vouch_web_identity(operation.parameters, self._realm)
        if operation.name == "AssumeRoleWithSAML":
            return vouch_saml(operation.parameters, self._realm)
        raise Refusal(Why.UNSIGNED)

    def admit(self, vouched: Vouched, operation: Operation, incoming: Incoming, region: str) -> Granted:
        """The session of somebody vouched for."""
        return admit(Asked(vouched.caller, operation.parameters, incoming, region), vouched, self._realm)

    def by_service(self, caller: Caller, operation: Operation, incoming: Incoming, region: str, lasts: int) -> Granted:
        """The session an AWS service takes of a role."""
        return assume_by_service(Asked(caller, operation.parameters, incoming, region), self._realm, lasts)

    def answer(self, caller: Caller, operation: Operation, incoming: Incoming, region: str) -> Granted:
        """The answer to one signed call; what is not judged here the gate has judged before."""
        asked = Asked(caller, operation.parameters, incoming, region)
        match operation.name:
            case "GetCallerIdentity":
                return caller_identity(asked)
            case "GetAccessKeyInfo":
                return key_account(asked, self._realm)
            case "DecodeAuthorizationMessage":
                return self.messages.decoded(asked)
            case "AssumeRole":
                return assume_role(asked, self._realm, self._codes)
            case "GetSessionToken":
                return session_token(asked, self._realm, self._codes)
            case "GetFederationToken":
                return federation_token(asked, self._realm)
            case _:
                raise not_implemented(_MISSING.get(operation.name, f"sts:{operation.name}"))
