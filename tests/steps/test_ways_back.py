"""How a thief could come back after the cut: told for every entrance, a gap where anybody may walk in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import ACCOUNT
from tests.steps.made import CHILD_ID, CHILD_NAME, WHOLE_ROLE, made_role, role_arn, scene
from unassume.model.plans import WayBack
from unassume.model.surveys import Role
from unassume.steps.ways_back import open_doors, ways_back


def trust(principal: object, action: str = "sts:AssumeRole", **more: object) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def told(*roles: Role) -> str:
    """What is said of these roles, with nothing of who issued what leaked."""
    lineage = scene().found(WHOLE_ROLE)
    return "\n".join(f"{way.what}; {way.closed_by}" for way in ways_back(lineage, roles))


SELF = {"AWS": role_arn("DataAnalyst")}
READ_ONLY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
)
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
CASES: list[tuple[dict[str, Any], str]] = [
    ({"trust": trust(SELF)}, "can assume it again themselves"),
    ({"trust": trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})}, "can assume it again themselves"),
    ({"trust": trust(SELF), "boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "may assume it again themselves"),
    ({"trust": trust(SELF, Condition=MFA)}, "may assume it again themselves"),
    (
        {"trust": trust({"AWS": ACCOUNT}), "inline": {}, "attached": {"arn:aws:iam::111122223333:policy/x": None}},
        "may assume it again themselves",
    ),
]


@pytest.mark.parametrize(("fields", "words"), CASES, ids=["named", "account", "boundary", "condition", "unread"])
def test_a_role_that_lets_itself_in_says_so(fields: dict[str, Any], words: str) -> None:
    """Self-trust is judged by the evaluator; what could not be read makes it possible, never impossible."""
    assert words in told(made_role(**fields))


def test_the_account_s_trust_alone_lets_no_session_in() -> None:
    """A trust in the account only delegates: without a right of its own a session of the role cannot use it."""
    text = told(made_role(trust=trust({"AWS": ACCOUNT}), inline={"read": READ_ONLY}))
    assert "themselves" not in text
    assert "every user and role of this account" in text


def test_a_role_below_that_leads_back_is_told() -> None:
    """A cycle of two roles: the one below may assume the first again."""
    below = made_role(CHILD_NAME, CHILD_ID)
    assert "sessions of role `Reporting` can assume role `DataAnalyst`" in told(
        made_role(trust=trust({"AWS": role_arn(CHILD_NAME)})), below
    )


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        ({"AWS": "999988887777"}, "every user and role of account 999988887777"),
        ({"AWS": role_arn("Other")}, "lets in arn:aws:iam::111122223333:role/Other"),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}, "no deny on sessions stops that"),
        ({"Service": "ec2.amazonaws.com"}, "iam:PassRole"),
        ({"Service": "rolesanywhere.amazonaws.com"}, "CRL"),
        ("*", "names everybody"),
    ],
    ids=["other account", "named role", "provider", "service", "certificates", "everybody"],
)
def test_every_entrance_of_the_trust_is_told(principal: object, words: str) -> None:
    """Whoever the trust names is a way back, with what closes it."""
    assert words in told(made_role(trust=trust(principal)))


def test_a_trust_that_cannot_be_judged_says_so() -> None:
    """Silence would read as no way back."""
    assert "cannot be judged" in told(made_role(trust="{}"))


def test_a_role_that_anybody_may_assume_is_a_gap() -> None:
    """The thief comes back from an account of his own: nothing below a hold contains him."""
    role = made_role(trust=trust("*"))
    (gap,) = open_doors([role], "session-name")
    assert gap.blocks_containment
    assert open_doors([role], "hold") == ()


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-example123"}},
        {"StringEquals": {"sts:ExternalId": "secret"}},
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    ],
    ids=["organization", "external id", "account"],
)
def test_a_trust_in_everybody_under_a_condition_is_no_gap(condition: object) -> None:
    """A condition that a stranger may fail leaves it a way back that is told."""
    assert open_doors([made_role(trust=trust("*", Condition=condition))], "session-name") == ()


def test_the_issuer_comes_first_and_once() -> None:
    """Who issued the leaked session is told as such, not again as one the trust names."""
    (way,) = scene().planned().ways_back
    assert isinstance(way, WayBack)
    assert way.what == f"arn:aws:iam::{ACCOUNT}:user/keith can assume the role again"
