"""What the tests of the lab act with: boto3 clients over HTTP, and answers turned into codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/DataAnalyst"
CHILD_ARN = f"arn:aws:iam::{ACCOUNT}:role/Reporting"
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
        }
    ],
}


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    """`OK`, or the error code the client saw."""
    return answer_of(call, **parameters)[0]


def answer_of(call: Callable[..., Any], **parameters: Any) -> tuple[str, int, str]:
    """The error code, the HTTP status and the message; `OK` for success."""
    try:
        answer = call(**parameters)
    except ClientError as problem:
        status = problem.response["ResponseMetadata"]["HTTPStatusCode"]
        return problem.response["Error"]["Code"], status, problem.response["Error"]["Message"]
    return "OK", answer["ResponseMetadata"]["HTTPStatusCode"], ""


def reads(lab: Lab, credentials: Credentials) -> str:
    """How the lab answers a read of the seed's object."""
    return code_of(client(lab, "s3", credentials).get_object, Bucket="analytics-data", Key="2026/orders.csv")


def assume(lab: Lab, credentials: Credentials, role_arn: str, name: str, **more: Any) -> Credentials:
    """A session of the role."""
    sts = client(lab, "sts", credentials)
    given = sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **more)["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])


def deny(condition: Mapping[str, Any]) -> str:
    """A document that denies everything under a condition."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(actions: list[str], resource: str = "*", condition: Mapping[str, Any] | None = None) -> str:
    """A document that allows these actions."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    extra = {"Condition": condition} if condition else {}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | extra]})
