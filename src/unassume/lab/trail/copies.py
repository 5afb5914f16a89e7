"""Calls across accounts: who else is told, and how little of the caller the other account sees.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/shared-event-ID.html
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html (requester and owner)
ASSUMPTION: a call that was refused is told to the caller's account only, for every service; one that was allowed and
failed is told to both. A copy within S3 is told to the source's owner too.
"""

from __future__ import annotations

import re
from typing import Any

from unassume.lab.access.callers import Caller
from unassume.lab.operations.resolve import Operation
from unassume.lab.trail.buckets import owner_of

_ARN = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):.+")
_QUEUE = re.compile(r"https?://[^/]+/([0-9]{12})/[^/]+")
_NAMED_BY_ARN = {"sts": "RoleArn", "kms": "KeyId", "sns": "TopicArn", "lambda": "FunctionName",
                 "dynamodb": "TableName", "secretsmanager": "SecretId"}  # fmt: skip


def owner(caller: Caller, operation: Operation) -> str:
    """The account of the resource: that of its bucket, its queue's URL or the ARN it is named by, else the caller's."""
    name = _NAMED_BY_ARN.get(operation.service)
    if operation.service == "s3" and "Bucket" in operation.parameters:
        return owner_of(str(operation.parameters["Bucket"])) or caller.account
    if operation.service == "sqs":
        queue = _QUEUE.fullmatch(str(operation.parameters.get("QueueUrl")))
        return queue[1] if queue else caller.account
    if name is not None and name in operation.parameters:
        found = _ARN.fullmatch(str(operation.parameters[name]))
        return found[1] if found else caller.account
    return caller.account


def told(caller: Caller, owner: str, owners: tuple[str, ...], is_error: bool) -> tuple[str, ...]:
    """The other accounts that get a copy; `owners` are known of calls that were allowed, whatever came of them."""
    found = owners or (() if is_error else (owner,))
    return tuple(account for account in found if account != caller.account)


def seen_from_outside(caller: Caller) -> dict[str, Any]:
    """The userIdentity in the copy of the resource's account."""
    return {"type": "AWSAccount", "principalId": caller.user_id, "accountId": caller.account}
