"""What IAM checks when a policy is written, and moto does not: the grammar as we judge it, and the quotas.

ASSUMPTION: AWS answers MalformedPolicyDocument to a policy variable in a Date operator; its documents only say that
variables do not work there. The lab refuses it so that a deny that could never be right is not accepted in silence.
# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.limits import LIMITS, measure
from unassume.lab.accounts.state import AccountView, Texts
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal, not_implemented

_DOCUMENTS = {
    "PutRolePolicy": ("PolicyDocument", DocumentKind.IDENTITY),
    "PutUserPolicy": ("PolicyDocument", DocumentKind.IDENTITY),
    "PutGroupPolicy": ("PolicyDocument", DocumentKind.IDENTITY),
    "CreatePolicy": ("PolicyDocument", DocumentKind.IDENTITY),
    "CreatePolicyVersion": ("PolicyDocument", DocumentKind.IDENTITY),
    "CreateRole": ("AssumeRolePolicyDocument", DocumentKind.TRUST),
    "UpdateAssumeRolePolicy": ("PolicyDocument", DocumentKind.TRUST),
}


def check_write(operation: Operation, view: AccountView) -> None:
    """A Refusal when IAM would not take the document, or when the lab could not judge what it would become."""
    if "PermissionsBoundary" in operation.parameters:
        raise not_implemented("permissions boundaries yet")
    if operation.name not in _DOCUMENTS:
        return
    parameter, kind = _DOCUMENTS[operation.name]
    text = str(operation.parameters.get(parameter, ""))
    try:
        parse(text, kind)
    except InputError as problem:
        raise Refusal(code="MalformedPolicyDocument", status=400, message=problem.message) from None
    _check_size(operation, text, kind, view)


def _check_size(operation: Operation, text: str, kind: DocumentKind, view: AccountView) -> None:
    given = operation.parameters
    match operation.name:
        case "PutRolePolicy":
            role = view.role_named(str(given.get("RoleName")))
            _within("role", text, role.inline if role else (), operation, f"role {given.get('RoleName')}")
        case "PutUserPolicy":
            name = str(given.get("UserName"))
            user = next((user for user in view.users.values() if user.name == name), None)
            own = tuple(each for each in user.inline if "/" not in each[0]) if user else ()
            _within("user", text, own, operation, f"user {name}")
        case "PutGroupPolicy":
            _within("group", text, (), operation, f"group {given.get('GroupName')}")
        case _ if kind is DocumentKind.TRUST:
            if measure(text) > LIMITS["trust"]:
                raise _exceeded(f"Cannot exceed quota for ACLSizePerRole: {LIMITS['trust']}")
        case _:
            if measure(text) > LIMITS["managed"]:
                raise _exceeded(f"Cannot exceed quota for PolicySize: {LIMITS['managed']}")


def _within(quota: str, text: str, standing: Texts, operation: Operation, whose: str) -> None:
    others = sum(measure(document) for name, document in standing if name != operation.parameters.get("PolicyName"))
    if others + measure(text) > LIMITS[quota]:
        raise _exceeded(f"Maximum policy size of {LIMITS[quota]} bytes exceeded for {whose}")


def _exceeded(message: str) -> Refusal:
    return Refusal(code="LimitExceeded", status=409, message=message)
