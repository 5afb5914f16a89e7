"""What the tests of the simulator ask with."""

from __future__ import annotations

import json
from typing import Any

from unassume.lab import ACCOUNT, Lab
from unassume.lab.clients import client

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
READERS = f"arn:aws:iam::{ACCOUNT}:group/team/readers"
WORKER = f"arn:aws:iam::{ACCOUNT}:role/worker"
OBJECT = "arn:aws:s3:::reports/2026.csv"


def statement(effect: str, action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any], indent: int | None = None) -> str:
    """A document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=indent)


def key(name: str, *values: str, kind: str = "string") -> dict[str, Any]:
    """A context entry."""
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


def iam_of(lab: Lab) -> Any:
    """IAM as root of the first account."""
    return client(lab, "iam", lab.credentials("root"))


def custom(lab: Lab, action: str, *policies: str, **more: Any) -> dict[str, Any]:
    """The only result of SimulateCustomPolicy for one action."""
    answer = iam_of(lab).simulate_custom_policy(PolicyInputList=list(policies), ActionNames=[action], **more)
    (found,) = answer["EvaluationResults"]
    return dict(found)


def principal(lab: Lab, arn: str, action: str, **more: Any) -> dict[str, Any]:
    """The only result of SimulatePrincipalPolicy for one action."""
    answer = iam_of(lab).simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], **more)
    (found,) = answer["EvaluationResults"]
    return dict(found)


def sources(result: dict[str, Any]) -> list[str]:
    """The ids of the policies whose statements matched."""
    return [each["SourcePolicyId"] for each in result["MatchedStatements"]]
