"""What `parse` takes, and that it names place and rule of everything it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.evaluate import Request, matches
from unassume.iam.values import Context, Known

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}


def document(*statements: object, version: str | None = "2012-10-17", **more: object) -> str:
    named = {} if version is None else {"Version": version}
    return json.dumps({**named, "Statement": list(statements), **more})


def refusal(text: str | bytes, kind: DocumentKind = DocumentKind.IDENTITY) -> tuple[str, str]:
    with pytest.raises(InputError) as raised:
        parse(text, kind)
    assert raised.value.facts["path"] in raised.value.message
    assert "\n" not in raised.value.message
    return raised.value.facts["path"], raised.value.facts["rule"]


def test_one_and_a_list_of_one_are_the_same() -> None:
    """A statement, an action, a resource or a value may stand alone or in a list."""
    condition = {"StringEquals": {"aws:x": "1"}}
    several = {"StringEquals": {"aws:x": ["1"]}}
    alone = parse(json.dumps({"Statement": {**ALLOW, "Condition": condition}}))
    listed = parse(
        json.dumps({"Statement": {**ALLOW, "Action": ["s3:GetObject"], "Resource": ["*"], "Condition": several}})
    )
    assert alone == listed
    assert hash(alone) == hash(listed)


def test_no_version_is_the_older_one() -> None:
    """A document without Version is read as 2008-10-17, where variables are ordinary text."""
    policy = parse(document(ALLOW, version=None))
    assert policy.version == "2008-10-17"
    assert not policy.statements[0].has_variables


def test_numbers_and_booleans_need_no_quotes_in_conditions() -> None:
    """AWS takes JSON numbers and booleans as condition values; their text is kept."""
    policy = parse(
        document(
            {
                **ALLOW,
                "Condition": {"NumericEquals": {"s3:max-keys": [10, "1.50"]}, "Bool": {"aws:SecureTransport": False}},
            }
        )
    )
    assert [each.values for each in policy.statements[0].conditions] == [("10", "1.50"), ("false",)]


def test_a_variable_may_stand_for_the_account() -> None:
    """AWS's managed policy AmazonTimestreamInfluxDBServiceRolePolicy has a variable in the account of an ARN."""
    resource = "arn:aws:rds:*:${aws:PrincipalAccount}:db:*"
    (statement,) = parse(document({**ALLOW, "Action": "rds:*", "Resource": resource})).statements
    for account, covers in (("123456789012", True), ("210987654321", False)):
        context = Context({"aws:principalaccount": Known((account,))})
        assert matches(statement, Request("rds:Stop", "arn:aws:rds:eu-west-1:123456789012:db:x", context)) is covers


def test_empty_sids_do_not_collide() -> None:
    """AWS's console writes several empty Sids into one trust policy."""
    policy = parse(document({**TRUST, "Sid": ""}, {**TRUST, "Sid": ""}), DocumentKind.TRUST)
    assert [statement.sid for statement in policy.statements] == [None, None]


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        ("", "$", "not JSON"),
        ("{", "$", "not JSON"),
        ("[]", "$", "JSON object"),
        ("null", "$", "JSON object"),
        (b"\xff", "$", "UTF-8"),
        ("[" * 100_000, "$", "deeply"),
        ('{"Statement": [], "Statement": []}', "$", "`Statement` stands twice"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "$.Statement", "`Effect` stands twice"),
        ('{"Statement": NaN}', "$", "NaN"),
        ('{"Statement": "\\ud800"}', "$.Statement", "surrogate"),
        ("{}", "$", "has a Statement"),
        ('{"Statement": [1]}', "$.Statement[0]", "JSON object"),
        ('{"Version": 2012, "Statement": []}', "$.Version", "quotes"),
        (document(ALLOW, version="2012-10-18"), "$.Version", "2012-10-17"),
        (document(ALLOW, Statements=[]), "$.Statements", "no such element"),
        (document(ALLOW, version=None, version_="x"), "$.version_", "no such element"),
        (document({**ALLOW, "Conditions": {}}), "$.Statement[0].Conditions", "no such element"),
        (document({**ALLOW, "effect": "Allow"}), "$.Statement[0].effect", "no such element"),
        (document({**ALLOW, "Effect": "allow"}), "$.Statement[0].Effect", "`Allow` or `Deny`"),
        (document({"Action": "*", "Resource": "*"}), "$.Statement[0].Effect", "has an Effect"),
        (document({"Effect": "Deny", "Resource": "*"}), "$.Statement[0]", "Action or a NotAction"),
        (document({"Effect": "Deny", "Action": "*"}), "$.Statement[0]", "Resource or a NotResource"),
        (document({**ALLOW, "NotAction": "*"}), "$.Statement[0]", "exclude each other"),
        (document({**ALLOW, "NotResource": "*"}), "$.Statement[0]", "exclude each other"),
        (document({**ALLOW, "Action": "GetObject"}), "$.Statement[0].Action", "service:Name"),
        (document({**ALLOW, "Action": ["s3:*", "s3: Get"]}), "$.Statement[0].Action", "service:Name"),
        (document({**ALLOW, "Action": 1}), "$.Statement[0].Action", "quotes"),
        (document({**ALLOW, "Resource": "bucket"}), "$.Statement[0].Resource", "ARN of six parts"),
        (document({**ALLOW, "Resource": "arn:aws:s3:*"}), "$.Statement[0].Resource", "ARN of six parts"),
        (
            document({**ALLOW, "Resource": "arn:${aws:x:y}::b"}),
            "$.Statement[0].Resource",
            "ARN of six parts",
        ),
        (
            document({**ALLOW, "Resource": "arn:aws:s3:::${aws:username"}),
            "$.Statement[0].Resource",
            "variable is written",
        ),
        (document({**ALLOW, "Principal": "*"}), "$.Statement[0].Principal", "no Principal"),
        (document({**ALLOW, "Sid": "a\nb"}), "$.Statement[0].Sid", "letters and digits"),
        (document({**ALLOW, "Sid": "A"}, {**ALLOW, "Sid": "A"}), "$.Statement[1].Sid", "stands once"),
        (document({**ALLOW, "Condition": []}), "$.Statement[0].Condition", "object of operators"),
        (
            document({**ALLOW, "Condition": {"StringEquals": "x"}}),
            "$.Statement[0].Condition.StringEquals",
            "object of condition keys",
        ),
        (
            document({**ALLOW, "Condition": {"StringEqual": {"aws:x": "1"}}}),
            '$.Statement[0].Condition.StringEqual["aws:x"]',
            "no such condition operator",
        ),
        (
            document({**ALLOW, "Condition": {"ForAllValues:Null": {"aws:x": "true"}}}),
            '$.Statement[0].Condition["ForAllValues:Null"]["aws:x"]',
            "Null takes neither",
        ),
        (
            document({**ALLOW, "Condition": {"Bool": {"aws:x": "maybe"}}}),
            '$.Statement[0].Condition.Bool["aws:x"]',
            "neither `true`",
        ),
        (
            document({**ALLOW, "Condition": {"Bool": {"aws:x": []}}}),
            '$.Statement[0].Condition.Bool["aws:x"]',
            "at least one",
        ),
        (
            document({**ALLOW, "Condition": {"Bool": {"aws:x": None}}}),
            '$.Statement[0].Condition.Bool["aws:x"]',
            "quotes",
        ),
        (
            document({**ALLOW, "Condition": {"Bool": {"username": "true"}}}),
            "$.Statement[0].Condition.Bool.username",
            "prefix:Name",
        ),
        (
            document({**ALLOW, "Condition": {"Bool": {"aws:x": "true", "AWS:X": "true"}}}),
            '$.Statement[0].Condition.Bool["AWS:X"]',
            "different case",
        ),
        (
            document({**ALLOW, "Condition": {"DateLessThan": {"aws:TokenIssueTime": "${aws:CurrentTime}"}}}),
            '$.Statement[0].Condition.DateLessThan["aws:TokenIssueTime"]',
            "variable does not work",
        ),
        (
            document({**ALLOW, "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00"}}}),
            '$.Statement[0].Condition.DateLessThan["aws:TokenIssueTime"]',
            "ends in `Z`",
        ),
    ],
)
def test_an_identity_policy_is_refused(text: str | bytes, path: str, rule: str) -> None:
    """Each document breaks one rule; the error names the place and the rule."""
    where, what = refusal(text)
    assert where == path
    assert rule in what


@pytest.mark.parametrize(
    ("statement", "path", "rule"),
    [
        ({**TRUST, "Resource": "*"}, "$.Statement[0].Resource", "no Resource"),
        ({**TRUST, "Action": "s3:GetObject"}, "$.Statement[0].Action", "only actions of sts"),
        ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "$.Statement[0]", "has a Principal"),
        ({**TRUST, "Principal": "123456789012"}, "$.Statement[0].Principal", '`"*"` or an object'),
        ({**TRUST, "Principal": {}}, "$.Statement[0].Principal", '`"*"` or an object'),
        ({**TRUST, "Principal": {"Aws": "*"}}, "$.Statement[0].Principal.Aws", "no such type"),
        (
            {**TRUST, "Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}},
            "$.Statement[0].Principal.AWS",
            "neither `*`",
        ),
        ({**TRUST, "Principal": {"AWS": "keith"}}, "$.Statement[0].Principal.AWS", "neither `*`"),
        ({**TRUST, "NotPrincipal": "*"}, "$.Statement[0]", "exclude each other"),
        (
            {"Effect": "Allow", "NotPrincipal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
            "$.Statement[0].NotPrincipal",
            "only with Deny",
        ),
    ],
)
def test_a_trust_policy_is_refused(statement: object, path: str, rule: str) -> None:
    """A trust policy names principals and actions of sts, and no resource."""
    where, what = refusal(document(statement), DocumentKind.TRUST)
    assert where == path
    assert rule in what


def test_a_trust_policy_is_taken() -> None:
    """Accounts, ARNs, unique ids, services and providers may stand in one Principal."""
    principals = {
        "AWS": ["123456789012", "arn:aws:iam::123456789012:role/a/b", "AROAEXAMPLEEXAMPLE001", "*"],
        "Service": "ec2.amazonaws.com",
        "Federated": "arn:aws:iam::123456789012:saml-provider/idp",
    }
    policy = parse(document({**TRUST, "Principal": principals}), DocumentKind.TRUST)
    assert [entry.kind for entry in policy.statements[0].principals or ()] == ["AWS"] * 4 + ["Service", "Federated"]


def test_denial_texts_call_trust_a_resource_policy() -> None:
    """The wording of a layer is the one of AWS's access-denied texts."""
    assert DocumentKind.TRUST.wording == "resource-based policy"
    assert DocumentKind.IDENTITY.wording == "identity-based policy"
