"""Calls about resource policies that the lab answers itself, and what moto leaves wrong after those it answers."""

from __future__ import annotations

from unassume.lab.accounts.history import History
from unassume.lab.accounts.key_policies import give_default_policy
from unassume.lab.backend.function_permissions import permission_answer
from unassume.lab.backend.resource_policy_writes import read_resource_policy
from unassume.lab.backend.secret_policies import MESSAGE, is_public
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.shapes import Answer, json_result


def policy_answer(operation: Operation, account: str, region: str, history: History) -> Answer | None:
    """The lab's own answer, or None where moto answers; a Refusal as the service gives it."""
    if (operation.service, operation.name) == ("secretsmanager", "ValidateResourcePolicy"):
        return _validated(operation, history)
    return permission_answer(operation, account, region, history)


def settle_policy(operation: Operation, account: str) -> None:
    """Mend what moto made: the policy of a key's new replica."""
    if (operation.service, operation.name) == ("kms", "ReplicateKey"):
        name = str(operation.parameters.get("KeyId", "")).rpartition("/")[2]
        give_default_policy(account, str(operation.parameters.get("ReplicaRegion", "")), name)


def _validated(operation: Operation, history: History) -> Answer:
    policy = read_resource_policy("secretsmanager", str(operation.parameters.get("ResourcePolicy") or ""), history)
    errors = [{"CheckName": "BlockPublicPolicy", "ErrorMessage": MESSAGE}] if is_public(policy) else []
    return json_result({"PolicyValidationPassed": not errors, "ValidationErrors": errors})
