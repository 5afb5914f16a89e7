"""Answers, and errors in the shape each family of AWS services gives them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, assert_never
from xml.sax.saxutils import escape

import msgspec

from unassume.lab.wire.refusals import QUERY_CODES, Family

XML = "text/xml"
S3_XML = "application/xml"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAMESPACES = {
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "cloudfront": "http://cloudfront.amazonaws.com/doc/2020-05-31/",
    "route53": "https://route53.amazonaws.com/doc/2013-04-01/",
}
# By the name they sign with: they once spoke the query protocol, and clients show the code it had.
# AWS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-api-responses.html
_QUERY_COMPATIBLE = frozenset({"sqs", "monitoring"})


class Answer(msgspec.Struct, frozen=True):
    """What goes back to the client; `headers` never hold Date, Content-Length or the request id."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()


class Entries(dict[str, str]):
    """A map, which the query protocol writes as entries with a key and a value."""


def request_id() -> str:
    """A new id for one request."""
    return str(uuid.uuid4())


def error(family: Family, service: str, code: str, status: int, message: str, request: str) -> Answer:
    """An error as services of that family write it."""
    match family:
        case Family.S3:
            inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            return _xml(status, f"<Error>{inner}<RequestId>{request}</RequestId><HostId>lab</HostId></Error>", S3_XML)
        case Family.S3_CONTROL:
            inner = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
            body = f"{inner}<RequestId>{request}</RequestId><HostId>lab</HostId>"
            return _xml(status, f"<ErrorResponse>{body}</ErrorResponse>")
        case Family.QUERY | Family.REST_XML:
            inner = f"<Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            space = f' xmlns="{NAMESPACES[service]}"' if service in NAMESPACES else ""
            body = f"<Error>{inner}</Error><RequestId>{request}</RequestId>"
            return _xml(status, f"<ErrorResponse{space}>{body}</ErrorResponse>")
        case Family.EC2:
            inner = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
            return _xml(status, f"<Response><Errors>{inner}</Errors><RequestID>{request}</RequestID></Response>")
        case Family.JSON:
            document = {"__type": code, "message": message, "Message": message}
            return _json(
                status, document, "application/x-amz-json-1.1", (("x-amzn-ErrorType", code), *_as_query(service, code))
            )
        case Family.REST_JSON:
            document = {"message": message, "Message": message}
            return _json(status, document, "application/json", (("x-amzn-ErrorType", code),))
        case Family.CBOR:
            packed = b"\xa2" + _cbor("__type") + _cbor(code) + _cbor("message") + _cbor(message)
            return Answer(
                status, packed, "application/cbor", (("smithy-protocol", "rpc-v2-cbor"), *_as_query(service, code))
            )
        case _:
            assert_never(family)


def query_result(service: str, operation: str, fields: Mapping[str, Any], request: str) -> Answer:
    """A successful answer of a query-protocol service."""
    result = f"<{operation}Result>{_elements(fields)}</{operation}Result>"
    meta = f"<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>"
    space = NAMESPACES[service]
    return _xml(200, f'<{operation}Response xmlns="{space}">{result}{meta}</{operation}Response>')


def json_result(document: Mapping[str, Any], content_type: str = "application/x-amz-json-1.1") -> Answer:
    """A successful answer of a JSON service."""
    return _json(200, document, content_type, ())


def _elements(value: Any) -> str:
    if isinstance(value, Entries):
        return "".join(f"<entry>{_elements({'key': k, 'value': v})}</entry>" for k, v in value.items())
    if isinstance(value, Mapping):
        return "".join(f"<{k}>{_elements(v)}</{k}>" for k, v in value.items() if v is not None)
    if isinstance(value, list | tuple):
        return "".join(f"<member>{_elements(item)}</member>" for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))


def _as_query(service: str, code: str) -> tuple[tuple[str, str], ...]:
    if service not in _QUERY_COMPATIBLE:
        return ()
    return (("x-amzn-query-error", f"{QUERY_CODES.get(code, code)};Sender"),)


def _xml(status: int, text: str, kind: str = XML) -> Answer:
    return Answer(status, ('<?xml version="1.0" encoding="UTF-8"?>\n' + _printable(text)).encode(), kind)


def _printable(text: str) -> str:
    """XML has no way to write control characters and half surrogates, which a hostile request may put into a name."""
    return _UNPRINTABLE.sub("?", text)


def _json(status: int, document: Mapping[str, Any], kind: str, headers: tuple[tuple[str, str], ...]) -> Answer:
    return Answer(status, json.dumps(document).encode(), kind, headers)


def _cbor(text: str) -> bytes:
    raw = text.encode()
    if len(raw) < 24:
        return bytes([0x60 + len(raw)]) + raw
    return b"\x79" + len(raw).to_bytes(2, "big") + raw
