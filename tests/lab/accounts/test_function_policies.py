"""Policies of Lambda functions over HTTP: what AddPermission lets in, for which qualifier, and how it goes again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.accounts.guarding import administrator
from tests.lab.acting import TRUST, answer_of, code_of
from unassume.lab import ACCOUNT, Credentials, Lab
from unassume.lab.clients import client

_ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(seed=None) as opened:
        yield opened


@pytest.fixture(scope="module")
def boss(lab: Lab) -> Credentials:
    return administrator(lab, ACCOUNT)


@pytest.fixture(scope="module")
def functions(lab: Lab, boss: Credentials) -> Any:
    """A client of the administrator; a function `f` stands, with version 1 and the alias `live`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m.py", "def h(event, context): return 1")
    iam = client(lab, "iam", boss)
    role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    made = client(lab, "lambda", boss)
    code = {"ZipFile": packed.getvalue()}
    made.create_function(FunctionName="f", Runtime="python3.12", Role=role, Handler="m.h", Code=code, Publish=True)
    made.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    return made


def bare(lab: Lab, boss: Credentials, name: str) -> tuple[Any, str]:
    iam = client(lab, "iam", boss)
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(lab, "lambda", Credentials(key["AccessKeyId"], key["SecretAccessKey"])), str(arn)


def permit(functions: Any, sid: str, principal: str, action: str = "lambda:InvokeFunction", **more: Any) -> Any:
    given = {"FunctionName": "f", "StatementId": sid, "Principal": principal, "Action": action, **more}
    return functions.add_permission(**given)


def test_a_permission_lets_a_bare_user_in(lab: Lab, boss: Credentials, functions: Any) -> None:
    """A user named by its ARN gets the action permitted and no other, until the permission goes."""
    asking, arn = bare(lab, boss, "reader")
    assert code_of(asking.get_function, FunctionName="f") == "AccessDeniedException"
    permit(functions, "reader", arn, "lambda:GetFunction")
    assert code_of(asking.get_function, FunctionName="f") == "OK"
    assert code_of(asking.delete_function, FunctionName="f") == "AccessDeniedException"
    functions.remove_permission(FunctionName="f", StatementId="reader")
    assert code_of(asking.get_function, FunctionName="f") == "AccessDeniedException"


def test_qualifiers(lab: Lab, boss: Credentials, functions: Any) -> None:
    """A permission for an alias covers a call on the alias alone; an allowed call runs into the missing containers."""
    asking, arn = bare(lab, boss, "caller")
    permit(functions, "caller", arn, Qualifier="live")
    assert code_of(asking.invoke, FunctionName="f", Qualifier="live") == "NotImplemented"
    assert code_of(asking.invoke, FunctionName="f:live") == "NotImplemented"
    for named in ("f", "f:1"):
        assert code_of(asking.invoke, FunctionName=named) == "AccessDeniedException"
    shown = json.loads(functions.get_policy(FunctionName="f", Qualifier="live")["Policy"])["Statement"]
    assert [each["Resource"] for each in shown] == [f"{_ARN}:live"]
    assert code_of(functions.get_policy, FunctionName="f", Qualifier="1") == "ResourceNotFoundException"
    assert code_of(functions.remove_permission, FunctionName="f", StatementId="caller") == "ResourceNotFoundException"
    functions.remove_permission(FunctionName="f", StatementId="caller", Qualifier="live")
    assert code_of(asking.invoke, FunctionName="f:live") == "AccessDeniedException"


def test_an_account_is_delegated_to_only(lab: Lab, boss: Credentials, functions: Any) -> None:
    """A permission for the account lets nobody in whom IAM does not."""
    asking, _ = bare(lab, boss, "nobody")
    permit(functions, "account", ACCOUNT, "lambda:GetFunction")
    assert code_of(asking.get_function, FunctionName="f") == "AccessDeniedException"
    functions.remove_permission(FunctionName="f", StatementId="account")


def test_what_a_statement_holds(functions: Any) -> None:
    """Principals and every condition are written as AWS shows them, none of them lost, and none lets a caller in."""
    more = {"SourceArn": "arn:aws:s3:::b", "SourceAccount": ACCOUNT, "PrincipalOrgID": "o-abcdefghij"}
    made = json.loads(permit(functions, "many", "s3.amazonaws.com", **more)["Statement"])
    assert made == {
        "Sid": "many", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": _ARN,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"},
            "StringEquals": {"AWS:SourceAccount": ACCOUNT, "aws:PrincipalOrgID": "o-abcdefghij"},
        },
    }  # fmt: skip
    assert json.loads(functions.get_policy(FunctionName=_ARN)["Policy"])["Statement"] == [made]
    root = json.loads(permit(functions, "root", ACCOUNT)["Statement"])["Principal"]
    assert root == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    for sid in ("many", "root"):
        functions.remove_permission(FunctionName="f", StatementId=sid)


def test_a_url_condition_does_not_hold_of_direct_calls(lab: Lab, boss: Credentials, functions: Any) -> None:
    """A permission under an authorization type of function URLs gives a direct caller nothing."""
    asking, arn = bare(lab, boss, "browser")
    permit(functions, "url", arn, "lambda:*")
    assert code_of(asking.get_function, FunctionName="f") == "OK"
    functions.remove_permission(FunctionName="f", StatementId="url")
    permit(functions, "url", arn, "lambda:*", FunctionUrlAuthType="AWS_IAM")
    assert code_of(asking.get_function, FunctionName="f") == "AccessDeniedException"
    assert code_of(asking.invoke, FunctionName="f") == "AccessDeniedException"
    functions.remove_permission(FunctionName="f", StatementId="url")


def test_what_lambda_refuses(functions: Any) -> None:
    """A second statement of that id, a principal that is none or is not there, a wrong revision, a missing function."""
    permit(functions, "once", ACCOUNT)
    cases = [
        ({"StatementId": "once"}, "ResourceConflictException", 409),
        ({"Principal": "amazonaws"}, "InvalidParameterValueException", 400),
        ({"Principal": f"arn:aws:iam::{ACCOUNT}:role/gone"}, "InvalidParameterValueException", 400),
        ({"RevisionId": "old"}, "PreconditionFailedException", 412),
        ({"FunctionName": "missing"}, "ResourceNotFoundException", 404),
        ({"Qualifier": "7"}, "ResourceNotFoundException", 404),
    ]
    for change, code, status in cases:
        given = {"FunctionName": "f", "StatementId": "x", "Principal": ACCOUNT, "Action": "lambda:*", **change}
        assert answer_of(functions.add_permission, **given)[:2] == (code, status)
    assert len(json.loads(functions.get_policy(FunctionName="f")["Policy"])["Statement"]) == 1
    functions.remove_permission(FunctionName="f", StatementId="once")
    assert code_of(functions.get_policy, FunctionName="f") == "ResourceNotFoundException"
