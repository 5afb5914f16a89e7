"""GetRole, GetRolePolicy and ListRolePolicies as they stood `read_delay` lab-seconds ago.

Answered here only while that differs from what moto holds; so a lab without delay shows moto's own answers.
"""

from __future__ import annotations

from urllib.parse import quote

from unassume.lab.accounts.history import History
from unassume.lab.accounts.state import RoleView
from unassume.lab.clock import iso
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal
from unassume.lab.wire.shapes import Answer, query_result

_LAGGING = frozenset({"GetRole", "GetRolePolicy", "ListRolePolicies"})


def lagging_read(operation: Operation, account: str, history: History, request: str) -> Answer | None:
    """The old answer, or None where it is the present one."""
    if operation.service != "iam" or operation.name not in _LAGGING:
        return None
    name = str(operation.parameters.get("RoleName"))
    old, new = history.readable(account).role_named(name), history.newest(account).role_named(name)
    if old == new:
        return None
    if old is None:
        raise _missing(f"The role with name {name} cannot be found.")
    return query_result("iam", operation.name, _fields(operation, old), request)


def _fields(operation: Operation, role: RoleView) -> dict[str, object]:
    match operation.name:
        case "GetRole":
            return {"Role": _role(role)}
        case "ListRolePolicies":
            return {"PolicyNames": [name for name, _ in role.inline], "IsTruncated": False}
        case _:
            name = str(operation.parameters.get("PolicyName"))
            text = dict(role.inline).get(name)
            if text is None:
                raise _missing(f"The role policy with name {name} cannot be found.")
            return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": quote(text, safe="")}


def _role(role: RoleView) -> dict[str, object]:
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": iso(role.created_at),
        "AssumeRolePolicyDocument": quote(role.trust, safe=""),
        "Description": role.description,
        "MaxSessionDuration": role.max_session,
        "Tags": [{"Key": key, "Value": value} for key, value in role.tags],
        **({"PermissionsBoundary": _bounded(role.boundary[0])} if role.boundary else {}),
    }


def _bounded(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


def _missing(message: str) -> Refusal:
    return Refusal(code="NoSuchEntity", status=404, message=message)
