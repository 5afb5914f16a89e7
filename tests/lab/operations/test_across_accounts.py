"""Which actions another account's principals may be let into."""

from __future__ import annotations

import pytest

from unassume.lab.operations.across_accounts import crosses


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:GetObject", True),
        ("s3:PutBucketPolicy", True),
        ("s3:CreateBucket", False),
        ("sqs:SendMessage", True),
        ("SQS:tagqueue", False),
        ("sns:Publish", True),
        ("sns:TagResource", False),
        ("kms:ReEncryptFrom", True),
        ("kms:PutKeyPolicy", False),
        ("lambda:InvokeFunction", True),
        ("lambda:AddPermission", False),
        ("secretsmanager:GetSecretValue", True),
        ("secretsmanager:CreateSecret", False),
        ("dynamodb:GetItem", False),
        ("ec2:TerminateInstances", False),
        ("iam:PassRole", False),
    ],
)
def test_what_crosses(action: str, expected: bool) -> None:
    """Each service opens what its documents say, in any case; a service without resource policies opens nothing."""
    assert crosses(action) is expected
