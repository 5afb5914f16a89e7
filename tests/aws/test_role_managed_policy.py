"""A managed policy of our own: it stands only while it is attached, and a half-done write can be finished or undone."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.aws.loopback import ACCOUNT, Loopback, refusal, xml
from unassume.aws.accounts import AwsAccounts
from unassume.aws.connection import Connection
from unassume.aws.reach import Reach
from unassume.errors import AccessError, StaleError
from unassume.model.slots import RoleManagedPolicy, Standing

TEXT = '{ "Version":"2012-10-17",\n\t"Statement": [] , "Id": "a+b%20" }'
SLOT = RoleManagedPolicy(account=ACCOUNT, role="Reports", policy="ours")
GONE = refusal("NoSuchEntity", "not found", 404)
ROLE = (
    "<Role><RoleName>Reports</RoleName><RoleId>AROAREPORTS</RoleId><Path>/</Path>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:role/Reports</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>"
)
POLICY = xml("GetPolicy", "<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>")
VERSION = xml("GetPolicyVersion", f"<PolicyVersion><Document>{quote(TEXT)}</Document></PolicyVersion>")
EXISTS = refusal("EntityAlreadyExists", "a policy called ours already exists", 409)


@pytest.fixture
def accounts(connection: Connection) -> AwsAccounts:
    return AwsAccounts(Reach(connection))


def attached(*arns: str) -> str:
    listed = "".join(f"<member><PolicyArn>{arn}</PolicyArn></member>" for arn in arns)
    return xml(
        "ListAttachedRolePolicies", f"<AttachedPolicies>{listed}</AttachedPolicies><IsTruncated>false</IsTruncated>"
    )


def test_an_attached_policy_is_read_byte_for_byte(aws: Loopback, accounts: AwsAccounts) -> None:
    """The text is AWS's own, that of the default version, and the role's unique id comes with it."""
    aws.play("GetRole", xml("GetRole", ROLE))
    aws.play("ListAttachedRolePolicies", attached("arn:aws:iam::aws:policy/Other", SLOT.arn))
    aws.play("GetPolicy", POLICY)
    aws.play("GetPolicyVersion", VERSION)
    assert accounts.read(SLOT) == Standing(text=TEXT, holder_id="AROAREPORTS")


def test_a_policy_that_is_not_attached_is_not_there(aws: Loopback, accounts: AwsAccounts) -> None:
    """Until it is attached it denies nobody: it reads as nothing, as a missing role does."""
    aws.play("GetRole", xml("GetRole", ROLE), GONE)
    aws.play("ListAttachedRolePolicies", attached("arn:aws:iam::aws:policy/Other"))
    assert accounts.read(SLOT) == Standing(text=None, holder_id="AROAREPORTS")
    assert accounts.read(SLOT) == Standing(text=None, holder_id=None)


def test_writing_twice_is_writing_once(aws: Loopback, accounts: AwsAccounts) -> None:
    """A policy that a lost answer left behind is found to be ours by its text, and attached."""
    aws.play("CreatePolicy", xml("CreatePolicy", "<Policy></Policy>"), EXISTS)
    aws.play("AttachRolePolicy", xml("AttachRolePolicy", ""))
    aws.play("GetPolicy", POLICY)
    aws.play("GetPolicyVersion", VERSION)
    accounts.write(SLOT, None, TEXT)
    accounts.write(SLOT, None, TEXT)
    made = [asked.fields for asked in aws.asked if asked.action == "CreatePolicy"]
    assert [one["PolicyDocument"] for one in made] == [TEXT, TEXT]
    assert aws.actions().count("AttachRolePolicy") == 2


def test_another_text_under_our_name_is_left_alone(aws: Loopback, accounts: AwsAccounts) -> None:
    """A policy of our name with a text that is not ours is never attached."""
    aws.play("CreatePolicy", EXISTS)
    aws.play("GetPolicy", POLICY)
    aws.play("GetPolicyVersion", VERSION)
    with pytest.raises(StaleError, match="another text"):
        accounts.write(SLOT, None, "{}")
    assert "AttachRolePolicy" not in aws.actions()


def test_a_refused_attachment_is_not_nothing(aws: Loopback, accounts: AwsAccounts) -> None:
    """AWS refused the second call for certain, but the first was done: nobody may take it for an untouched account."""
    aws.play("CreatePolicy", xml("CreatePolicy", "<Policy></Policy>"))
    aws.play("AttachRolePolicy", refusal("AccessDenied"))
    with pytest.raises(AccessError) as caught:
        accounts.write(SLOT, None, TEXT)
    assert "refused" not in caught.value.facts
    aws.play("CreatePolicy", refusal("AccessDenied"))
    with pytest.raises(AccessError) as caught:
        accounts.write(SLOT, None, TEXT)
    assert caught.value.facts["refused"] == "true"


def test_removing_detaches_and_deletes(aws: Loopback, accounts: AwsAccounts) -> None:
    """Taken away from any state between: what is gone already is done."""
    aws.play("DetachRolePolicy", xml("DetachRolePolicy", ""), GONE)
    aws.play("DeletePolicy", xml("DeletePolicy", ""), GONE)
    accounts.write(SLOT, TEXT, None)
    accounts.write(SLOT, TEXT, None)
    assert aws.actions()[-4:] == ["DetachRolePolicy", "DeletePolicy"] * 2


def test_a_role_that_is_gone_is_stale(aws: Loopback, accounts: AwsAccounts) -> None:
    """Nothing to attach to: the responder plans again."""
    aws.play("CreatePolicy", xml("CreatePolicy", "<Policy></Policy>"))
    aws.play("AttachRolePolicy", GONE)
    with pytest.raises(StaleError, match="is gone"):
        accounts.write(SLOT, None, TEXT)
