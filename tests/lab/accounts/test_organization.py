"""Many accounts in one lab: their ids, their organization, and the walls between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.acting import allow, assume, code_of
from unassume.errors import InputError
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.accounts.ids import account_ids
from unassume.lab.clients import client

SECOND, THIRD = "111122223333", "444455556666"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=3) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(lab: Lab) -> Credentials:
    """A user of the management account who may do everything."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="boss")
    iam.put_user_policy(UserName="boss", PolicyName="All", PolicyDocument=allow(["*"]))
    key = iam.create_access_key(UserName="boss")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def role_of(account: str, name: str = "OrganizationAccountAccessRole") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def test_ids_are_fixed_and_distinct() -> None:
    """Fifty ids of twelve digits without a leading zero, the first three those that the pages name."""
    ids = account_ids(50)
    assert ids[:3] == (ACCOUNT, SECOND, THIRD)
    assert len(set(ids)) == 50
    assert all(len(each) == 12 and each.isdecimal() and each[0] != "0" for each in ids)
    assert account_ids(7) == ids[:7]


@pytest.mark.parametrize("count", [0, 51, -1, True])
def test_counts_a_lab_cannot_have(count: int) -> None:
    """None, more than fifty, or a truth instead of a number is one clear line."""
    with pytest.raises(InputError, match="accounts"):
        Lab(seed=None, accounts=count)


def test_the_organization(lab: Lab) -> None:
    """The first account manages an organization of all; each has a root key that says who it is."""
    organizations = client(lab, "organizations", lab.credentials("root"))
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == ACCOUNT
    listed = [each["Id"] for each in organizations.list_accounts()["Accounts"]]
    assert tuple(listed) == lab.accounts == (ACCOUNT, SECOND, THIRD)
    profiles = {ACCOUNT: "root", SECOND: f"root-{SECOND}", THIRD: f"root-{THIRD}"}
    seen = {
        account: client(lab, "sts", lab.credentials(name)).get_caller_identity()["Account"]
        for account, name in profiles.items()
    }
    assert seen == {account: account for account in profiles}


def test_the_access_role(lab: Lab, admin: Credentials) -> None:
    """The management account administers a member by its role, which holds AdministratorAccess and lasts an hour."""
    inside = assume(lab, admin, role_of(SECOND), "boss")
    iam = client(lab, "iam", inside)
    role = iam.get_role(RoleName="OrganizationAccountAccessRole")["Role"]
    assert (role["MaxSessionDuration"], role["Path"]) == (3600, "/")
    attached = iam.list_attached_role_policies(RoleName="OrganizationAccountAccessRole")["AttachedPolicies"]
    assert [each["PolicyName"] for each in attached] == ["AdministratorAccess"]
    assert client(lab, "sts", inside).get_caller_identity()["Account"] == SECOND


def test_no_role_in_the_management_account(lab: Lab, admin: Credentials) -> None:
    """The management account has no such role of its own."""
    assert code_of(client(lab, "iam", admin).get_role, RoleName="OrganizationAccountAccessRole") == "NoSuchEntity"


def test_a_member_may_not_enter_another(lab: Lab, admin: Credentials) -> None:
    """An administrator of one member is not trusted by the next one's role."""
    inside = assume(lab, admin, role_of(SECOND), "boss")
    sts = client(lab, "sts", inside)
    assert code_of(sts.assume_role, RoleArn=role_of(THIRD), RoleSessionName="on") == "AccessDenied"


def test_accounts_do_not_see_each_other(lab: Lab) -> None:
    """What one account makes in IAM, DynamoDB and SQS, another neither lists nor reads."""
    second, third = (lab.credentials(f"root-{account}") for account in (SECOND, THIRD))
    client(lab, "iam", second).create_user(UserName="mine")
    client(lab, "sqs", second).create_queue(QueueName="mine")
    assert client(lab, "iam", third).list_users()["Users"] == []
    assert client(lab, "sqs", third).list_queues().get("QueueUrls", []) == []
    assert code_of(client(lab, "iam", third).get_user, UserName="mine") == "NoSuchEntity"


@pytest.mark.parametrize("role", [None, "Deputy"])
def test_an_account_made_by_a_client(lab: Lab, admin: Credentials, role: str | None) -> None:
    """CreateAccount makes the new account's role usable at once, whatever it is called."""
    named = {"RoleName": role} if role else {}
    organizations = client(lab, "organizations", admin)
    made = organizations.create_account(AccountName="New", Email="new@example.com", **named)["CreateAccountStatus"]
    inside = assume(lab, admin, role_of(made["AccountId"], role or "OrganizationAccountAccessRole"), "boss")
    assert code_of(client(lab, "iam", inside).create_user, UserName="first") == "OK"
    assert lab.events()[-1].record["userIdentity"]["accountId"] == made["AccountId"]


def test_aws_managed_policies(lab: Lab, admin: Credentials) -> None:
    """A policy of AWS's can be read and attached by its ARN; one that AWS has not is not there."""
    iam = client(lab, "iam", admin)
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AmazonS3ReadOnlyAccess"
    iam.create_user(UserName="reader")
    iam.attach_user_policy(UserName="reader", PolicyArn=arn)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    assert code_of(client(lab, "s3", reader).list_buckets) == "OK"
    assert code_of(client(lab, "s3", reader).create_bucket, Bucket="readers-own") == "AccessDenied"
    for wrong in ("arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:iam::aws:policy/odd/AmazonS3ReadOnlyAccess"):
        assert code_of(iam.attach_user_policy, UserName="reader", PolicyArn=wrong) == "NoSuchEntity"
