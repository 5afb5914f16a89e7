"""Chunked uploads of S3 (`aws-chunked`): the framing read, each chunk's and the trailer's signature proven.

# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

import msgspec

from unassume.lab.wire.bodies import incomplete
from unassume.lab.wire.claims import Signed
from unassume.lab.wire.refusals import Refusal, Why, not_implemented
from unassume.lab.wire.sigv4 import sign

_KINDS = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": (True, False),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": (True, True),
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": (False, True),
}
_HEAD = re.compile(rb"([0-9a-fA-F]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?")
_LINE = re.compile(r"([a-z0-9-]{1,100}):([\x20-\x7e]{0,1000})")
_SIGNATURE = "x-amz-trailer-signature"
_EMPTY = hashlib.sha256(b"").hexdigest()
# AWS: the error InvalidChunkSizeError, "Only the last chunk is allowed to have a size less than 8192 bytes".
_SMALLEST = 8192

Sign = Callable[[str], str]


class Unchunked(msgspec.Struct, frozen=True):
    """The plain body, and the headers of the trailer by lower-case name."""

    body: bytes
    trailer: dict[str, str]


def unchunk(body: bytes, kind: str, signed: Signed, secret: str) -> Unchunked:
    """The body behind a proven seed signature; a Refusal at the first chunk or trailer that is not right."""
    if kind not in _KINDS:
        raise not_implemented(f"uploads of the kind {kind[:60]}")
    is_signed, has_trailer = _KINDS[kind]
    previous = signed.signature
    pieces: list[bytes] = []
    at = 0
    while True:
        head, at = _line(body, at)
        size, given = _head(head, is_signed)
        data = body[at : at + size]
        if len(data) < size:
            raise incomplete()
        if is_signed:
            hashed = hashlib.sha256(data).hexdigest()
            text = _text("PAYLOAD", signed, previous, f"{_EMPTY}\n{hashed}")
            previous = _proven(given, sign(signed, secret, text))
        at += size
        if size == 0:
            break
        if body[at : at + 2] != b"\r\n":
            raise _malformed()
        at += 2
        pieces.append(data)
    if any(len(piece) < _SMALLEST for piece in pieces[:-1]):
        message = "Only the last chunk is allowed to have a size less than 8192 bytes"
        raise Refusal(code="InvalidChunkSizeError", status=403, message=message)
    lines = _trailer(body[at:])
    if lines and not has_trailer:
        raise _malformed()
    if is_signed and has_trailer:
        given = lines.pop(_SIGNATURE, "").encode()
        canonical = "".join(f"{name}:{value}\n" for name, value in lines.items())
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        _proven(given, sign(signed, secret, _text("TRAILER", signed, previous, hashed)))
    return Unchunked(b"".join(pieces), lines)


def _text(what: str, signed: Signed, previous: str, hashes: str) -> str:
    return f"AWS4-HMAC-SHA256-{what}\n{signed.stamp}\n{signed.scope}\n{previous}\n{hashes}"


def _proven(given: bytes, expected: str) -> str:
    if not hmac.compare_digest(given, expected.encode()):
        raise Refusal(Why.WRONG_SIGNATURE)
    return expected


def _line(body: bytes, at: int) -> tuple[bytes, int]:
    end = body.find(b"\r\n", at, at + 200)
    if end < 0:
        raise incomplete() if len(body) - at < 200 else _malformed()
    return body[at:end], end + 2


def _head(line: bytes, is_signed: bool) -> tuple[int, bytes]:
    match = _HEAD.fullmatch(line)
    if match is None or (match[2] is None) is is_signed:
        raise _malformed()
    return int(match[1], 16), match[2] or b""


def _trailer(rest: bytes) -> dict[str, str]:
    """The lines after the last chunk; clients end one with CRLF or, as AWS's own example does, LF and CRLF."""
    found: dict[str, str] = {}
    for line in rest[:20_000].decode("latin-1").replace("\r\n", "\n").split("\n"):
        match = _LINE.fullmatch(line)
        if line and (match is None or match[1] in found):
            raise _malformed()
        if match is not None:
            found[match[1]] = match[2].strip()
    if len(rest) > 20_000:
        raise _malformed()
    return found


def _malformed() -> Refusal:
    message = "The request contained trailing data that was not well-formed or did not conform to our published schema."
    return Refusal(code="MalformedTrailerError", status=400, message=message)
