"""What we may do: asked of the simulator, else of harmless reads, never of a write."""

from __future__ import annotations

import pytest

from tests.aws.loopback import ACCOUNT, Answer, FrozenClock, Loopback, refusal, xml
from unassume.aws.connection import Connection
from unassume.aws.permissions import AwsPermissions
from unassume.errors import AccessError

PLACE = f"arn:aws:iam::{ACCOUNT}:role/team/Reports"
ACTIONS = ("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy")
GONE = refusal("NoSuchEntity", "not found", 404)
ROLE = xml(
    "GetRole",
    f"<Role><RoleName>Responder</RoleName><RoleId>AROARESPONDER</RoleId><Path>/ir/</Path>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:role/ir/Responder</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>",
)


def identity(arn: str) -> str:
    return xml("GetCallerIdentity", f"<Arn>{arn}</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>")


def simulated(**decisions: str) -> str:
    """The simulator's answer; `open` is a denial for want of a key."""
    results = "".join(
        f"<member><EvalActionName>iam:{name}</EvalActionName><EvalResourceName>{PLACE}</EvalResourceName>"
        f"<EvalDecision>{'implicitDeny' if decision == 'open' else decision}</EvalDecision><MissingContextValues>"
        f"{'<member>aws:MultiFactorAuthPresent</member>' if decision == 'open' else ''}</MissingContextValues></member>"
        for name, decision in decisions.items()
    )
    inner = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    return xml("SimulatePrincipalPolicy", inner)


@pytest.fixture
def permissions(connection: Connection) -> AwsPermissions:
    return AwsPermissions(connection)


def test_the_simulator_is_asked_about_our_role(aws: Loopback, permissions: AwsPermissions) -> None:
    """A session's role is looked up, path and all; a denial for want of a key is no answer."""
    aws.play("GetRole", ROLE)
    aws.play(
        "SimulatePrincipalPolicy", simulated(GetRole="allowed", GetRolePolicy="open", PutRolePolicy="explicitDeny")
    )
    assert permissions.allowed(ACTIONS, PLACE) == {"iam:GetRole": True, "iam:PutRolePolicy": False}
    asked = aws.asked[-1].fields
    assert asked["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/ir/Responder"
    assert (asked["ResourceArns.member.1"], asked["ActionNames.member.3"]) == (PLACE, "iam:PutRolePolicy")


def test_a_role_that_may_not_be_read_is_guessed(aws: Loopback, permissions: AwsPermissions) -> None:
    """Where our own role is hidden, its ARN is made from the session's."""
    aws.play("SimulatePrincipalPolicy", simulated(GetRole="allowed"))
    assert permissions.allowed(("iam:GetRole",), PLACE) == {"iam:GetRole": True}
    assert aws.asked[-1].fields["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/Responder"


def test_without_the_simulator_reads_are_tried(aws: Loopback, permissions: AwsPermissions) -> None:
    """Not found was allowed, denied was not, a write is not known, and the simulator is not asked again."""
    aws.play("GetCallerIdentity", identity(f"arn:aws:iam::{ACCOUNT}:user/kim"))
    aws.play("GetRole", GONE)
    for _ in range(2):
        assert permissions.allowed(ACTIONS, PLACE) == {"iam:GetRole": True, "iam:GetRolePolicy": False}
    assert aws.actions().count("SimulatePrincipalPolicy") == 1
    assert not any(action.startswith(("Put", "Delete", "Create", "Attach")) for action in aws.actions())


def test_root_is_asked_by_reads(aws: Loopback, permissions: AwsPermissions) -> None:
    """Root has no policies to simulate: what can be read is tried."""
    aws.play("GetCallerIdentity", identity(f"arn:aws:iam::{ACCOUNT}:root"))
    aws.play("GetRole", GONE)
    assert permissions.allowed(("iam:GetRole",), PLACE) == {"iam:GetRole": True}
    assert "SimulatePrincipalPolicy" not in aws.actions()


def test_a_throttled_simulator_is_an_error(aws: Loopback, permissions: AwsPermissions) -> None:
    """Only a refusal sends us to the reads: anything else is told."""
    aws.play("GetCallerIdentity", identity(f"arn:aws:iam::{ACCOUNT}:user/kim"))
    aws.play("SimulatePrincipalPolicy", Answer("ServiceFailure\nno", 400))
    with pytest.raises(AccessError):
        permissions.allowed(ACTIONS, PLACE)


def test_a_refusal_tells_the_time(aws: Loopback, connection: Connection, clock: FrozenClock) -> None:
    """AWS's clock is read off the refusal of a signature that is too old, so that doctor can say what is wrong."""
    aws.play("GetCallerIdentity", refusal("SignatureDoesNotMatch", "Signature expired"))
    clock.sleep(600)
    with pytest.raises(AccessError):
        connection.identity()
    assert (clock.now() - connection.now()).total_seconds() == 600


def test_keys_that_last_have_no_end(permissions: AwsPermissions) -> None:
    """Of long-term keys nobody says when they end."""
    assert permissions.ends_at() is None


def test_the_environment_may_say_when(permissions: AwsPermissions, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_CREDENTIAL_EXPIRATION is when they end."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "made-up")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2099-11-23T20:00:00Z")
    ends_at = permissions.ends_at()
    assert ends_at is not None
    assert ends_at.isoformat() == "2099-11-23T20:00:00+00:00"
