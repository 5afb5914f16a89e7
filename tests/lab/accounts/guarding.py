"""What the tests of an organization's policies act with."""

from __future__ import annotations

import json
from typing import Any

from tests.lab.acting import TRUST, allow, assume
from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
SECOND, THIRD = "111122223333", "444455556666"


def document(effect: str, action: str | list[str], **more: Any) -> str:
    """A document of one statement on everything."""
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def administrator(lab: Lab, account: str) -> Credentials:
    """A user of the account who may do everything its policies allow."""
    first = account == lab.accounts[0]
    iam = client(lab, "iam", lab.credentials("root" if first else f"root-{account}"))
    iam.create_user(UserName="boss")
    iam.put_user_policy(UserName="boss", PolicyName="All", PolicyDocument=allow(["*"]))
    key = iam.create_access_key(UserName="boss")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def role(lab: Lab, account: str, trusted: str, name: str = "Work") -> str:
    """A role of the account that may do everything and trusts an account."""
    iam = client(lab, "iam", lab.credentials(f"root-{account}"))
    trust = json.dumps(TRUST).replace(lab.accounts[0], trusted)
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=allow(["*"]))
    return str(arn)


def session(lab: Lab, caller: Credentials, role_arn: str, name: str) -> tuple[Credentials, str]:
    """A session and its user id, as aws:userid has it."""
    held = assume(lab, caller, role_arn, name)
    return held, str(client(lab, "sts", held).get_caller_identity()["UserId"])


class Guards:
    """The organization's policies, by short calls of its management account."""

    def __init__(self, lab: Lab) -> None:
        self.client: Any = client(lab, "organizations", lab.credentials("root"))
        self.root = str(self.client.list_roots()["Roots"][0]["Id"])

    def enable(self, kind: str) -> None:
        """Enable a policy type."""
        self.client.enable_policy_type(RootId=self.root, PolicyType=kind)

    def disable(self, kind: str) -> None:
        """Disable a policy type."""
        self.client.disable_policy_type(RootId=self.root, PolicyType=kind)

    def policy(self, name: str, content: str, kind: str = SCP) -> str:
        """A policy's id."""
        made = self.client.create_policy(Name=name, Description="-", Type=kind, Content=content)
        return str(made["Policy"]["PolicySummary"]["Id"])

    def on(self, target: str, kind: str = SCP) -> list[str]:
        """The ids of the policies attached to a target."""
        listed = self.client.list_policies_for_target(TargetId=target, Filter=kind)["Policies"]
        return [each["Id"] for each in listed]

    def attach(self, policy: str, target: str) -> None:
        """Attach a policy."""
        self.client.attach_policy(PolicyId=policy, TargetId=target)

    def detach(self, policy: str, target: str) -> None:
        """Detach a policy."""
        self.client.detach_policy(PolicyId=policy, TargetId=target)
