"""Signature Version 4, in the header or the query, verified with the client's own SignedHeaders.

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from functools import lru_cache
from urllib.parse import quote, unquote

from unassume.lab.wire.claims import ALGORITHM, S3_SERVICES, Signed, Style
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.presigned import SHA256, TOKEN, sent_parameter
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMING = "STREAMING-"
_EMPTY = hashlib.sha256(b"").hexdigest()


def verify(incoming: Incoming, signed: Signed, secret: str) -> str:
    """The payload line of the request, once its signature is that of this secret; a Refusal otherwise."""
    _check_headers(incoming, signed)
    if signed.stamp[:8] != signed.date:
        message = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
        raise Refusal(Why.WRONG_SIGNATURE, message)
    payload = payload_hash(incoming, signed)
    expected = signature(incoming, signed, secret, payload)
    if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
        raise Refusal(Why.WRONG_SIGNATURE)
    return payload


def _check_headers(incoming: Incoming, signed: Signed) -> None:
    unsigned = set(incoming.amz_headers()) - {name.replace("_", "-") for name in signed.headers}
    # A token beside a presigned request may have been added after signing; it is compared, so it needs no signature.
    unsigned -= {TOKEN} if signed.style is Style.QUERY else set()
    if unsigned:
        raise Refusal(Why.UNSIGNED_HEADERS)


def payload_hash(incoming: Incoming, signed: Signed) -> str:
    """The payload line of the canonical request; a Refusal when the body is not what the request says.

    ASSUMPTION: any service takes `UNSIGNED-PAYLOAD`; which ones do is not documented in one place.
    """
    claimed = _claimed_hash(incoming, signed)
    if claimed == UNSIGNED:
        return UNSIGNED
    if claimed is not None and claimed.startswith(STREAMING):
        if signed.service not in S3_SERVICES or signed.style is not Style.HEADER:
            raise not_implemented("chunked uploads by this service or way of signing")
        return claimed
    actual = hashlib.sha256(incoming.body).hexdigest() if incoming.body else _EMPTY
    if claimed is not None and not hmac.compare_digest(claimed.encode(), actual.encode()):
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise Refusal(code="XAmzContentSHA256Mismatch", status=400, message=message)
    return actual


def _claimed_hash(incoming: Incoming, signed: Signed) -> str | None:
    sent = incoming.sent_header(SHA256)
    if signed.style is Style.HEADER:
        return sent
    return sent_parameter(incoming, SHA256) or sent or (UNSIGNED if signed.service in S3_SERVICES else None)


def signature(incoming: Incoming, signed: Signed, secret: str, payload: str) -> str:
    """The hexadecimal signature of the request under the secret."""
    canonical = hashlib.sha256(canonical_request(incoming, signed, payload).encode()).hexdigest()
    return sign(signed, secret, f"{ALGORITHM}\n{signed.stamp}\n{signed.scope}\n{canonical}")


def sign(signed: Signed, secret: str, text: str) -> str:
    """The hexadecimal signature of a text with the key that secret, date, region and service give."""
    key = _key(secret, signed.date, signed.region, signed.service)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1024)
def _key(secret: str, date: str, region: str, service: str) -> bytes:
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def canonical_request(incoming: Incoming, signed: Signed, payload: str) -> str:
    """The text that is hashed and signed."""
    lines = "".join(f"{name}:{_trimmed(incoming.sent_header(name) or '')}\n" for name in signed.headers)
    path = canonical_path(incoming.raw_path, signed.service)
    query = canonical_query(incoming.raw_query, signed.style is Style.QUERY)
    return "\n".join((incoming.method, path, query, lines, ";".join(signed.headers), payload))


def canonical_path(raw: str, service: str) -> str:
    """S3 signs the path as sent; every other service a dot-normalised path, encoded once more."""
    if service in S3_SERVICES:
        return raw or "/"
    path = posixpath.normpath(raw or "/").replace("//", "/")
    if raw.endswith("/") and not path.endswith("/"):
        path += "/"
    return quote(path, safe="/-_.~")


def canonical_query(raw: str, is_presigned: bool = False) -> str:
    """The pairs decoded, encoded as RFC 3986 says, and sorted; without the signature that stands among them."""
    if not raw:
        return ""
    pairs = [part.partition("=")[::2] for part in raw.split("&") if part]
    encoded = sorted((quote(unquote(k), safe="-_.~"), quote(unquote(v), safe="-_.~")) for k, v in pairs)
    return "&".join(f"{k}={v}" for k, v in encoded if not (is_presigned and k.lower() == "x-amz-signature"))


def _trimmed(value: str) -> str:
    return re.sub(r" +", " ", value.strip())
