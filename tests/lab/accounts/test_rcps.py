"""RCPs over HTTP: they bind what a member owns, whoever asks, and only in services that know them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import RCP, SECOND, THIRD, Guards, administrator, document, role, session
from tests.lab.acting import answer_of, code_of
from unassume.errors import AccessError
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

FULL = "p-RCPFullAWSAccess"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=3) as opened:
        yield opened


@pytest.fixture(scope="module")
def member(lab: Lab) -> Credentials:
    return administrator(lab, SECOND)


@pytest.fixture(scope="module")
def organization(lab: Lab) -> Guards:
    return Guards(lab)


@pytest.fixture
def guards(organization: Guards) -> Iterator[Guards]:
    """The organization with RCPs enabled for one test."""
    organization.enable(RCP)
    yield organization
    organization.disable(RCP)


def deny(*actions: str, **more: Any) -> str:
    return document("Deny", list(actions), Principal="*", **more)


def test_an_rcp_binds_what_the_member_owns(lab: Lab, guards: Guards, member: Credentials) -> None:
    """A deny cuts one session from the member's bucket, in AWS's words; not its twin, and not when detached."""
    work = role(lab, SECOND, SECOND)
    keith, user_id = session(lab, member, work, "keith")
    twin, _ = session(lab, member, work, "twin")
    client(lab, "s3", member).create_bucket(Bucket="members-data")
    policy = guards.policy("Cut", deny("s3:*", Condition={"StringEquals": {"aws:userid": user_id}}), RCP)
    guards.attach(policy, SECOND)
    bucket = {"Bucket": "members-data"}
    answer = answer_of(client(lab, "s3", keith).list_objects_v2, **bucket)
    assert answer[2].endswith("with an explicit deny in a resource control policy")
    assert code_of(client(lab, "s3", twin).list_objects_v2, **bucket) == "OK"
    guards.detach(policy, SECOND)
    assert code_of(client(lab, "s3", keith).list_objects_v2, **bucket) == "OK"


def test_what_rcps_do_not_reach(lab: Lab, guards: Guards, member: Credentials) -> None:
    """They stop at the management account, at other members, and at services that know none."""
    guards.attach(guards.policy("NoQueues", deny("sqs:*", "sns:*"), RCP), guards.root)
    assert code_of(client(lab, "sqs", member).list_queues) != "OK"
    assert code_of(client(lab, "sns", member).list_topics) == "OK"
    assert code_of(client(lab, "sqs", lab.credentials("root")).list_queues) == "OK"


def test_entering_a_role_of_a_member(lab: Lab, guards: Guards, member: Credentials) -> None:
    """RCPs over the role's account bind sts:AssumeRole, whoever asks; those over the caller's account do not."""
    outside = administrator(lab, ACCOUNT)
    arn = role(lab, THIRD, ACCOUNT, "Guarded")
    call = client(lab, "sts", outside).assume_role
    policy = guards.policy("NoRoles", deny("sts:AssumeRole"), RCP)
    guards.attach(policy, SECOND)
    assert code_of(call, RoleArn=arn, RoleSessionName="on") == "OK"
    guards.attach(policy, THIRD)
    answer = answer_of(call, RoleArn=arn, RoleSessionName="on")
    assert answer[2].endswith("with an explicit deny in a resource control policy")


def test_the_default_stays(guards: Guards) -> None:
    """RCPFullAWSAccess stands everywhere and cannot be detached."""
    assert [guards.on(target, RCP) for target in (guards.root, SECOND, ACCOUNT)] == [[FULL]] * 3
    call = guards.client.detach_policy
    assert code_of(call, PolicyId=FULL, TargetId=SECOND) == "ConstraintViolationException"


def test_a_perimeter_spares_services_of_aws(lab: Lab, guards: Guards) -> None:
    """AWS's usual perimeter keeps callers of other organizations out of a member's role and lets AWS's services in."""
    iam = client(lab, "iam", lab.credentials(f"root-{THIRD}"))
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="Function", AssumeRolePolicyDocument=text)["Role"]["Arn"]
    others = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-abcde12345"}}
    spared = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    guards.attach(guards.policy("Perimeter", deny("sts:*", "sqs:*", Condition=others | spared), RCP), THIRD)
    assert lab.assume_as_service("lambda.amazonaws.com", arn, "function").session_token
    assert code_of(client(lab, "sqs", lab.credentials(f"root-{THIRD}")).list_queues) != "OK"
    guards.attach(guards.policy("Everybody", deny("sts:AssumeRole"), RCP), THIRD)
    with pytest.raises(AccessError):
        lab.assume_as_service("lambda.amazonaws.com", arn, "function")
