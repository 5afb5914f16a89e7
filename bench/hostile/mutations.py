"""Ways to spoil a request; each takes a request and a source of chance and gives another request."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec.structs import replace

from bench.hostile.requests import Request

Mutation = Callable[[Request, Random], Request]
_TEXTS = (
    "", " ", "\t", "%", "%00", "%ff%fe", "%2e%2e%2f", "../../etc/passwd", "\x00", "\x7f", "\u00ff\u00fe",
    "'\"><script>", "${aws:username}", "*", "?", "-1", "0", "1e999", "NaN", "true", "null", "[]", "{}", "A" * 5000,
    "a,b;c=d", "=", "&&", "2026-13-45T99:99:99Z", "arn:aws:iam::123456789012:root", "x" * 70_000, "\u202e", "+",
    "%C0%AF", "0x10", "STREAMING-X",
)  # fmt: skip
_NAMES = (
    "x-amz-acl", "x-amz-copy-source", "x-amz-security-token", "x-amz-date", "x-amz-target", "x-amz-content-sha256",
    "x-amz-decoded-content-length", "x-amz-trailer", "content-type", "content-encoding", "content-length", "host",
    "authorization", "transfer-encoding", "expect", "range", "if-match", "x-moto-account-id", "x-amzn-query-mode",
    "smithy-protocol", "user-agent", "date", "content-md5", "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm",
    "x-unassume-lab-source-ip", "x-forwarded-for", "x-http-method-override", "accept", "origin", "x-amz-meta-a_b",
    "x-amz-tagging", "x-amz-bypass-governance-retention", "x-amz-server-side-encryption", "content-disposition",
)  # fmt: skip
_PARAMETERS = (
    "Action", "Version", "X-Amz-Signature", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Security-Token",
    "AWSAccessKeyId", "Signature", "Expires", "acl", "policy", "versionId", "uploadId", "partNumber", "list-type",
    "delete", "prefix", "max-keys", "encoding-type", "x-amz-acl", "x-amz-security-token", "response-content-type",
    "torrent", "select", "X-Amz-Algorithm", "X-Amz-SignedHeaders", "RoleArn", "Marker", "MaxItems", "attributes",
    "uploads", "restore",
)  # fmt: skip
_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "FOO", "")
_KINDS = (
    "application/json", "application/x-amz-json-1.1", "application/x-www-form-urlencoded", "text/xml", "text/plain",
    "application/cbor", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-7",
)  # fmt: skip
_BODIES = (
    b"", b"{", b"[]", b"null", b"{\"a\":" * 500, b"<", b"<a>" * 300, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    b"\x00" * 64, b"\xff\xfe\xfd", b"Action=ListUsers&Action=ListRoles", b"Action=", b"a=%zz", b"0\r\n\r\n",
    b"5\r\nhello\r\n", b"\xbf\xff", b"\x9f" * 100, b"--x\r\n\r\n--x--", b"1" * 100_000,
    b'{"TableName": 5, "Key": [], "QueueUrl": {}}',
)  # fmt: skip


def header_value(request: Request, chance: Random) -> Request:
    """Another value for a header that is there."""
    if not request.headers:
        return header_added(request, chance)
    at = chance.randrange(len(request.headers))
    name, value = request.headers[at]
    return replace(request, headers=(*request.headers[:at], (name, text(value, chance)), *request.headers[at + 1 :]))


def header_dropped(request: Request, chance: Random) -> Request:
    """One header fewer."""
    at = chance.randrange(len(request.headers) or 1)
    return replace(request, headers=request.headers[:at] + request.headers[at + 1 :])


def header_added(request: Request, chance: Random) -> Request:
    """A header more, perhaps one that is there already."""
    return replace(request, headers=(*request.headers, (chance.choice(_NAMES), chance.choice(_TEXTS))))


def kind(request: Request, chance: Random) -> Request:
    """Another content type."""
    return request.with_headers(content_type=chance.choice(_KINDS))


def method(request: Request, chance: Random) -> Request:
    """Another method."""
    return replace(request, method=chance.choice(_METHODS))


def path(request: Request, chance: Random) -> Request:
    """Another path."""
    old, mark, query = request.target.partition("?")
    return replace(request, target="/" + text(old, chance).lstrip("/").replace("?", "") + mark + query)


def parameter(request: Request, chance: Random) -> Request:
    """A parameter more in the query."""
    joint = "&" if "?" in request.target else "?"
    given = (
        f"{chance.choice(_PARAMETERS)}={chance.choice(_TEXTS)}" if chance.random() < 0.8 else chance.choice(_PARAMETERS)
    )
    return replace(request, target=f"{request.target}{joint}{given}")


def query(request: Request, chance: Random) -> Request:
    """The query spoilt, cut or doubled."""
    start, mark, old = request.target.partition("?")
    changed = chance.choice(
        (text(old, chance), old[: len(old) // 2], f"{old}&{old}", old.upper(), old.replace("=", ""))
    )
    return replace(request, target=start + mark + changed)


def body(request: Request, chance: Random) -> Request:
    """Another body."""
    return replace(request, body=chance.choice(_BODIES))


def body_bytes(request: Request, chance: Random) -> Request:
    """A byte changed, the end cut off, or more put behind it."""
    old = bytearray(request.body or b"x")
    at = chance.randrange(len(old))
    match chance.randrange(4):
        case 0:
            old[at] ^= 1 << chance.randrange(8)
        case 1:
            del old[at:]
        case 2:
            old += chance.choice(_BODIES)
        case _:
            old[at:at] = chance.choice(_TEXTS).encode("utf-8", "replace")
    return replace(request, body=bytes(old))


def length(request: Request, chance: Random) -> Request:
    """A Content-Length that is not true."""
    given = chance.choice(
        ("0", "-1", "abc", "99999999999999999999", "5368709121", str(len(request.body) + 1), "1_0", "+5", "")
    )
    return request.with_headers(content_length=given)


def chunked(request: Request, chance: Random) -> Request:
    """A body said to be chunked in one way or the other."""
    if chance.random() < 0.5:
        return request.with_headers(transfer_encoding="chunked")
    kinds = (
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-X",
        "UNSIGNED-PAYLOAD",
    )
    return request.with_headers(
        x_amz_content_sha256=chance.choice(kinds), x_amz_decoded_content_length=chance.choice("059x")
    )


def text(old: str, chance: Random) -> str:
    """A value spoilt a little or wholly."""
    at = chance.randrange(len(old) + 1)
    match chance.randrange(5):
        case 0:
            return chance.choice(_TEXTS)
        case 1:
            return old[:at]
        case 2:
            return old[:at] + chance.choice(_TEXTS[:24]) + old[at:]
        case 3:
            return old[:at] + chr(chance.randrange(1, 256)) + old[at + 1 :]
        case _:
            return old.swapcase()


ALL: tuple[Mutation, ...] = (header_value, header_dropped, header_added, kind, method, path, parameter, query, body,
                             body_bytes, length, chunked)  # fmt: skip
