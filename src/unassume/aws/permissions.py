"""The Permissions port: what our own credentials may do, by IAM's policy simulator, else by harmless reads.

AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
Rule 1: nothing is written to find out whether it may be written.
Rule 2: the simulator sees policies of users and roles, not the policy of a session: what it allows may still be
refused to a session that carries one (ASSUMPTION: for nothing says whether ours does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from unassume.aws.connection import Connection
from unassume.aws.refusals import DENIED, asking, code_of
from unassume.errors import AccessError, InputError

_READ_POLICY = "ReadOnlyAccess"


class AwsPermissions:
    """Permissions of the credentials of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._may_simulate = True

    def ends_at(self) -> datetime | None:
        """When botocore is to renew or drop the credentials; None for keys that last, and where it does not know."""
        with asking("credentials"):
            found: object = getattr(self._connection.session.get_credentials(), "_expiry_time", None)
        return found.astimezone(UTC) if isinstance(found, datetime) else None

    def allowed(self, actions: Sequence[str], resource: str) -> Mapping[str, bool]:
        """What the simulator says, or reads show; root may all that no SCP takes, which the simulator does not say."""
        arn = self._connection.identity()["Arn"]
        iam = self._connection.client("iam")
        source = _entity(iam, arn)
        if source is not None and self._may_simulate:
            try:
                return _simulated(iam, source, actions, resource)
            except (AccessError, InputError) as error:
                if error.facts.get("code") not in DENIED:
                    raise
                self._may_simulate = False
        return _by_reads(iam, actions, resource)


def _entity(iam: Any, arn: str) -> str | None:
    """The user or role whose policies the caller has; None for root and for federated users.

    A session's ARN leaves out the path of its role; where the role may not be read, the path is taken to be `/`.
    """
    head, _, name = arn.rpartition(":")
    kind, _, rest = name.partition("/")
    if kind == "user":
        return arn
    if kind != "assumed-role":
        return None
    role = rest.partition("/")[0]
    try:
        with asking("iam:GetRole"):
            return str(iam.get_role(RoleName=role)["Role"]["Arn"])
    except (AccessError, InputError):
        return f"{head.replace(':sts:', ':iam:')}:role/{role}"


def _simulated(iam: Any, source: str, actions: Sequence[str], resource: str) -> dict[str, bool]:
    """One answer for each action; none where a key that the simulator was not given may be what denies."""
    account = source.partition(":iam::")[2].partition(":")[0]
    own = f"{source.partition(':iam::')[0]}:iam::{account}:policy/Unassume-doctor"
    entry = {"ContextKeyName": "iam:PolicyARN", "ContextKeyType": "string", "ContextKeyValues": [own]}
    with asking("iam:SimulatePrincipalPolicy"):
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=source, ActionNames=list(actions), ResourceArns=[resource], ContextEntries=[entry]
        )
        found = [result for page in pages for result in page["EvaluationResults"]]
    answers = {result["EvalActionName"]: result for result in found}
    return {
        action: answer["EvalDecision"] == "allowed"
        for action in actions
        if (answer := answers.get(action)) and not _is_open(answer)
    }


def _is_open(answer: Mapping[str, Any]) -> bool:
    return answer["EvalDecision"] != "allowed" and bool(answer.get("MissingContextValues"))


def _by_reads(iam: Any, actions: Sequence[str], resource: str) -> dict[str, bool]:
    """The reads among the actions, made; that there is no such thing is an answer, and so it was allowed."""
    name, partition = resource.rpartition("/")[2], resource.split(":")[1] if ":" in resource else "aws"
    managed = f"arn:{partition}:iam::aws:policy/{_READ_POLICY}"
    reads: dict[str, Callable[[], object]] = {
        "iam:GetRole": lambda: iam.get_role(RoleName=name),
        "iam:ListRolePolicies": lambda: iam.list_role_policies(RoleName=name, MaxItems=1),
        "iam:GetRolePolicy": lambda: iam.get_role_policy(RoleName=name, PolicyName="Unassume-doctor"),
        "iam:ListAttachedRolePolicies": lambda: iam.list_attached_role_policies(RoleName=name, MaxItems=1),
        "iam:GetPolicy": lambda: iam.get_policy(PolicyArn=managed),
        "iam:GetPolicyVersion": lambda: iam.get_policy_version(PolicyArn=managed, VersionId="v1"),
        "iam:GetAccountAuthorizationDetails": lambda: iam.get_account_authorization_details(MaxItems=1),
    }
    asked = {action: _answers(reads[action], action) for action in actions if action in reads}
    return {action: answer for action, answer in asked.items() if answer is not None}


def _answers(read: Callable[[], object], action: str) -> bool | None:
    from botocore.exceptions import ClientError

    try:
        with asking(action):
            try:
                read()
            except ClientError as error:
                if code_of(error) != "NoSuchEntity":
                    raise
    except (AccessError, InputError) as error:
        return False if error.facts.get("code") in DENIED else None
    return True
