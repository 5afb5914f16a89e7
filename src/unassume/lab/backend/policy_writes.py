"""What IAM checks when it is written, and moto does not: parameters, names, quotas, and the grammar as we judge it.

ASSUMPTION: AWS answers MalformedPolicyDocument to a policy variable in a Date operator; its documents only say that
variables do not work there. The lab refuses it so that a deny that could never be right is not accepted in silence.
"""

from __future__ import annotations

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.lab.accounts.state import AccountView
from unassume.lab.backend.names import check_parameters, check_unique
from unassume.lab.backend.quotas import check_count, check_inline, check_size
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal

_INLINE = {"PutRolePolicy": "role", "PutUserPolicy": "user", "PutGroupPolicy": "group"}
_DOCUMENTS = {
    **dict.fromkeys(_INLINE, ("PolicyDocument", DocumentKind.IDENTITY)),
    "CreatePolicy": ("PolicyDocument", DocumentKind.IDENTITY),
    "CreatePolicyVersion": ("PolicyDocument", DocumentKind.IDENTITY),
    "CreateRole": ("AssumeRolePolicyDocument", DocumentKind.TRUST),
    "UpdateAssumeRolePolicy": ("PolicyDocument", DocumentKind.TRUST),
}


def check_write(operation: Operation, view: AccountView) -> None:
    """A Refusal when IAM would not take the write, or when the lab could not judge what it would become."""
    check_parameters(operation)
    check_unique(operation, view)
    check_count(operation, view)
    if operation.name not in _DOCUMENTS:
        return
    parameter, kind = _DOCUMENTS[operation.name]
    text = str(operation.parameters.get(parameter, ""))
    try:
        parse(text, kind)
    except InputError as problem:
        raise Refusal(code="MalformedPolicyDocument", status=400, message=problem.message) from None
    if operation.name in _INLINE:
        check_inline(_INLINE[operation.name], text, operation, view)
    else:
        check_size("trust" if kind is DocumentKind.TRUST else "managed", text)
