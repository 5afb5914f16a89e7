"""Lambda's AddPermission, RemovePermission and GetPolicy, answered by the lab: moto mixes up qualifiers and conditions.

AWS: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
AWS: https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
AWS: https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
ASSUMPTION: the sentences, but that of an invalid principal, seen 2023-02-22:
https://github.com/Pocket/terraform-modules/pull/1037
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from unassume.errors import InputError
from unassume.iam.documents import DocumentKind, parse
from unassume.lab.accounts.function_policies import FunctionPolicy, function_policy
from unassume.lab.accounts.history import History
from unassume.lab.backend.policy_principals import absent_principal
from unassume.lab.operations.lambda_functions import function_named
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal
from unassume.lab.wire.shapes import Answer

_MOST = 20_480
_ACCOUNT = re.compile(r"\d{12}")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_SID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ACTION = re.compile(r"lambda:(?:\*|[A-Za-z]+)|\*")
_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def permission_answer(operation: Operation, account: str, region: str, history: History) -> Answer | None:
    """The answer to a call about a function's policy; None for every other call, a Refusal where Lambda says no."""
    call = _CALLS.get(operation.name) if operation.service == "lambda" else None
    if call is None:
        return None
    given = operation.parameters
    arn, qualifier = function_named(given, account, region)
    if qualifier == "$LATEST":
        raise _invalid("We currently do not support adding policies for $LATEST.")
    found = function_policy(arn, qualifier)
    if found is None:
        raise _not_found(f"Function not found: {arn if qualifier is None else f'{arn}:{qualifier}'}")
    return call(found, given, history)


def _add(policy: FunctionPolicy, given: Mapping[str, Any], history: History) -> Answer:
    _check_revision(policy, given)
    sid = str(given.get("StatementId") or "")
    if any(each["Sid"] == sid for each in policy.statements):
        message = f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
        raise Refusal(code="ResourceConflictException", status=409, message=f"{message}existing statement.")
    statement = _statement(sid, given)
    _check_principal(statement, history)
    size = len(policy.text()) + len(json.dumps(statement))
    if size > _MOST:
        message = f"The final policy size ({size}) is bigger than the limit ({_MOST})."
        raise Refusal(code="PolicyLengthExceededException", status=400, message=message)
    return _json(201, {"Statement": json.dumps(policy.add(statement))})


def _remove(policy: FunctionPolicy, given: Mapping[str, Any], history: History) -> Answer:
    _check_revision(policy, given)
    sid = str(given.get("StatementId") or "")
    found = next((each for each in policy.statements if each["Sid"] == sid), None)
    if found is None:
        raise _not_found(f"Statement {sid} is not found in resource policy.")
    policy.remove(found)
    return Answer(204, b"", "application/json")


def _get(policy: FunctionPolicy, given: Mapping[str, Any], history: History) -> Answer:
    if not policy.statements:
        raise _not_found("The resource you requested does not exist.")
    return _json(200, {"Policy": policy.text(), "RevisionId": policy.revision})


_Call = Callable[[FunctionPolicy, Mapping[str, Any], History], Answer]
_CALLS: Mapping[str, _Call] = {"AddPermission": _add, "RemovePermission": _remove, "GetPolicy": _get}


def _statement(sid: str, given: Mapping[str, Any]) -> dict[str, Any]:
    action = str(given.get("Action") or "")
    if not _SID.fullmatch(sid) or not _ACTION.fullmatch(action):
        raise _invalid("The provided statement id or action was invalid. Please check your input and try again.")
    principal = _principal(str(given.get("Principal") or ""))
    conditions: dict[str, dict[str, str]] = {}
    for name, (operator, key) in _CONDITIONS.items():
        if given.get(name) is not None:
            value = given[name]
            text = str(value).lower() if isinstance(value, bool) else str(value)
            conditions.setdefault(operator, {})[key] = text
    made = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action}
    return {**made, "Condition": conditions} if conditions else made


def _principal(text: str) -> str | dict[str, str]:
    """A principal as the policy shows it: an account by its root user's ARN, a service and an ARN by their kind."""
    if text == "*":
        return text
    if _ACCOUNT.fullmatch(text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    if text.startswith("arn:"):
        return {"AWS": text}
    if _SERVICE.fullmatch(text):
        return {"Service": text}
    raise _no_principal()


def _check_principal(statement: Mapping[str, Any], history: History) -> None:
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    try:
        policy = parse(json.dumps(document), DocumentKind.RESOURCE)
    except InputError as problem:
        raise _no_principal() if "Principal" in problem.message else _invalid(problem.message) from None
    if absent_principal(policy, history) is not None:
        raise _no_principal()


def _check_revision(policy: FunctionPolicy, given: Mapping[str, Any]) -> None:
    if given.get("RevisionId") not in (None, "", policy.revision):
        message = (
            "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. Call the "
            "GetFunction or the GetAlias API to retrieve the latest RevisionId for your resource."
        )
        raise Refusal(code="PreconditionFailedException", status=412, message=message)


def _json(status: int, document: Mapping[str, Any]) -> Answer:
    return Answer(status, json.dumps(document).encode(), "application/json")


def _no_principal() -> Refusal:
    return _invalid("The provided principal was invalid. Please check the principal and try again.")


def _invalid(message: str) -> Refusal:
    return Refusal(code="InvalidParameterValueException", status=400, message=message)


def _not_found(message: str) -> Refusal:
    return Refusal(code="ResourceNotFoundException", status=404, message=message)
