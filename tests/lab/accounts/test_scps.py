"""SCPs over HTTP: they bind the members at every level, say so, and set free when they go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import SCP, SECOND, THIRD, Guards, administrator, document, role, session
from tests.lab.acting import allow, answer_of, assume, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

FULL = "p-FullAWSAccess"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=3) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


@pytest.fixture(scope="module")
def member(lab: Lab) -> Credentials:
    return administrator(lab, SECOND)


@pytest.fixture(scope="module")
def work(lab: Lab) -> str:
    return role(lab, SECOND, SECOND)


@pytest.fixture(scope="module")
def organization(lab: Lab) -> Guards:
    return Guards(lab)


@pytest.fixture
def guards(organization: Guards) -> Iterator[Guards]:
    """The organization with SCPs enabled; disabling them afterwards detaches all, which a test below proves."""
    organization.enable(SCP)
    yield organization
    organization.disable(SCP)


def lists(lab: Lab, caller: Credentials) -> str:
    return code_of(client(lab, "sqs", caller).list_queues)


def test_a_session_is_cut_and_its_twin_spared(lab: Lab, guards: Guards, member: Credentials, work: str) -> None:
    """A deny on aws:userid over a member cuts one session, in AWS's words, spares its twin, and can be taken off."""
    keith, user_id = session(lab, member, work, "keith")
    twin, _ = session(lab, member, work, "twin")
    cut = guards.policy("Cut", document("Deny", "*", Condition={"StringEquals": {"aws:userid": user_id}}))
    guards.attach(cut, SECOND)
    assert answer_of(client(lab, "sqs", keith).list_queues)[2].endswith(
        "with an explicit deny in a service control policy"
    )
    assert lists(lab, twin) == "OK"
    assert code_of(client(lab, "sts", keith).get_caller_identity) == "OK"
    guards.detach(cut, SECOND)
    assert lists(lab, keith) == "OK"


def test_every_level_must_allow(lab: Lab, guards: Guards, boss: Credentials, member: Credentials) -> None:
    """Root, unit and account must each allow: what the unit's list leaves out is denied to its accounts alone."""
    unit = guards.client.create_organizational_unit(ParentId=guards.root, Name="Narrow")["OrganizationalUnit"]["Id"]
    only = guards.policy("OnlyQueues", document("Allow", "sqs:*"))
    guards.attach(only, unit)
    guards.detach(FULL, unit)
    other = lab.credentials(f"root-{THIRD}")
    assert code_of(client(lab, "s3", member).list_buckets) == "OK"
    guards.client.move_account(AccountId=SECOND, SourceParentId=guards.root, DestinationParentId=unit)
    assert (lists(lab, member), code_of(client(lab, "s3", other).list_buckets)) == ("OK", "OK")
    assert answer_of(client(lab, "s3", member).list_buckets)[2].endswith(
        "because no service control policy allows the s3:ListAllMyBuckets action"
    )
    guards.client.move_account(AccountId=SECOND, SourceParentId=unit, DestinationParentId=guards.root)
    assert code_of(client(lab, "s3", member).list_buckets) == "OK"


def test_whom_scps_bind(lab: Lab, guards: Guards, boss: Credentials, work: str) -> None:
    """A deny at the root binds the members' root users too, and nobody of the management account."""
    inside = assume(lab, boss, f"arn:aws:iam::{SECOND}:role/OrganizationAccountAccessRole", "boss")
    guards.attach(guards.policy("NoQueues", document("Deny", "sqs:*")), guards.root)
    members = [lab.credentials(f"root-{SECOND}"), lab.credentials(f"root-{THIRD}"), inside]
    assert [lists(lab, each) == "OK" for each in members] == [False, False, False]
    assert [lists(lab, each) for each in (lab.credentials("root"), boss)] == ["OK", "OK"]


def test_assuming_a_role_from_a_member(lab: Lab, guards: Guards, boss: Credentials, member: Credentials) -> None:
    """The caller's SCPs bind sts:AssumeRole, those over the role's account do not."""
    theirs = role(lab, THIRD, SECOND, "Next")
    guards.attach(guards.policy("NoRoles", document("Deny", "sts:AssumeRole")), THIRD)
    call = client(lab, "sts", member).assume_role
    assert code_of(call, RoleArn=theirs, RoleSessionName="on") == "OK"
    guards.attach(guards.policy("NoRolesEither", document("Deny", "sts:AssumeRole")), SECOND)
    answer = answer_of(call, RoleArn=theirs, RoleSessionName="on")
    assert answer[2].endswith("with an explicit deny in a service control policy")


def test_an_update_is_enforced(lab: Lab, guards: Guards, member: Credentials) -> None:
    """The text in force is the newest: an update turns an attached policy into a deny, and back."""
    policy = guards.policy("Turning", document("Allow", "*"))
    guards.attach(policy, SECOND)
    assert lists(lab, member) == "OK"
    guards.client.update_policy(PolicyId=policy, Content=document("Deny", "sqs:*"))
    assert lists(lab, member) != "OK"
    guards.client.update_policy(PolicyId=policy, Content=document("Allow", "*"))
    assert lists(lab, member) == "OK"


def test_a_type_that_is_not_enabled(lab: Lab, organization: Guards, member: Credentials) -> None:
    """Not enabled, SCPs attach to nothing; disabling detaches all, and enabling again leaves AWS's own alone."""
    policy = organization.policy("Late", document("Deny", "*"))
    call = organization.client.attach_policy
    assert code_of(call, PolicyId=policy, TargetId=SECOND) == "PolicyTypeNotEnabledException"
    organization.enable(SCP)
    organization.attach(policy, SECOND)
    assert lists(lab, member) != "OK"
    organization.disable(SCP)
    assert (lists(lab, member), organization.on(SECOND)) == ("OK", [])
    organization.enable(SCP)
    assert (lists(lab, member), organization.on(SECOND)) == ("OK", [FULL])
    organization.disable(SCP)


def test_attaching_and_detaching(guards: Guards) -> None:
    """A policy attaches once, five of a type at most, to what there is; the last one stays."""
    attach, detach = guards.client.attach_policy, guards.client.detach_policy
    ids = [guards.policy(f"Number{number}", document("Deny", f"sqs:{number}*")) for number in range(5)]
    codes = [code_of(attach, PolicyId=each, TargetId=THIRD) for each in ids]
    assert codes == ["OK"] * 4 + ["ConstraintViolationException"]
    assert code_of(attach, PolicyId=ids[0], TargetId=THIRD) == "DuplicatePolicyAttachmentException"
    assert code_of(attach, PolicyId=ids[0], TargetId="999988887777") == "TargetNotFoundException"
    assert code_of(attach, PolicyId="p-nosuchpolicy", TargetId=THIRD) == "PolicyNotFoundException"
    assert code_of(detach, PolicyId=ids[0], TargetId=SECOND) == "PolicyNotAttachedException"
    assert code_of(detach, PolicyId=FULL, TargetId=SECOND) == "ConstraintViolationException"
    assert code_of(guards.client.delete_policy, PolicyId=ids[0]) == "PolicyInUseException"
    assert code_of(guards.client.delete_policy, PolicyId=FULL) == "InvalidInputException"
    assert code_of(guards.client.update_policy, PolicyId=FULL, Name="Mine") == "InvalidInputException"
    assert code_of(guards.client.delete_policy, PolicyId=ids[4]) == "OK"


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (SCP, "{", "MalformedPolicyDocumentException"),
        (SCP, document("Deny", "*", Principal="*"), "MalformedPolicyDocumentException"),
        (SCP, document("Deny", "*") + " " * 5_120, "ConstraintViolationException"),
        ("RESOURCE_CONTROL_POLICY", document("Deny", "s3:*"), "MalformedPolicyDocumentException"),
        ("RESOURCE_CONTROL_POLICY", document("Deny", "*", Principal="*"), "MalformedPolicyDocumentException"),
        ("RESOURCE_CONTROL_POLICY", document("Allow", "*", Principal="*"), "MalformedPolicyDocumentException"),
        ("RESOURCE_CONTROL_POLICY", document("Deny", "s3:*", Principal="*"), "OK"),
    ],
)
def test_content(organization: Guards, kind: str, content: str, code: str) -> None:
    """A policy must be of its type's grammar and fit its size, white space counted."""
    given = {"Name": f"Content {kind} {code}", "Description": "-", "Type": kind, "Content": content}
    assert code_of(organization.client.create_policy, **given) == code


def test_what_is_not_enforced_is_not_enabled(organization: Guards) -> None:
    """A tag policy, which the lab does not enforce, can be neither enabled nor attached."""
    client_ = organization.client
    assert code_of(client_.enable_policy_type, RootId=organization.root, PolicyType="TAG_POLICY") == "NotImplemented"
    policy = organization.policy("Tags", "{}", "TAG_POLICY")
    assert code_of(client_.attach_policy, PolicyId=policy, TargetId=SECOND) == "NotImplemented"


def test_a_member_may_not(lab: Lab, organization: Guards, member: Credentials) -> None:
    """Only the management account writes the organization's policies."""
    theirs = client(lab, "organizations", member)
    given: dict[str, Any] = {"Name": "Mine", "Description": "-", "Type": SCP, "Content": document("Allow", "*")}
    assert code_of(theirs.create_policy, **given) == "AccessDeniedException"
    assert code_of(theirs.detach_policy, PolicyId=FULL, TargetId=SECOND) == "AccessDeniedException"


def test_the_tree(organization: Guards) -> None:
    """An account moves from where it is to a place that is there; a unit is made in one, and goes when empty."""
    client_, root = organization.client, organization.root
    unit = client_.create_organizational_unit(ParentId=root, Name="Empty")["OrganizationalUnit"]["Id"]
    move = {"AccountId": THIRD, "SourceParentId": root, "DestinationParentId": unit}
    wrong = [
        (move | {"SourceParentId": unit}, "SourceParentNotFoundException"),
        (move | {"DestinationParentId": root}, "DuplicateAccountException"),
        (move | {"DestinationParentId": "ou-abcd-12345678"}, "DestinationParentNotFoundException"),
        (move | {"AccountId": "999988887777"}, "AccountNotFoundException"),
        (move, "OK"),
    ]
    assert [code_of(client_.move_account, **given) for given, _ in wrong] == [code for _, code in wrong]
    delete = client_.delete_organizational_unit
    assert code_of(delete, OrganizationalUnitId=unit) == "OrganizationalUnitNotEmptyException"
    client_.move_account(AccountId=THIRD, SourceParentId=unit, DestinationParentId=root)
    assert code_of(delete, OrganizationalUnitId=unit) == "OK"
    lost = {"ParentId": "ou-abcd-12345678", "Name": "Lost"}
    assert code_of(client_.create_organizational_unit, **lost) == "ParentNotFoundException"


def test_the_key_organizations_policy_type(lab: Lab, guards: Guards) -> None:
    """A delegate who may attach SCPs only may attach no RCP."""
    iam = client(lab, "iam", lab.credentials("root"))
    iam.create_user(UserName="delegate")
    only = {"StringEquals": {"organizations:PolicyType": SCP}}
    iam.put_user_policy(
        UserName="delegate", PolicyName="Some", PolicyDocument=allow(["organizations:*"], condition=only)
    )
    key = iam.create_access_key(UserName="delegate")["AccessKey"]
    theirs = client(lab, "organizations", Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    ours = guards.policy("Ours", document("Deny", "sqs:*"))
    other = guards.policy("Other", document("Deny", "s3:*", Principal="*"), "RESOURCE_CONTROL_POLICY")
    assert code_of(theirs.attach_policy, PolicyId=ours, TargetId=THIRD) == "OK"
    assert code_of(theirs.attach_policy, PolicyId=other, TargetId=THIRD) == "AccessDeniedException"


def test_a_service_linked_role_is_spared(lab: Lab, guards: Guards) -> None:
    """A deny of everything over a member does not stop the session of its service-linked role."""
    iam = client(lab, "iam", lab.credentials(f"root-{THIRD}"))
    arn = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]["Arn"]
    iam.put_role_policy(RoleName=arn.rpartition("/")[2], PolicyName="Queues", PolicyDocument=allow(["sqs:*"]))
    linked = lab.assume_as_service("autoscaling.amazonaws.com", arn, "linked")
    guards.attach(guards.policy("Nothing", document("Deny", "*")), THIRD)
    assert (lists(lab, linked), lists(lab, lab.credentials(f"root-{THIRD}")) == "OK") == ("OK", False)
