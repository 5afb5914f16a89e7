"""One code, status and shape per protocol and reason, as boto3's own parsers read them."""

from __future__ import annotations

from typing import Any

import botocore.parsers
import pytest

from unassume.lab.wire.refusals import CODES, Family, Refusal, Why
from unassume.lab.wire.shapes import error

_PARSERS = {
    Family.S3: ("rest-xml", "s3"),
    Family.S3_CONTROL: ("rest-xml", "s3"),
    Family.QUERY: ("query", "iam"),
    Family.REST_XML: ("rest-xml", "route53"),
    Family.EC2: ("ec2", "ec2"),
    Family.JSON: ("json", "dynamodb"),
    Family.REST_JSON: ("rest-json", "lambda"),
    Family.CBOR: ("smithy-rpc-v2-cbor", "codedeploy"),
}


def read(family: Family, service: str, why: Why) -> tuple[str, int, str]:
    """Code, status and message as botocore reads them."""
    code, status, message = Refusal(why).worded(family)
    answer = error(family, service, code, status, message, "request-id")
    headers = {name.lower(): value for name, value in answer.headers} | {"content-type": answer.content_type}
    response: dict[str, Any] = {"status_code": answer.status, "headers": headers, "body": answer.body}
    parser = botocore.parsers.create_parser(_PARSERS[family][0])
    found = parser.parse(response, None)
    return found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]["Message"]


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("why", list(Why))
def test_clients_read_what_the_table_says(family: Family, why: Why) -> None:
    """Every reason has a row in every family, and a client reads its code, status and message."""
    assert read(family, _PARSERS[family][1], why) == CODES[family][why]


@pytest.mark.parametrize("family", [Family.JSON, Family.CBOR])
def test_services_that_spoke_query(family: Family) -> None:
    """SQS and CloudWatch show the codes that they had in the query protocol."""
    service = "sqs" if family is Family.JSON else "monitoring"
    shown = {why: read(family, service, why)[0] for why in Why}
    assert shown == {why: CODES[Family.QUERY][why][0] for why in Why}


def test_control_characters_stay_readable() -> None:
    """A name with control characters in it does not break the XML of the refusal."""
    answer = error(Family.S3, "s3", "NoSuchKey", 404, "a\x00b\ud800", "request-id")
    assert b"a?b?" in answer.body
