"""Federated users, sessions of GetFederationToken: the keys they bring and how policies name them.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import FederatedUser, Root, context_keys
from unassume.iam.values import ABSENT, Between, Context, Known

_AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
_USER_ARN = "arn:aws:iam::111122223333:user/team/keith"
_SUE = FederatedUser(
    partition="aws",
    account="111122223333",
    name="sue",
    user_arn=_USER_ARN,
    user_id="AIDAEXAMPLEKEITH00001",
    issued_at=_AT,
)
_SUE_ARN = "arn:aws:sts::111122223333:federated-user/sue"


def _decision(principal_arn: str, session_allows: str) -> str:
    allow = {"Effect": "Allow", "Resource": "*"}
    bucket = {"Effect": "Allow", "Principal": {"AWS": principal_arn}, "Action": "s3:GetObject", "Resource": "*"}
    layers = Layers(
        identity=(NamedPolicy("user", parse(_text(allow | {"Action": "dynamodb:*"}))),),
        resource=parse(_text(bucket), DocumentKind.RESOURCE),
        session=(parse(_text(allow | {"Action": session_allows}), DocumentKind.SESSION),),
    )
    return authorize(Request("s3:GetObject", "arn:aws:s3:::b/k", Context({}, ABSENT), _SUE), layers).outcome


def _text(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_its_keys_are_those_of_the_table_of_principals() -> None:
    """aws:userid is account:name, aws:PrincipalType FederatedUser, and the token's issue time is there."""
    keys = context_keys(_SUE)
    assert keys["aws:userid"] == Known(("111122223333:sue",))
    assert keys["aws:principalarn"] == Known((_SUE_ARN,))
    assert keys["aws:principaltype"] == Known(("FederatedUser",))
    assert keys["aws:username"] is ABSENT
    assert keys["aws:tokenissuetime"] == Between(_AT, _AT + timedelta(seconds=1))


def test_a_root_token_has_an_issue_time_and_a_root_key_none() -> None:
    """Only temporary credentials carry aws:TokenIssueTime."""
    assert context_keys(Root(partition="aws", account="111122223333"))["aws:tokenissuetime"] is ABSENT
    held = Root(partition="aws", account="111122223333", token_issued_at=_AT)
    assert isinstance(context_keys(held)["aws:tokenissuetime"], Between)


@pytest.mark.parametrize(
    ("named", "session", "outcome"),
    [
        (_SUE_ARN, "sqs:*", "allow"),
        (_USER_ARN, "sqs:*", "implicit-deny"),
        (_USER_ARN, "s3:*", "allow"),
        ("arn:aws:iam::111122223333:root", "s3:*", "implicit-deny"),
    ],
)
def test_naming_the_session_passes_its_session_policy_and_naming_the_user_does_not(
    named: str, session: str, outcome: str
) -> None:
    """A resource policy naming the federated user's ARN gives beyond the session policy; naming the user's does not.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html (session policies)
    """
    assert _decision(named, session) == outcome
