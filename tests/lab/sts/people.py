"""What the tests of STS act with: users, roles, MFA devices and clients that do not sign."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from tests.lab.acting import allow
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client
from unassume.lab.clock import wall
from unassume.lab.sts.mfa import totp
from unassume.lab.trail.event import Event

DENY_ALL = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
GITHUB = "https://token.actions.githubusercontent.com"


def root(lab: Lab, service: str = "iam") -> Any:
    """A client of the account's root user."""
    return client(lab, service, lab.credentials("root"))


def user(lab: Lab, name: str, *documents: str) -> Credentials:
    """The long-term key of a new user with these policies."""
    iam = root(lab)
    iam.create_user(UserName=name)
    for number, document in enumerate(documents):
        iam.put_user_policy(UserName=name, PolicyName=f"P{number}", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def role(lab: Lab, name: str, trust: str, **more: Any) -> str:
    """The ARN of a new role that may do everything and trusts as given."""
    iam = root(lab)
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=allow(["*"]))
    return str(arn)


def trusting(principal: Any, actions: list[str], condition: Mapping[str, Any] | None = None) -> str:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    extra = {"Condition": condition} if condition else {}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | extra]})


def trusting_account(condition: Mapping[str, Any] | None = None, account: str = ACCOUNT) -> str:
    """A trust policy that delegates to an account."""
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    return trusting({"AWS": f"arn:aws:iam::{account}:root"}, actions, condition)


def device(lab: Lab, name: str) -> tuple[str, str]:
    """The serial number and the seed of a new virtual device that is enabled for the user."""
    iam = root(lab)
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    seed = made["Base32StringSeed"].decode()
    seed = seed if seed.isalnum() and seed.isupper() else base64.b64decode(seed).decode()
    codes = {"AuthenticationCode1": totp(seed, wall()), "AuthenticationCode2": totp(seed, wall())}
    iam.enable_mfa_device(UserName=name, SerialNumber=made["SerialNumber"], **codes)
    return str(made["SerialNumber"]), seed


def raw(lab: Lab, credentials: Credentials) -> Any:
    """An STS client that sends what it is told to, so that the lab has to refuse it."""
    return boto3.Session().client(
        "sts", region_name=lab.region, endpoint_url=lab.endpoint_url, aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key, aws_session_token=credentials.session_token,
        config=Config(parameter_validation=False, retries={"max_attempts": 0}, proxies={}),
    )  # fmt: skip


def unsigned(lab: Lab) -> Any:
    """An STS client without credentials, which sends what it is told to."""
    config = Config(signature_version=UNSIGNED, parameter_validation=False, retries={"max_attempts": 0}, proxies={})
    return boto3.Session().client("sts", region_name=lab.region, endpoint_url=lab.endpoint_url, config=config)


def given(answer: Mapping[str, Any]) -> Credentials:
    """The credentials of an answer of STS."""
    held = answer["Credentials"]
    return Credentials(held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"], held["Expiration"])


def last(lab: Lab, name: str) -> Event:
    """The latest event of that name."""
    return [event for event in lab.events() if event.name == name][-1]
