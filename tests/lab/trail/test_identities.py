"""userIdentity of every kind of caller, as AWS's document and real logs have it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from unassume.iam.principals import AssumedRole, Federated, FederatedUser, Root, Service, User
from unassume.lab import ACCOUNT, Lab
from unassume.lab.access.callers import Caller
from unassume.lab.access.credentials import FederatedSession, RoleSession, Session, UserSession
from unassume.lab.clients import client
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.copies import owner, seen_from_outside
from unassume.lab.trail.events import Happening, write_events
from unassume.lab.trail.identities import user_identity

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Reader"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com"
USER = User(partition="aws", account=ACCOUNT, arn=USER_ARN, id="AIDA1", name="ann")
ASSUMED = AssumedRole(
    partition="aws", account=ACCOUNT, role_arn=ROLE, role_id="AROA1", session_name="run", issued_at=AT,
)  # fmt: skip
OF_ROLE = RoleSession("ASIA1", ACCOUNT, ROLE, "AROA1", "Reader", "run", AT, LATER, source_identity="ann")
OF_WEB = RoleSession(
    "ASIA1", ACCOUNT, ROLE, "AROA1", "Reader", "run", AT, LATER, via="AssumeRoleWithWebIdentity",
    federated_provider=OIDC, attributes={"idp.example.com:sub": "repo"},
)  # fmt: skip
OF_USER = UserSession("ASIA1", ACCOUNT, "AIDA1", "ann", AT, LATER, has_mfa=True)
OF_FEDERATED = FederatedSession("ASIA1", ACCOUNT, "guest", "AIDA1", "ann", AT, LATER)
ISSUER = {"type": "Role", "principalId": "AROA1", "arn": ROLE, "accountId": ACCOUNT, "userName": "Reader"}


def attributes(mfa: str = "false") -> dict[str, str]:
    return {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": mfa}


def shown(principal: Any, session: Session | None = None, **more: str) -> dict[str, Any]:
    return user_identity(Caller("KEY", ACCOUNT, principal, session, **more))


def common(kind: str, principal_id: str, arn: str) -> dict[str, str]:
    return {"type": kind, "principalId": principal_id, "arn": arn, "accountId": ACCOUNT, "accessKeyId": "KEY"}


def test_users() -> None:
    """A user is named; with a token of GetSessionToken it also shows when it was issued and whether with MFA."""
    plain = common("IAMUser", "AIDA1", USER_ARN) | {"userName": "ann"}
    assert shown(USER) == plain
    assert shown(USER, OF_USER) == plain | {"sessionContext": {"attributes": attributes("true")}}


def test_root() -> None:
    """The root user's principal id is its account, and it has no user name."""
    assert shown(Root(partition="aws", account=ACCOUNT)) == common("Root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")


def test_role_sessions() -> None:
    """A session names its role as issuer, and its source identity."""
    found = shown(ASSUMED, OF_ROLE)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/run"
    assert found == common("AssumedRole", "AROA1:run", arn) | {
        "sessionContext": {"attributes": attributes(), "sessionIssuer": ISSUER, "sourceIdentity": "ann"}
    }


def test_sessions_of_a_web_identity() -> None:
    """They carry the provider and what it vouched for."""
    context = shown(ASSUMED, OF_WEB)["sessionContext"]
    data = {"federatedProvider": OIDC, "attributes": {"idp.example.com:sub": "repo"}}
    assert context == {"attributes": attributes(), "sessionIssuer": ISSUER, "webIdFederationData": data}


def test_federated_users() -> None:
    """A session of GetFederationToken names the user that made it as its issuer."""
    who = FederatedUser(
        partition="aws", account=ACCOUNT, name="guest", user_arn=USER_ARN, user_id="AIDA1", issued_at=AT,
    )  # fmt: skip
    found = shown(who, OF_FEDERATED)
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    issuer = {"type": "IAMUser", "principalId": "AIDA1", "arn": USER_ARN, "accountId": ACCOUNT, "userName": "ann"}
    assert found == common("FederatedUser", f"{ACCOUNT}:guest", arn) | {
        "sessionContext": {"attributes": attributes(), "sessionIssuer": issuer}
    }


def test_those_a_provider_vouches_for() -> None:
    """They have neither ARN nor key: type, principal id, user name and provider only."""
    web = shown(Federated(provider=OIDC), subject="repo", qualifier=f"{OIDC}:sts.amazonaws.com")
    assert web == {
        "type": "WebIdentityUser", "principalId": f"{OIDC}:sts.amazonaws.com:repo", "userName": "repo",
        "identityProvider": OIDC,
    }  # fmt: skip
    saml = Federated(provider=f"arn:aws:iam::{ACCOUNT}:saml-provider/idp")
    assert shown(saml, subject="ann", qualifier="hash=") == {
        "type": "SAMLUser", "principalId": "hash=:ann", "userName": "ann", "identityProvider": "hash=",
    }  # fmt: skip


def test_services() -> None:
    """A service is named by its host, which also stands where address and user agent would."""
    caller = Caller("", ACCOUNT, Service(name="ec2.amazonaws.com"))
    operation = Operation("sts", "sts", "AssumeRole", {"RoleArn": ROLE})
    (event,) = write_events(caller, operation, Happening("i", "r", AT, "us-east-1", "127.0.0.1", "agent"))
    assert event.record["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    assert (event.record["sourceIPAddress"], event.record["userAgent"]) == ("ec2.amazonaws.com", "ec2.amazonaws.com")


def test_the_outside_view() -> None:
    """Another account sees type, principal id and account of a session."""
    caller = Caller("KEY", ACCOUNT, ASSUMED, OF_ROLE)
    assert seen_from_outside(caller) == {"type": "AWSAccount", "principalId": "AROA1:run", "accountId": ACCOUNT}


@pytest.mark.parametrize(
    ("service", "given", "account"),
    [
        ("sts", {"RoleArn": "arn:aws:iam::210987654321:role/a/b"}, "210987654321"),
        ("kms", {"KeyId": "arn:aws:kms:us-east-1:210987654321:key/1"}, "210987654321"),
        ("kms", {"KeyId": "alias/mine"}, ACCOUNT),
        ("iam", {"RoleName": "r"}, ACCOUNT),
    ],
)
def test_whose_resource(service: str, given: dict[str, str], account: str) -> None:
    """What is named by an ARN belongs to the account in it, all else to the caller's."""
    assert owner(Caller("KEY", ACCOUNT, USER), Operation(service, service, "Call", given)) == account


def test_calls_over_tls() -> None:
    """A call over TLS shows the host it was for; one without TLS shows nothing of the kind."""
    with Lab(seed=None, tls=True) as lab:
        client(lab, "sts", lab.credentials("root")).get_caller_identity()
        assert lab.events()[-1].record["tlsDetails"] == {"clientProvidedHostHeader": "127.0.0.1"}
    with Lab(seed=None) as lab:
        client(lab, "sts", lab.credentials("root")).get_caller_identity()
        assert "tlsDetails" not in lab.events()[-1].record
