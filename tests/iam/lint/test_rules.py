"""Each rule of lint: a document that breaks it, and a near twin that does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.lint import RULES, Finding, lint
from unassume.iam.principals import AssumedRole, FederatedUser, Principal, Root, User, context_keys
from unassume.iam.values import Known

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ID = "AROAEXAMPLEANALYST000"
ROLE = "arn:aws:iam::123456789012:role/R"
USER = "arn:aws:iam::123456789012:user/${aws:username}"
SESSION = "arn:aws:sts::123456789012:assumed-role/R/keith"
ROOT = "arn:aws:iam::123456789012:root"
OIDC = "arn:aws:iam::123456789012:oidc-provider/token.example.com"
OLD, LATE = "2026-11-23T18:00:30Z", "2099-01-01T00:00:00Z"
Statement = dict[str, Any]


def deny(**elements: object) -> Statement:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", **elements}


def allow(**elements: object) -> Statement:
    return {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **elements}


def only(operator: str, key: str, value: object, **more: object) -> Statement:
    return deny(Condition={operator: {key: value}, **more})


def grant(operator: str, key: str, value: object, **more: object) -> Statement:
    return allow(Condition={operator: {key: value}, **more})


def of_bucket(effect: str, named: object) -> Statement:
    return {"Effect": effect, "NotPrincipal": {"AWS": named}, "Action": "s3:*", "Resource": "*"}


def trust(provider: str, action: str) -> Statement:
    return {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action}


TAGS = ["a", "b"]
HITS: tuple[tuple[str, Statement, Statement], ...] = (
    (
        "name-without-role-id",
        only("StringEquals", "aws:userid", f"{ID}:keith".lower()),
        only("StringEqualsIgnoreCase", "aws:userid", f"{ID}:keith".lower()),
    ),
    (
        "name-without-role-id",
        only("StringLike", "aws:userid", "AROAKEITH"),
        only("StringLike", "aws:userid", "AROAKEITH*"),
    ),
    (
        "issue-time-to-come",
        only("DateLessThan", "aws:TokenIssueTime", LATE),
        grant("DateLessThan", "aws:TokenIssueTime", LATE),
    ),
    (
        "arn-region",
        deny(Resource="arn:aws:sts:eu-west-1:123456789012:*"),
        deny(Resource="arn:aws:sts:*:123456789012:*"),
    ),
    (
        "variable-in-operator",
        only("DateLessThan", "aws:CurrentTime", "${aws:CurrentTime}"),
        only("DateLessThan", "aws:CurrentTime", OLD),
    ),
    (
        "variable-in-operator",
        only("Bool", "aws:SecureTransport", "${aws:PrincipalTag/x}"),
        only("StringEquals", "aws:userid", "${aws:PrincipalTag/x}"),
    ),
    (
        "date-without-zone",
        only("DateLessThan", "aws:TokenIssueTime", OLD[:-1]),
        only("DateLessThan", "aws:TokenIssueTime", OLD),
    ),
    (
        "date-not-utc",
        only("DateLessThan", "aws:TokenIssueTime", OLD[:-1] + "+01:00"),
        only("DateLessThan", "aws:TokenIssueTime", OLD[:-1] + "+00:00"),
    ),
    (
        "issue-time-if-exists",
        only("DateLessThanIfExists", "aws:TokenIssueTime", OLD),
        grant("DateLessThanIfExists", "aws:TokenIssueTime", OLD),
    ),
    (
        "issue-time-to-come",
        only("DateLessThan", "aws:TokenIssueTime", LATE),
        only("DateLessThan", "aws:TokenIssueTime", OLD),
    ),
    (
        "issue-time-to-come",
        only("DateLessThanEquals", "aws:tokenissuetime", [OLD, LATE]),
        only("DateLessThan", "aws:CurrentTime", LATE),
    ),
    (
        "wildcard-without-like",
        only("StringEquals", "aws:userid", f"{ID}:k*"),
        only("StringLike", "aws:userid", f"{ID}:k*"),
    ),
    (
        "wildcard-without-like",
        only("StringNotEqualsIgnoreCase", "aws:username", "k?"),
        only("StringEquals", "aws:username", "k${?}"),
    ),
    (
        "wildcard-without-like",
        only("ForAnyValue:StringEquals", "aws:TagKeys", ["a*"]),
        only("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/R"),
    ),
    (
        "operator-of-another-type",
        only("StringEquals", "aws:TokenIssueTime", OLD),
        only("DateEquals", "aws:TokenIssueTime", OLD),
    ),
    ("operator-of-another-type", only("Bool", "aws:CurrentTime", "true"), only("Null", "aws:CurrentTime", "true")),
    (
        "operator-of-another-type",
        only("StringLike", "aws:SourceIp", "10.*"),
        only("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ),
    ("operator-of-another-type", only("ArnLike", "aws:userid", SESSION), only("StringLike", "aws:PrincipalArn", ROLE)),
    (
        "set-operator-on-one-value",
        only("ForAllValues:StringEquals", "aws:userid", f"{ID}:keith"),
        only("ForAllValues:StringEquals", "aws:TagKeys", TAGS),
    ),
    (
        "set-operator-on-one-value",
        only("ForAnyValue:StringEquals", "aws:PrincipalTag/x", TAGS),
        only("StringEquals", "aws:PrincipalTag/x", TAGS),
    ),
    (
        "several-values-without-set",
        only("StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
        only("ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
    ),
    (
        "for-all-values-without-null",
        grant("ForAllValues:StringEquals", "aws:TagKeys", TAGS),
        grant("ForAllValues:StringEquals", "aws:TagKeys", TAGS, Null={"aws:tagkeys": "false"}),
    ),
    (
        "for-all-values-without-null",
        grant("ForAllValues:StringLike", "s3:x", "a", Null={"s3:y": "false"}),
        only("ForAllValues:StringLike", "s3:x", "a"),
    ),
    (
        "absent-and-there",
        only("DateLessThan", "aws:TokenIssueTime", OLD, Null={"aws:TokenIssueTime": "true"}),
        only("DateLessThan", "aws:TokenIssueTime", OLD, Null={"aws:TokenIssueTime": "false"}),
    ),
    (
        "absent-and-there",
        only("StringEquals", "aws:username", "bob", Null={"AWS:UserName": True}),
        only("StringNotEquals", "aws:username", "bob", Null={"AWS:UserName": True}),
    ),
    (
        "both-truths",
        only("Bool", "aws:SecureTransport", ["true", "false"]),
        only("Bool", "aws:SecureTransport", "false"),
    ),
    ("empty-condition", deny(Condition={"StringEquals": {}}), only("StringEquals", "aws:userid", f"{ID}:keith")),
    ("empty-condition", deny(Condition={}), deny()),
    (
        "session-arn-in-principal-arn",
        only("ArnEquals", "aws:PrincipalArn", SESSION),
        only("ArnEquals", "aws:PrincipalArn", ROLE),
    ),
    (
        "name-without-role-id",
        only("StringEquals", "aws:userid", "keith"),
        only("StringEquals", "aws:userid", f"{ID}:keith"),
    ),
    ("name-without-role-id", only("StringLike", "aws:userId", ":keith"), only("StringLike", "aws:userId", "*:keith")),
    (
        "name-without-role-id",
        only("StringEquals", "aws:userid", SESSION),
        only("StringEquals", "aws:userid", "123456789012:keith"),
    ),
    (
        "name-without-role-id",
        only("StringNotLike", "aws:userid", "R:${aws:SourceIdentity}"),
        only("StringNotLike", "aws:userid", f"{ID}:${{aws:SourceIdentity}}"),
    ),
    (
        "key-of-assuming",
        only("StringEquals", "sts:RoleSessionName", "keith"),
        deny(Action="sts:AssumeRole", Condition={"StringEquals": {"sts:RoleSessionName": "keith"}}),
    ),
    (
        "key-of-assuming",
        only("StringEquals", "sts:SourceIdentity", "keith"),
        only("StringEquals", "aws:SourceIdentity", "keith"),
    ),
    (
        "mfa-of-long-term-keys",
        only("Bool", "aws:MultiFactorAuthPresent", "false"),
        only("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ),
    (
        "mfa-of-long-term-keys",
        grant("BoolIfExists", "aws:MultiFactorAuthPresent", True),
        grant("Bool", "aws:MultiFactorAuthPresent", True),
    ),
    ("unknown-key", only("StringEquals", "aws:PrincipalName", "keith"), only("StringEquals", "aws:username", "keith")),
    ("unknown-key", only("StringEquals", "aws:PrincipalTag/", "x"), only("StringEquals", "s3:whatever", "x")),
    ("unknown-variable", deny(Resource="arn:aws:s3:::b/${aws:name}"), deny(Resource="arn:aws:s3:::b/${aws:username}")),
    (
        "unknown-variable",
        only("StringEquals", "s3:prefix", "${aws:TagKeys}"),
        only("StringEquals", "s3:prefix", "${*}"),
    ),
    (
        "allow-not-action",
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
    ),
    (
        "allow-not-resource",
        {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b"},
        {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::b"},
    ),
    ("wildcard-service", allow(Action="*:*"), allow(Action="*")),
    ("wildcard-service", allow(Action=["s3:*", "*:Get*"]), allow(Action=["s3:*", "ec2:Get*"])),
    ("no-such-service", allow(Action="stepfunctions:*"), allow(Action="states:*")),
    ("sid-letters", deny(Sid="Cut-1"), deny(Sid="Cut1")),
    ("empty-list", allow(Action=[]), allow(Action=["s3:*"])),
    (
        "empty-list",
        {"Effect": "Deny", "NotAction": [], "Resource": "*"},
        {"Effect": "Deny", "NotAction": ["a:*"], "Resource": "*"},
    ),
    (
        "arn-account",
        deny(Resource="arn:aws:sqs:us-east-1:1234-5678-9012:q"),
        deny(Resource="arn:aws:sqs:us-east-1:123456789012:q"),
    ),
    ("arn-account", deny(Resource="arn:aws:sqs:*:12345678901:q"), deny(Resource="arn:aws:sqs:*:1234567890*:q")),
    ("arn-region", deny(Resource="arn:aws:iam:us-east-1:123456789012:role/R"), deny(Resource=ROLE)),
)
OF_RESOURCES: tuple[tuple[str, DocumentKind, Statement, Statement], ...] = (
    (
        "not-principal-alone",
        DocumentKind.RESOURCE,
        of_bucket("Deny", ["arn:aws:iam::123456789012:user/bob", "111122223333"]),
        of_bucket("Deny", ["arn:aws:iam::123456789012:user/bob", "123456789012"]),
    ),
    (
        "not-principal-and-boundaries",
        DocumentKind.RESOURCE,
        of_bucket("Deny", ROOT),
        {"Effect": "Deny", "Principal": {"AWS": ROOT}, "Action": "s3:*", "Resource": "*"},
    ),
    ("not-principal-alone", DocumentKind.RESOURCE, of_bucket("Deny", [ROLE]), of_bucket("Deny", [ROLE, ROOT])),
    (
        "not-principal-alone",
        DocumentKind.RESOURCE,
        of_bucket("Deny", [SESSION, "123456789012"]),
        of_bucket("Deny", [SESSION, ROLE, "123456789012"]),
    ),
    (
        "variable-elsewhere",
        DocumentKind.RESOURCE,
        {"Effect": "Deny", "Principal": {"AWS": USER}, "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": {"AWS": ROLE}, "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}"},
    ),
    ("trust-action", DocumentKind.TRUST, trust(OIDC, "sts:AssumeRole"), trust(OIDC, "sts:AssumeRoleWithWebIdentity")),
    (
        "trust-action",
        DocumentKind.TRUST,
        trust(OIDC.replace("oidc", "saml"), "sts:AssumeRoleWithWeb*"),
        trust(OIDC.replace("oidc", "saml"), "sts:AssumeRole*"),
    ),
)
ROWS = [(rule, DocumentKind.IDENTITY, bad, good) for rule, bad, good in HITS] + list(OF_RESOURCES)


def found(statement: Statement, kind: DocumentKind, version: str = "2012-10-17") -> tuple[Finding, ...]:
    return lint(json.dumps({"Version": version, "Statement": [statement]}), kind, now=NOW)


@pytest.mark.parametrize(("rule", "kind", "bad", "good"), ROWS, ids=[row[0] for row in ROWS])
def test_a_rule_finds_its_mistake_and_spares_the_near_twin(
    rule: str, kind: DocumentKind, bad: Statement, good: Statement
) -> None:
    """The rule speaks of the one document and not of the other; what it calls a warning, `parse` reads."""
    spoken = [finding for finding in found(bad, kind) if finding.rule == rule]
    assert spoken != []
    assert all(finding.source and finding.path.startswith("$.Statement[0]") for finding in spoken)
    assert rule not in [finding.rule for finding in found(good, kind)]
    assert [finding for finding in found(good, kind) if finding.severity == "error"] == []
    if spoken[0].severity == "warning":
        assert is_read(bad, kind)


def is_read(statement: Statement, kind: DocumentKind) -> bool:
    try:
        parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), kind)
    except InputError:
        return False
    return True


def test_every_rule_has_its_documents() -> None:
    """No rule stands without a document that breaks it; each has AWS's page."""
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert set(names) - {row[0] for row in ROWS} == {"variable-is-text"}
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in RULES)


@pytest.mark.parametrize(
    "statement", [deny(Resource="arn:aws:s3:::${aws:username}"), only("StringLike", "s3:prefix", "${aws:username}/*")]
)
def test_a_variable_under_the_old_version_is_text(statement: Statement) -> None:
    """`${...}` is substituted under 2012-10-17 only."""
    rules = {version: [f.rule for f in found(statement, DocumentKind.IDENTITY, version)] for version in VERSIONS}
    assert rules == {"2012-10-17": [], "2008-10-17": ["variable-is-text"]}


VERSIONS = ("2012-10-17", "2008-10-17")


def test_a_finding_names_the_sid() -> None:
    """Whoever wrote a Sid is told of it, also where the document is refused; a rule of the whole document has none."""
    first, second = only("StringEquals", "aws:userid", "keith"), deny(Sid="Odd", Effect="Perhaps")
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**first, "Sid": "Cut"}, second]})
    assert [(each.rule, each.sid) for each in lint(text)] == [("name-without-role-id", "Cut"), ("refused", "Odd")]
    assert [each.sid for each in lint('{"Version":"2012-10-17","Statement":[]}')] == [None]


def test_other_services_take_more_in_a_sid() -> None:
    """IAM's rule for Sids is IAM's: a bucket policy may hold what a trust policy may not."""
    text = {"Sid": "Cut-1", "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
    assert [finding.rule for finding in found(text, DocumentKind.TRUST)] == ["sid-letters"]
    assert found({**text, "Resource": "*"}, DocumentKind.RESOURCE) == ()


def test_without_the_time_nothing_is_to_come() -> None:
    """Whether an instant is still to come is asked only by whoever says what time it is."""
    assert (
        lint(json.dumps({"Version": "2012-10-17", "Statement": only("DateLessThan", "aws:TokenIssueTime", LATE)})) == ()
    )


NAMES = st.from_regex(r"[A-Za-z0-9_+=,.@-]{2,64}", fullmatch=True)
IDS = st.from_regex(r"[A-Z0-9]{12,28}", fullmatch=True)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
PRINCIPALS: st.SearchStrategy[Principal] = st.one_of(
    st.builds(
        lambda account, role_id, name: AssumedRole(
            partition="aws", account=account, role_arn=f"arn:aws:iam::{account}:role/path/{name}",
            role_id=f"AROA{role_id}", session_name=name, issued_at=NOW,
        ),
        ACCOUNTS, IDS, NAMES,
    ),
    st.builds(
        lambda account, user_id, name: User(
            partition="aws", account=account, arn=f"arn:aws:iam::{account}:user/{name}", id=f"AIDA{user_id}", name=name
        ),
        ACCOUNTS, IDS, NAMES,
    ),
    st.builds(
        lambda account, name: FederatedUser(
            partition="aws", account=account, name=name, user_arn="", user_id="", issued_at=NOW
        ),
        ACCOUNTS, NAMES,
    ),
    st.builds(lambda account: Root(partition="aws", account=account), ACCOUNTS),
)  # fmt: skip


@given(
    PRINCIPALS,
    st.sampled_from(["aws:userid", "aws:PrincipalArn"]),
    st.tuples(st.integers(0, 90), st.integers(0, 90)),
    st.sampled_from(["*", "?", ""]),
)
def test_what_matches_somebody_is_never_said_to_match_nobody(
    principal: Principal, key: str, cut: tuple[int, int], wild: str
) -> None:
    """A condition made from a principal's own key, whole or with a wildcard for a stretch of it, has no finding."""
    value = context_keys(principal)[key.lower()]
    assert isinstance(value, Known)
    (text,) = value.texts
    start, end = sorted(cut)
    if wild == "?":
        end = start + 1
    pattern = f"{text[:start]}{wild}{text[end:]}" if wild and end <= len(text) else text
    assert found(only("StringLike", key, pattern), DocumentKind.IDENTITY) == ()
    assert found(only("StringEquals", key, text), DocumentKind.IDENTITY) == ()
