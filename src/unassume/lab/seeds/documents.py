"""The policy documents seeds are written with."""

from __future__ import annotations

import json
from typing import Any


def arn(account: str, what: str) -> str:
    """The ARN of something in the account's IAM, such as `role/DataAnalyst`."""
    return f"arn:aws:iam::{account}:{what}"


def trust(principal: str) -> dict[str, Any]:
    """A trust policy for one principal, with tags and source identity."""
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions}
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    """A statement that allows."""
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def text(document: dict[str, Any]) -> str:
    """The document as it is sent."""
    return json.dumps(document)
