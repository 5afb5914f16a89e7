"""A lab for each file of tests of the simulator, with a user in a group, two roles and a second account."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.lab.acting import TRUST
from tests.lab.simulation.simulating import iam_of, policy, statement
from unassume.lab import Lab

BOUNDARY = policy(statement("Allow", "s3:*"), statement("Allow", "sqs:*"), statement("Deny", "sqs:DeleteQueue"))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None, accounts=2) as opened:
        iam = iam_of(opened)
        iam.create_user(UserName="alice")
        iam.create_group(GroupName="readers", Path="/team/")
        iam.add_user_to_group(GroupName="readers", UserName="alice")
        iam.put_user_policy(
            UserName="alice", PolicyName="Own", PolicyDocument=policy(statement("Allow", "s3:PutObject"), indent=4)
        )
        condition = {"StringEquals": {"aws:PrincipalTag/Team": "red"}}
        iam.put_group_policy(
            GroupName="readers",
            PolicyName="Shared",
            PolicyDocument=policy(
                statement("Allow", "s3:GetObject"),
                statement("Deny", "s3:GetObject", "arn:aws:s3:::reports/${aws:username}/*", Condition=condition),
            ),
        )
        managed = iam.create_policy(PolicyName="Queues", PolicyDocument=policy(statement("Allow", "sqs:*")))
        iam.attach_group_policy(GroupName="readers", PolicyArn=managed["Policy"]["Arn"])
        iam.attach_user_policy(UserName="alice", PolicyArn=managed["Policy"]["Arn"])
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.attach_role_policy(RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")
        bound = iam.create_policy(PolicyName="Bound", PolicyDocument=BOUNDARY)["Policy"]["Arn"]
        iam.create_role(RoleName="bound", AssumeRolePolicyDocument=json.dumps(TRUST), PermissionsBoundary=bound)
        iam.put_role_policy(RoleName="bound", PolicyName="All", PolicyDocument=policy(statement("Allow", "*")))
        yield opened
