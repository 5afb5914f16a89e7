"""The condition keys of a request: known, absent, or unknown.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.lab.operations.asking import ACCOUNT, request
from unassume.iam.conditions import look_up
from unassume.iam.principals import User
from unassume.iam.values import ABSENT, UNKNOWN, Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.access.context import context
from unassume.lab.operations.needed import Needed
from unassume.lab.wire.claims import Signed, Style

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_USER = User(
    partition="aws", account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/u", id="AIDA", name="u", tags={"A": "b"}
)


def _value(key: str, service: str = "s3", headers: dict[str, str] | None = None, **more: Any) -> Value:
    style = more.pop("style", Style.HEADER)
    signed = Signed("AKIA", "20260101", "eu-west-1", service, ("host",), "x", style)
    needed = Needed(f"{service}:GetObject", "arn:aws:s3:::b/k", {}, "210987654321")
    caller, incoming = Caller("AKIA", ACCOUNT, _USER), request(headers, **more)
    made = context(caller, incoming, "eu-west-1", _NOW, {}, needed=needed, signed=signed)
    return look_up(made, key)


_VPC = {"x-unassume-lab-source-vpc": "vpc-1", "x-unassume-lab-source-vpce": "vpce-1"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:sourceip", Known(("127.0.0.1",))),
        ("aws:sourcevpc", ABSENT),
        ("aws:securetransport", Known(("false",))),
        ("aws:requestedregion", Known(("eu-west-1",))),
        ("aws:principaltag/a", Known(("b",))),
        ("aws:principaltag/c", ABSENT),
        ("aws:resourceaccount", Known(("210987654321",))),
        ("aws:principalorgid", ABSENT),
        ("aws:calledvia", ABSENT),
        ("aws:viaawsservice", Known(("false",))),
        ("aws:multifactorauthpresent", ABSENT),
        ("s3:authtype", Known(("REST-HEADER",))),
        ("s3:signatureversion", Known(("AWS4-HMAC-SHA256",))),
        ("s3:buckettag/team", UNKNOWN),
        ("dynamodb:leadingkeys", ABSENT),
        ("saml:sub", ABSENT),
    ],
)
def test_keys(key: str, value: Value) -> None:
    """A key is what the request says, absent where AWS sets none, unknown where the lab cannot tell."""
    assert _value(key) == value


def test_an_endpoint_hides_the_address() -> None:
    """Through a VPC endpoint there is aws:VpcSourceIp, and aws:SourceIp is not there."""
    assert _value("aws:sourceip", headers=_VPC) is ABSENT
    assert _value("aws:vpcsourceip", headers=_VPC) == Known(("127.0.0.1",))
    assert _value("aws:sourcevpc", headers=_VPC) == Known(("vpc-1",))
    assert _value("aws:sourcevpce", headers=_VPC) == Known(("vpce-1",))


def test_global_services_and_tls() -> None:
    """A global service is in us-east-1 wherever it was signed for; TLS is what the wire says."""
    assert _value("aws:requestedregion", "iam") == Known(("us-east-1",))
    secure: dict[str, Any] = {"wsgi.url_scheme": "https"}
    assert _value("aws:securetransport", **secure) == Known(("true",))
    assert _value("s3:authtype", style=Style.QUERY_V2) == Known(("REST-QUERY-STRING",))


def test_lab_headers_stay_in_the_lab() -> None:
    """What moto is called with carries none of the lab's own headers."""
    assert not [key for key in request(_VPC, SERVER_NAME="h", SERVER_PORT="1").environ() if "UNASSUME" in key]
