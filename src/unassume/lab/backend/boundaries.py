"""Permissions boundaries as IAM takes them: a managed policy that stands, one for each role or user.

moto keeps a role's, but neither asks whether the policy is there nor knows users' boundaries.
# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
The codes NoSuchEntity and DeleteConflict are documented. ASSUMPTION: their sentences; and that a boundary that does not
stand is taken away without an error, as moto does it for roles.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

import msgspec

from unassume.lab.accounts.aws_policies import bring
from unassume.lab.accounts.state import AccountView, bind_user
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal
from unassume.lab.wire.shapes import Answer, query_result

_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+")
_OF_USERS = frozenset({"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"})


def check_boundary(operation: Operation, account: str, view: AccountView) -> None:
    """A Refusal when the boundary is no policy that stands, or when a policy to be deleted is somebody's boundary."""
    if operation.name == "DeletePolicy":
        _check_unused(str(operation.parameters.get("PolicyArn")), view)
    arn = operation.parameters.get("PermissionsBoundary")
    if arn is None:
        return
    if not _ARN.fullmatch(str(arn)):
        message = f"Value ({arn}) for parameter PermissionsBoundary is invalid."
        raise Refusal(code="ValidationError", status=400, message=message)
    if str(arn) not in view.managed and not bring(account, str(arn)):
        message = f"Scope ARN: {arn} does not exist or is not attachable."
        raise Refusal(code="NoSuchEntity", status=404, message=message)


def user_bounded(operation: Operation, account: str, request: str) -> Answer | None:
    """The answer to a call that sets or takes away a user's boundary, done here; None for any other call."""
    if operation.name not in _OF_USERS:
        return None
    name = str(operation.parameters.get("UserName"))
    boundary = operation.parameters.get("PermissionsBoundary")
    if not bind_user(account, name, str(boundary) if operation.name.startswith("Put") else None):
        message = f"The user with name {name} cannot be found."
        raise Refusal(code="NoSuchEntity", status=404, message=message)
    return query_result("iam", operation.name, {}, request)


def bounded(operation: Operation, account: str, answer: Answer) -> Answer:
    """moto's answer, with the boundary that a user was to be made with."""
    boundary = operation.parameters.get("PermissionsBoundary")
    if operation.name != "CreateUser" or boundary is None or answer.status >= 400:
        return answer
    bind_user(account, str(operation.parameters.get("UserName")), str(boundary))
    inner = (
        "<PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>"
        f"<PermissionsBoundaryArn>{escape(str(boundary))}</PermissionsBoundaryArn>"
    )
    shown = f"<PermissionsBoundary>{inner}</PermissionsBoundary></User>".encode()
    return msgspec.structs.replace(answer, body=answer.body.replace(b"</User>", shown, 1))


def _check_unused(arn: str, view: AccountView) -> None:
    boundaries = (*(role.boundary for role in view.roles.values()), *(user.boundary for user in view.users.values()))
    if any(boundary and boundary[0] == arn for boundary in boundaries):
        message = "Cannot delete a policy that is used as a permissions boundary."
        raise Refusal(code="DeleteConflict", status=409, message=message)
