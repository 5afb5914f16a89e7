"""The userIdentity element: who CloudTrail says called.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from typing import Any, assert_never

from unassume.iam.principals import AssumedRole, Federated, FederatedUser, Root, Service, User
from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import FederatedSession, RoleSession, UserSession
from unassume.lab.clock import iso


def user_identity(caller: Caller) -> dict[str, Any]:
    """The userIdentity of an event of this caller in the caller's own account."""
    common = {"arn": caller.arn, "accountId": caller.account, "accessKeyId": caller.key_id}
    match caller.principal:
        case User(name=name):
            return {"type": "IAMUser", "principalId": caller.user_id, **common, "userName": name} | _session(caller)
        case FederatedUser():
            return {"type": "FederatedUser", "principalId": caller.user_id, **common} | _session(caller)
        case Root():
            return {"type": "Root", "principalId": caller.user_id, **common} | _session(caller)
        case AssumedRole():
            return {"type": "AssumedRole", "principalId": caller.user_id, **common} | _session(caller)
        case Federated(provider=provider):
            is_saml = ":saml-provider/" in provider
            kind = "SAMLUser" if is_saml else "WebIdentityUser"
            shown = {"type": kind, "principalId": caller.user_id, "userName": caller.subject}
            return shown | {"identityProvider": caller.qualifier if is_saml and caller.qualifier else provider}
        case Service(name=name):
            return {"type": "AWSService", "invokedBy": name}
        case _:
            assert_never(caller.principal)


def _session(caller: Caller) -> dict[str, Any]:
    held = caller.session
    if held is None:
        return {}
    has_mfa = not isinstance(held, FederatedSession) and held.has_mfa
    context: dict[str, Any] = {
        "attributes": {"creationDate": iso(held.issued_at), "mfaAuthenticated": "true" if has_mfa else "false"}
    }
    match held:
        case UserSession():
            pass
        case FederatedSession(account=account, user_id=user_id, user_name=user_name):
            is_root = user_id == account
            issuer_arn = f"arn:aws:iam::{account}:{'root' if is_root else f'user/{user_name}'}"
            kind = "Root" if is_root else "IAMUser"
            context["sessionIssuer"] = _issuer(kind, user_id, issuer_arn, account, user_name)
        case RoleSession(role_id=role_id, role_arn=role_arn, account=account, role_name=role_name):
            context["sessionIssuer"] = _issuer("Role", role_id, role_arn, account, role_name)
            if held.source_identity:
                context["sourceIdentity"] = held.source_identity
            if held.federated_provider and held.via == "AssumeRoleWithWebIdentity":
                context["webIdFederationData"] = {
                    "federatedProvider": held.federated_provider, "attributes": dict(held.attributes),
                }  # fmt: skip
        case _:
            assert_never(held)
    return {"sessionContext": context}


def _issuer(kind: str, principal_id: str, arn: str, account: str, name: str) -> dict[str, str]:
    return {"type": kind, "principalId": principal_id, "arn": arn, "accountId": account, "userName": name}
