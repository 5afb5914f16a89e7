"""What a decision carries beside its outcome; the rules themselves stand as cases in `tests/cases/iam`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from unassume.iam.authorize import NO_PERMISSION_NEEDED, Decision, Ground, Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, Policy, parse
from unassume.iam.evaluate import Request, matches
from unassume.iam.principals import AssumedRole, Principal, User, context_keys
from unassume.iam.values import UNKNOWN, Context, Known, Value

ACCOUNT = "123456789012"
KEITH = AssumedRole(
    partition="aws",
    account=ACCOUNT,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/Shared",
    role_id="AROAEXAMPLE",
    session_name="keith",
    issued_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    source_identity=UNKNOWN,
)


def policy(*statements: dict[str, object], kind: DocumentKind = DocumentKind.IDENTITY) -> Policy:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": statements}), kind)


def statement(effect: str, action: str = "*", **more: object) -> dict[str, object]:
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


def ask(
    layers: Layers, action: str = "s3:GetObject", *, principal: Principal | None = KEITH, **context: Value
) -> Decision:
    values = (context_keys(principal) if principal else {}) | {f"aws:{key}": value for key, value in context.items()}
    return authorize(Request(action, "arn:aws:s3:::b/k", Context(values), principal), layers)


def test_an_explicit_deny_names_its_statements() -> None:
    """An explicit deny carries the layer and, of each Deny that applies, policy and Sid, or the path without one."""
    denies = policy(statement("Deny", Sid="Cut"), statement("Deny", "s3:*"), statement("Deny", "ec2:*"))
    decision = ask(Layers(identity=(NamedPolicy("ours", denies),)))
    assert decision.outcome == "explicit-deny"
    assert decision.layer is DocumentKind.IDENTITY
    assert decision.statements == ("ours:Cut", "ours:$.Statement[1]")


def test_an_allow_names_its_statements() -> None:
    """An allow carries the layer that gave it and the statements that apply."""
    decision = ask(Layers(identity=(NamedPolicy("all", policy(statement("Allow", Sid="A"))),)))
    ground = Ground(DocumentKind.IDENTITY, "all", "A", "$.Statement[0]")
    assert decision == Decision("allow", DocumentKind.IDENTITY, (ground,))


def test_an_unknown_names_the_keys_it_hangs_on() -> None:
    """Only the keys that leave a statement open are named, as they stand in the policy."""
    condition = {"StringEquals": {"aws:SourceIdentity": "keith", "aws:userid": "AROAEXAMPLE:keith"}}
    layers = Layers(identity=(NamedPolicy("p", policy(statement("Allow"), statement("Deny", Condition=condition))),))
    decision = ask(layers)
    assert decision.outcome == "unknown"
    assert decision.unknown_keys == ("aws:SourceIdentity",)
    assert decision.statements == ("p:$.Statement[1]",)


def test_an_unknown_names_the_key_of_a_variable() -> None:
    """A variable whose value is not known is named by its key."""
    resource = "arn:aws:s3:::b/${aws:SourceIdentity}"
    layers = Layers(identity=(NamedPolicy("p", policy({**statement("Allow"), "Resource": resource})),))
    assert ask(layers).unknown_keys == ("aws:sourceidentity",)


def test_an_unknown_deny_is_never_an_implicit_deny() -> None:
    """Where nothing allows but a Deny may apply, the answer is unknown: learning more could make the deny explicit."""
    deny = policy(statement("Deny", Condition={"StringEquals": {"aws:SourceIdentity": "keith"}}))
    layers = Layers(identity=(NamedPolicy("ours", deny),))
    assert ask(layers).outcome == "unknown"
    assert ask(layers, sourceidentity=Known(("keith",))).outcome == "explicit-deny"
    assert ask(layers, sourceidentity=Known(("mary",))).outcome == "implicit-deny"


def test_a_certain_deny_settles_an_unknown_one() -> None:
    """One Deny that applies decides, whatever another may do."""
    condition = {"StringEquals": {"aws:SourceIdentity": "keith"}}
    layers = Layers(identity=(NamedPolicy("p", policy(statement("Deny", Condition=condition), statement("Deny"))),))
    assert ask(layers).statements == ("p:$.Statement[1]",)


@pytest.mark.parametrize("action", NO_PERMISSION_NEEDED)
def test_some_calls_need_no_permission(action: str) -> None:
    """No policy stops these calls, so they prove nothing about a revocation; each has its source."""
    layers = Layers(identity=(NamedPolicy("hold", policy(statement("Deny"))),))
    assert ask(layers, action).outcome == "allow"
    assert ask(layers, action.upper()).outcome == "allow"
    assert NO_PERMISSION_NEEDED[action].startswith("https://docs.aws.amazon.com/")


def test_an_unlisted_key_is_what_the_context_says() -> None:
    """A key that is not listed counts as absent, or as unknown, as whoever asks says."""
    deny = policy(statement("Deny", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))
    (only,) = deny.statements
    assert matches(only, Request("s3:GetObject", "*", Context({}))) is False
    assert matches(only, Request("s3:GetObject", "*", Context({}, unlisted=UNKNOWN))) is None


def test_who_asks_must_be_known_to_judge_a_principal_element() -> None:
    """Without a principal, a resource's policy leaves the answer open, unless it names everybody."""
    named = policy(statement("Allow", Principal={"AWS": "arn:aws:iam::111122223333:root"}), kind=DocumentKind.RESOURCE)
    assert ask(Layers(resource=named), principal=None).outcome == "unknown"
    everybody = policy(statement("Allow", Principal="*"), kind=DocumentKind.RESOURCE)
    assert ask(Layers(resource=everybody), principal=None).outcome == "allow"
    assert ask(Layers(resource=everybody)).outcome == "allow"


def test_an_empty_session_layer_allows_nothing() -> None:
    """No session policies is not the same as session policies that allow nothing."""
    identity = (NamedPolicy("all", policy(statement("Allow"))),)
    assert ask(Layers(identity=identity, session=None)).outcome == "allow"
    assert ask(Layers(identity=identity, session=())).layer is DocumentKind.SESSION


def test_a_user_named_by_a_bucket_needs_no_identity_policy() -> None:
    """In one account a bucket's policy that names the user is enough, and is the layer that decides."""
    user = User(partition="aws", account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/al", id="AIDAEXAMPLE", name="al")
    bucket = policy(statement("Allow", Principal={"AWS": user.arn}), kind=DocumentKind.RESOURCE)
    assert ask(Layers(resource=bucket), principal=user).layer is DocumentKind.RESOURCE
