"""Calls on another account's things over HTTP: both sides must allow, and either side can cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.access.crossing import CALLER, OWNER, Door, doors, function, open_door, statement
from tests.lab.accounts.guarding import RCP, SCP, Guards, administrator, role, session
from tests.lab.accounts.guarding import document as guard
from tests.lab.acting import answer_of, code_of
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

SERVICES = ["s3", "sqs", "sns", "kms", "secretsmanager"]
NO_RESOURCE, NO_IDENTITY = "because no resource-based policy allows", "because no identity-based policy allows"
EVERYBODY = {"AWS": f"arn:aws:iam::{CALLER}:root"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=3) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, OWNER)


@pytest.fixture(scope="module")
def asker(lab: Lab) -> Credentials:
    return administrator(lab, CALLER)


@pytest.fixture(scope="module")
def work(lab: Lab) -> str:
    return role(lab, CALLER, CALLER)


@pytest.fixture(scope="module")
def bare(lab: Lab, asker: Credentials) -> Credentials:
    """A user of the caller's account without any policy."""
    iam = client(lab, "iam", asker)
    iam.create_user(UserName="bare")
    key = iam.create_access_key(UserName="bare")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def all_doors(lab: Lab, boss: Credentials) -> dict[str, Door]:
    return doors(lab, boss)


@pytest.fixture(params=SERVICES)
def door(all_doors: dict[str, Door], request: pytest.FixtureRequest) -> Door:
    return all_doors[request.param]


@pytest.fixture
def guards(lab: Lab) -> Iterator[Guards]:
    """The organization with both kinds of policies enabled for one test."""
    organization = Guards(lab)
    organization.enable(SCP)
    organization.enable(RCP)
    yield organization
    organization.disable(RCP)
    organization.disable(SCP)


def knocks(lab: Lab, door: Door, credentials: Credentials) -> tuple[str, str]:
    code, _, message = answer_of(lambda: door.knock(client(lab, door.service, credentials)))
    return code, message


def test_both_sides_must_allow(lab: Lab, boss: Credentials, asker: Credentials, bare: Credentials, door: Door) -> None:
    """A policy that lets the account in is enough for those whom their own account allows, and for nobody else."""
    assert NO_RESOURCE in knocks(lab, door, asker)[1]
    open_door(lab, door, boss, statement("Allow", door, EVERYBODY))
    assert knocks(lab, door, asker) == ("OK", "")
    assert NO_IDENTITY in knocks(lab, door, bare)[1]
    open_door(lab, door, boss, statement("Allow", door, {"AWS": f"arn:aws:iam::{OWNER}:root"}))
    assert NO_RESOURCE in knocks(lab, door, asker)[1]


def test_a_deny_by_user_id_cuts_one_session(
    lab: Lab, boss: Credentials, asker: Credentials, work: str, door: Door
) -> None:
    """The owner's deny by aws:userid binds one session of the other account, and spares its twin."""
    keith, user_id = session(lab, asker, work, "keith")
    twin, _ = session(lab, asker, work, "twin")
    condition = {"StringEquals": {"aws:userid": user_id}}
    cut = statement("Deny", door, "*", Condition=condition)
    open_door(lab, door, boss, statement("Allow", door, {"AWS": work}), cut)
    assert "with an explicit deny in a resource-based policy" in knocks(lab, door, keith)[1]
    assert knocks(lab, door, twin) == ("OK", "")


def test_the_keys_tell_both_accounts(lab: Lab, boss: Credentials, asker: Credentials, door: Door) -> None:
    """Conditions see whose the resource is and whose the caller, their organization, and its path, on both sides."""
    organization = client(lab, "organizations", lab.credentials("root")).describe_organization()["Organization"]["Id"]
    right = {
        "StringEquals": {
            "aws:PrincipalAccount": CALLER, "aws:PrincipalOrgID": organization,
            "aws:ResourceAccount": OWNER, "aws:ResourceOrgID": organization,
        },
        "ForAnyValue:StringLike": {
            "aws:PrincipalOrgPaths": f"{organization}/*", "aws:ResourceOrgPaths": f"{organization}/*",
        },
    }  # fmt: skip
    open_door(lab, door, boss, statement("Allow", door, EVERYBODY, Condition=right))
    assert knocks(lab, door, asker) == ("OK", "")
    wrong = {"StringEquals": {"aws:ResourceAccount": CALLER}}
    open_door(lab, door, boss, statement("Allow", door, EVERYBODY, Condition=wrong))
    assert NO_RESOURCE in knocks(lab, door, asker)[1]


def test_the_guardrails_bind_their_own_side(
    lab: Lab, boss: Credentials, asker: Credentials, guards: Guards, door: Door
) -> None:
    """SCPs over the caller and RCPs over the owner cut; SCPs over the owner and RCPs over the caller do not."""
    open_door(lab, door, boss, statement("Allow", door, EVERYBODY))
    no_call = guards.policy(f"NoCall-{door.service}", guard("Deny", f"{door.service}:*"))
    for account, expected in ((OWNER, ""), (CALLER, "with an explicit deny in a service control policy")):
        guards.attach(no_call, account)
        assert expected in knocks(lab, door, asker)[1], account
        guards.detach(no_call, account)
    if door.service == "sns":  # RCPs do not know SNS.
        return
    closed = guards.policy(f"Closed-{door.service}", guard("Deny", f"{door.service}:*", Principal="*"), RCP)
    for account, expected in ((CALLER, ""), (OWNER, "with an explicit deny in a resource control policy")):
        guards.attach(closed, account)
        assert expected in knocks(lab, door, asker)[1], account
        guards.detach(closed, account)
    assert knocks(lab, door, asker) == ("OK", "")


def test_a_function_lets_another_account_in(lab: Lab, boss: Credentials, asker: Credentials, bare: Credentials) -> None:
    """AddPermission opens an action of a function to an account, for those whom their own account allows."""
    arn = function(lab, boss, role(lab, OWNER, OWNER, "Run"))
    read = {"FunctionName": arn}
    outside = client(lab, "lambda", asker)
    assert NO_RESOURCE in answer_of(outside.get_function, **read)[2]
    client(lab, "lambda", boss).add_permission(
        FunctionName="owned", StatementId="in", Action="lambda:GetFunction", Principal=CALLER
    )
    assert code_of(outside.get_function, **read) == "OK"
    assert NO_IDENTITY in answer_of(client(lab, "lambda", bare).get_function, **read)[2]
    assert NO_RESOURCE in answer_of(outside.delete_function, **read)[2]


def test_things_without_policies_stay_shut(lab: Lab, boss: Credentials, asker: Credentials) -> None:
    """What knows no resource policy in the lab, such as a table named by its ARN, lets nobody in from outside."""
    table = client(lab, "dynamodb", boss).create_table(
        TableName="owned", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )["TableDescription"]["TableArn"]  # fmt: skip
    assert NO_RESOURCE in answer_of(client(lab, "dynamodb", asker).describe_table, TableName=table)[2]


def test_some_actions_never_cross(lab: Lab, boss: Credentials, asker: Credentials, all_doors: dict[str, Door]) -> None:
    """What a service keeps to its own account is refused, however wide the policy is."""
    door = all_doors["kms"]
    open_door(lab, door, boss, statement("Allow", door, EVERYBODY))
    kms: Any = client(lab, "kms", asker)
    assert NO_RESOURCE in answer_of(kms.schedule_key_deletion, KeyId=door.arn)[2]
    assert code_of(kms.describe_key, KeyId=door.arn) == "OK"


def test_everybody_is_not_another_account(
    lab: Lab, boss: Credentials, asker: Credentials, all_doors: dict[str, Door]
) -> None:
    """A bucket's policy for everybody is one that AWS blocks by default: from outside it is not judged."""
    door = all_doors["s3"]
    open_door(lab, door, boss, statement("Allow", door, "*"))
    assert knocks(lab, door, asker)[0] == "AccessDenied"
    assert lab.calls()[-1].reason.startswith("lab:unjudged")
    condition = {"StringEquals": {"aws:PrincipalAccount": CALLER}}
    open_door(lab, door, boss, statement("Allow", door, "*", Condition=condition))
    assert knocks(lab, door, asker) == ("OK", "")


def test_a_taken_name_is_not_denied(
    lab: Lab, boss: Credentials, asker: Credentials, all_doors: dict[str, Door]
) -> None:
    """A bucket's name that another account has is taken, whatever that bucket's policy says."""
    open_door(lab, all_doors["s3"], boss, statement("Deny", all_doors["s3"], "*"))
    assert answer_of(client(lab, "s3", asker).create_bucket, Bucket="owned")[:2] == ("BucketAlreadyExists", 409)
    client(lab, "s3", lab.credentials(f"root-{OWNER}")).delete_bucket_policy(Bucket="owned")
