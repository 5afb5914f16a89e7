"""Which condition keys a principal brings, under which ARN it acts, and how policies name it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from unassume.iam.documents import PrincipalEntry
from unassume.iam.principals import (
    PRINCIPAL_KEYS,
    Anonymous,
    AssumedRole,
    Federated,
    Naming,
    Principal,
    Root,
    Service,
    User,
    account_of,
    context_keys,
    namings,
    session_arn,
)
from unassume.iam.values import ABSENT, PRESENT, UNKNOWN, Between, Known

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/Shared"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY: tuple[Principal, ...] = (
    AssumedRole(
        partition="aws", account=ACCOUNT, role_arn=ROLE, role_id="AROAEXAMPLE", session_name="keith", issued_at=NOON
    ),
    User(partition="aws", account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/x/al", id="AIDAEXAMPLE", name="al"),
    Root(partition="aws", account=ACCOUNT),
    Service(name="ec2.amazonaws.com"),
    Federated(provider="accounts.google.com"),
    Anonymous(),
)


def keith(**fields: Any) -> AssumedRole:
    named: dict[str, Any] = {"issued_at": NOON, "role_arn": ROLE, "role_id": "AROAEXAMPLE", "session_name": "keith"}
    return AssumedRole(partition="aws", account=ACCOUNT, **{**named, **fields})


def alice(**fields: Any) -> User:
    arn = f"arn:aws:iam::{ACCOUNT}:user/al"
    return User(partition="aws", account=ACCOUNT, arn=arn, id="AIDAEXAMPLE", name="al", **fields)


def test_a_session_brings_its_keys() -> None:
    """AWS's table of principals, row "assumed role": the ARN with path, the role's id with the session's name."""
    keys = context_keys(keith(source_identity="keith@example.com", tags={"Person": "keith"}, has_mfa=False))
    assert keys["aws:userid"] == Known(("AROAEXAMPLE:keith",))
    assert keys["aws:principalarn"] == Known((ROLE,))
    assert keys["aws:principaltype"] == Known(("AssumedRole",))
    assert keys["aws:principalaccount"] == Known((ACCOUNT,))
    assert keys["aws:sourceidentity"] == Known(("keith@example.com",))
    assert keys["aws:principaltag/person"] == Known(("keith",))
    assert keys["aws:multifactorauthpresent"] == Known(("false",))
    assert keys["aws:multifactorauthage"] is ABSENT
    assert keys["aws:username"] is ABSENT
    assert keys["aws:federatedprovider"] is ABSENT
    assert keys["aws:principaltag/*"] is ABSENT


def test_what_we_do_not_know_of_a_session_is_said() -> None:
    """A session always has an issue time and an MFA key; its source identity and tags may be there or not."""
    keys = context_keys(keith(issued_at=None, source_identity=UNKNOWN, tags=UNKNOWN, federated_provider=UNKNOWN))
    assert keys["aws:tokenissuetime"] is PRESENT
    assert keys["aws:multifactorauthpresent"] is PRESENT
    assert keys["aws:multifactorauthage"] is UNKNOWN
    assert keys["aws:sourceidentity"] is UNKNOWN
    assert keys["aws:principaltag/*"] is UNKNOWN
    assert keys["aws:federatedprovider"] is UNKNOWN
    assert context_keys(keith(issued_at=UNKNOWN)) == context_keys(keith(issued_at=None))


@pytest.mark.parametrize(
    ("issued_at", "expected"),
    [
        (NOON, Between(NOON, NOON + timedelta(seconds=1))),
        (NOON + timedelta(milliseconds=5), Between(NOON + timedelta(milliseconds=5), NOON + timedelta(milliseconds=5))),
        (NOON.astimezone(timezone(timedelta(hours=2))), Between(NOON, NOON + timedelta(seconds=1))),
        (Between(NOON, NOON), Between(NOON, NOON)),
    ],
)
def test_a_whole_second_stands_for_all_of_it(issued_at: datetime | Between, expected: Between) -> None:
    """AWS shows issue times in whole seconds, so one may be any instant of its second; an interval given is kept."""
    assert context_keys(keith(issued_at=issued_at))["aws:tokenissuetime"] == expected


def test_a_user_has_an_issue_time_only_with_a_token() -> None:
    """Long-term keys bring neither issue time nor MFA key; a token of GetSessionToken brings both."""
    plain = context_keys(alice())
    assert plain["aws:userid"] == Known(("AIDAEXAMPLE",))
    assert plain["aws:username"] == Known(("al",))
    assert plain["aws:tokenissuetime"] is ABSENT
    assert plain["aws:multifactorauthpresent"] is ABSENT
    token = context_keys(alice(token_issued_at=NOON, has_mfa=True))
    assert token["aws:tokenissuetime"] == Between(NOON, NOON + timedelta(seconds=1))
    assert token["aws:multifactorauthpresent"] == Known(("true",))
    assert token["aws:multifactorauthage"] is PRESENT


@pytest.mark.parametrize("principal", EVERY, ids=lambda each: type(each).__name__)
def test_every_principal_says_all_its_keys(principal: Principal) -> None:
    """No principal leaves a key of principals unsaid: what AWS never sets for it is absent, not unlisted."""
    assert set(PRINCIPAL_KEYS) <= set(context_keys(principal))
    assert all(key == key.lower() for key in context_keys(principal))


def test_acting_arns() -> None:
    """A session acts under an ARN that has lost the role's path; an AWS account's root under the account's ARN."""
    assert [session_arn(each) for each in EVERY] == [
        f"arn:aws:sts::{ACCOUNT}:assumed-role/Shared/keith",
        f"arn:aws:iam::{ACCOUNT}:user/x/al",
        f"arn:aws:iam::{ACCOUNT}:root",
        "ec2.amazonaws.com",
        "accounts.google.com",
        "anonymous",
    ]
    assert [account_of(each) for each in EVERY] == [ACCOUNT] * 3 + [None] * 3


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("*", "*", Naming.EVERYONE),
        ("AWS", "*", Naming.EVERYONE),
        ("AWS", ACCOUNT, Naming.ACCOUNT),
        ("AWS", f"arn:aws:iam::{ACCOUNT}:root", Naming.ACCOUNT),
        ("AWS", ROLE, Naming.ROLE),
        ("AWS", "AROAEXAMPLE", Naming.ROLE),
        ("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/Shared/keith", Naming.CALLER),
        ("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/Shared/bob", None),
        ("AWS", f"arn:aws:iam::{ACCOUNT}:role/Shared", None),
        ("AWS", "AROAANOTHER", None),
        ("AWS", "210987654321", None),
        ("AWS", f"arn:aws-cn:iam::{ACCOUNT}:root", None),
        ("Service", ROLE, None),
        ("Federated", "*", None),
    ],
)
def test_how_a_session_is_named(kind: str, text: str, expected: Naming | None) -> None:
    """A session is named by its account, its role (ARN with path, or id) or its own ARN, and by nothing like it."""
    found = namings((PrincipalEntry(kind, text),), keith())
    assert found == (frozenset() if expected is None else {expected})


def test_a_recreated_role_is_not_named_by_the_old_id() -> None:
    """A trust AWS has turned into a role id does not name the sessions of a new role of the same name."""
    assert namings((PrincipalEntry("AWS", "AROAEXAMPLE"),), keith(role_id="AROANEW")) == frozenset()


def test_services_and_providers_are_named_by_their_text() -> None:
    """Services and identity providers are compared as text, within their own type."""
    assert namings((PrincipalEntry("Service", "ec2.amazonaws.com"),), EVERY[3]) == {Naming.CALLER}
    assert namings((PrincipalEntry("Federated", "accounts.google.com"),), EVERY[4]) == {Naming.CALLER}
    assert namings((PrincipalEntry("AWS", "accounts.google.com"),), EVERY[4]) == frozenset()
    assert namings((PrincipalEntry("*", "*"),), EVERY[5]) == {Naming.EVERYONE}
