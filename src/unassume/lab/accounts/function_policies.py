"""The policies of Lambda functions: the statements that AddPermission made, for a function and its qualifiers.

moto keeps a version's statements apart from the function's and finds them by neither; the lab keeps them all with the
function, each with the ARN it is for, and each qualifier shows its own.
moto's models are internals: `tests/lab/accounts/test_function_policies.py` holds every attribute used here.
"""

from __future__ import annotations

import json
import uuid
from typing import Any


class FunctionPolicy:
    """The statements of a function that stands; a change gives a new revision."""

    def __init__(self, latest: Any, arn: str, qualifier: str | None) -> None:
        self._kept = latest.policy
        self._arn = arn if qualifier is None else f"{arn}:{qualifier}"

    @property
    def revision(self) -> str:
        """What a conditional change names."""
        return str(self._kept.revision)

    @property
    def statements(self) -> list[dict[str, Any]]:
        """The statements for what the call names: the function alone, or that version or alias."""
        return [each for each in self._kept.statements if each["Resource"] == self._arn]

    def text(self) -> str:
        """The policy as GetPolicy shows it."""
        return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": self.statements})

    def add(self, statement: dict[str, Any]) -> dict[str, Any]:
        """Keep one more statement, with its resource."""
        made = {**statement, "Resource": self._arn}
        self._replace([*self._kept.statements, made])
        return made

    def remove(self, statement: dict[str, Any]) -> None:
        """Let go of a statement."""
        self._replace([each for each in self._kept.statements if each is not statement])

    def _replace(self, statements: list[dict[str, Any]]) -> None:
        # A new list: whoever judges at the same time reads the old one to its end.
        self._kept.statements = statements
        self._kept.revision = str(uuid.uuid4())


def function_policy(arn: str, qualifier: str | None = None) -> FunctionPolicy | None:
    """The policy of a function, by its ARN without a qualifier; None where it, its version or alias is not there."""
    held = _standing(arn)
    if held is None or (qualifier is not None and not _has(held, arn, qualifier)):
        return None
    return FunctionPolicy(held[0]._functions[held[1]]["latest"], arn, qualifier)


def function_policy_text(arn: str) -> str | None:
    """All statements of a function and its qualifiers, by any ARN of it; each says by its resource what it is for."""
    held = _standing(":".join(arn.split(":")[:7]))
    if held is None:
        return None
    statements = held[0]._functions[held[1]]["latest"].policy.statements
    if not statements:
        return None
    return json.dumps({"Version": "2012-10-17", "Statement": _with_single_sids(statements)})


def _with_single_sids(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A Sid stands once in a policy, but each qualifier has a policy of its own: a later one goes without."""
    seen: set[str] = set()
    found = []
    for each in statements:
        is_seen = each["Sid"] in seen
        seen.add(each["Sid"])
        found.append({name: value for name, value in each.items() if name != "Sid"} if is_seen else each)
    return found


def _standing(arn: str) -> tuple[Any, str] | None:
    from moto.awslambda.models import lambda_backends

    parts = arn.split(":")
    if len(parts) != 7 or parts[5] != "function":
        return None
    if parts[4] not in lambda_backends or parts[3] not in lambda_backends[parts[4]]:
        return None
    functions = lambda_backends[parts[4]][parts[3]]._lambdas
    return (functions, parts[6]) if parts[6] in functions._functions else None


def _has(held: tuple[Any, str], arn: str, qualifier: str) -> bool:
    functions, name = held
    versions = functions._functions[name]["versions"]
    aliases = functions._aliases.get(arn, {})
    return qualifier in aliases or any(str(each.version) == qualifier for each in versions)
