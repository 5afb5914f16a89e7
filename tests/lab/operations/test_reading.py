"""Parameters are read in one place each: a call that could be read otherwise elsewhere is refused, not judged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Held
from botocore.httpsession import URLLib3Session

from unassume.lab import Lab

_JSON = "application/x-amz-json-1.0"
_FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def lab() -> Any:
    with Lab(seed="bob-mary-keith") as opened:
        yield opened


def _send(lab: Lab, service: str, target: str, path: str, body: str, **headers: str) -> tuple[int, str]:
    """Status and body of a call that the administrator has signed."""
    held = lab.credentials("admin")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"X-Amz-Target": target} if target else {}
    request = AWSRequest("POST" if body or target else "GET", lab.endpoint_url + path, data=body, headers=named)
    SigV4Auth(Held(held.access_key_id, held.secret_access_key), service, "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    return answer.status_code, answer.text


_SCAN = "DynamoDB_20120810.Scan"
_ORDERS = json.dumps({"TableName": "orders"})


def test_a_plain_call_passes(lab: Lab) -> None:
    """What clients send is answered: the refusals below are of the change, not of the call."""
    assert _send(lab, "dynamodb", _SCAN, "/", _ORDERS, Content_Type=_JSON)[0] == 200
    assert _send(lab, "iam", "", "/?Action=GetUser&UserName=bob&Version=2010-05-08", "")[0] == 200
    form = "Action=GetUser&UserName=bob&Version=2010-05-08"
    assert _send(lab, "iam", "", "/", form, Content_Type=f"{_FORM}; charset=utf-8")[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/?TableName=other", _ORDERS, _JSON),
        ("/?TableName=other", _ORDERS, "text/plain"),
        ("/", _ORDERS, "text/plain"),
        ("/", '{"TableName": "orders", "TableName": "other"}', _JSON),
        ("/", '{"TableName": {"orders": 1}}', _JSON),
        ("/", '{"TableName": ["orders"]}', _JSON),
        ("/", '{"TableName": "orders", "tableName": "other"}', _JSON),
        ("/", '["orders"]', _JSON),
        ("/", "[" * 100_000, _JSON),
    ],
)
def test_a_json_call_says_everything_in_its_body(lab: Lab, path: str, body: str, kind: str) -> None:
    """Parameters elsewhere, said twice, of another kind or unknown to the model: 400 in the shape of the protocol."""
    status, text = _send(lab, "dynamodb", _SCAN, path, body, Content_Type=kind)
    assert status == 400
    assert json.loads(text)["__type"] in ("ValidationError", "SerializationException")


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/?Action=GetUser&UserName=bob", '{"UserName": "mary"}', "x/json"),
        ("/?Action=GetUser&UserName=bob", "UserName=mary", _FORM),
        ("/?UserName=bob", "Action=GetUser", _FORM),
        ("/", "Action=GetUser&UserName=bob&UserName=mary", _FORM),
        ("/", "Action=GetUser&UserName=bob&username=mary", _FORM),
        ("/", "Action=GetUser&UserName.member.1=bob", _FORM),
        ("/", "Action=TagUser&UserName=bob&Tags=x", _FORM),
        ("/", "Action=GetUser&UserName=bob", "multipart/form-data; boundary=x"),
    ],
)
def test_a_query_call_says_everything_in_one_place(lab: Lab, path: str, body: str, kind: str) -> None:
    """A body beside a query, a name said twice or unknown, a list where there is one value and the reverse: 400."""
    status, text = _send(lab, "iam", "", path, body, Content_Type=kind)
    assert status == 400
    assert "<ErrorResponse" in text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/2015-03-31/functions/f/versions", '{"FunctionName": "other"}'),
        ("/2015-03-31/functions/f/versions?FunctionName=other", "{}"),
        ("/2015-03-31/functions/f/versions?Description=x", "{}"),
        ("/2015-03-31/functions/f/versions", '{"Nonsense": 1}'),
    ],
)
def test_a_rest_call_says_each_thing_in_its_own_place(lab: Lab, path: str, body: str) -> None:
    """A member of the path in the body or the query, of the body in the query, or one the model has not: 400."""
    status, text = _send(lab, "lambda", "", path, body, Content_Type="application/json")
    assert status == 400, text


def test_a_compressed_body_is_not_read(lab: Lab) -> None:
    """moto would unpack what the gate has not seen."""
    status, _ = _send(lab, "dynamodb", _SCAN, "/", _ORDERS, Content_Type=_JSON, Content_Encoding="gzip")
    assert status == 501
