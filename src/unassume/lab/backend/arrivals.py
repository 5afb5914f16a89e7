"""What comes into an account from outside its own IAM calls: AWS's managed policies, and accounts that are created."""

from __future__ import annotations

import json

from unassume.lab.accounts.aws_policies import bring
from unassume.lab.accounts.history import History
from unassume.lab.accounts.organization import ACCESS_ROLE, open_to_management
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.shapes import Answer


def bring_named(operation: Operation, account: str) -> None:
    """Have AWS's managed policy that an IAM call names in the account; hold the history's lock."""
    if operation.service != "iam":
        return
    for name in ("PolicyArn", "PermissionsBoundary"):
        arn = operation.parameters.get(name)
        if isinstance(arn, str):
            bring(account, arn)


def admit(operation: Operation, management: str, answer: Answer, history: History) -> None:
    """Make the role of an account that was just created usable, which moto writes outside of every history."""
    if (operation.service, operation.name) != ("organizations", "CreateAccount") or answer.status >= 400:
        return
    account = str(json.loads(answer.body)["CreateAccountStatus"]["AccountId"])
    with history.lock:
        open_to_management(account, str(operation.parameters.get("RoleName") or ACCESS_ROLE), management)
        history.note(account)
