"""Signature Version 4 in the Authorization header, verified with the client's own SignedHeaders.

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote

import msgspec

from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
_PRESIGNED = ("X-Amz-Algorithm", "X-Amz-Signature", "AWSAccessKeyId")


class Signed(msgspec.Struct, frozen=True):
    """What an Authorization header claims."""

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        """The credential scope without the key id."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def header(self) -> str:
        """The claim written anew, in the one order moto reads."""
        names = ";".join(self.headers)
        credential = f"Credential={self.key_id}/{self.scope}"
        return f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={self.signature}"


def read_authorization(incoming: Incoming) -> Signed:
    """The claim of the header; a Refusal when it is absent, presigned or cannot be read."""
    header = incoming.header("authorization")
    if header is None:
        if any(name in _PRESIGNED for name, _ in incoming.query):
            raise not_implemented("presigned URLs yet")
        raise Refusal(Why.UNSIGNED)
    match = re.fullmatch(rf"{_ALGORITHM}\s+(.+)", header.strip())
    parts = dict(p.strip().partition("=")[::2] for p in match[1].split(",")) if match else {}
    scope = parts.get("Credential", "").split("/")
    names = parts.get("SignedHeaders", "")
    if len(scope) != 5 or scope[4] != "aws4_request" or not all(scope) or not parts.get("Signature"):
        raise Refusal(Why.MALFORMED)
    if "host" not in names.split(";"):
        raise Refusal(Why.MALFORMED, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    return Signed(scope[0], scope[1], scope[2], scope[3].lower(), tuple(names.split(";")), parts["Signature"])


def signed_at(incoming: Incoming, signed: Signed) -> datetime:
    """The instant the client says it signed at."""
    try:
        stamp = datetime.strptime(incoming.header("x-amz-date") or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(Why.MALFORMED) from None
    if f"{stamp:%Y%m%d}" != signed.date:
        raise Refusal(Why.WRONG_SIGNATURE)
    return stamp


def verify(incoming: Incoming, signed: Signed, secret: str) -> None:
    """A Refusal unless the signature is that of this request under this secret."""
    unsigned = set(incoming.amz_headers()) - {name.replace("_", "-") for name in signed.headers}
    if unsigned:
        raise Refusal(Why.WRONG_SIGNATURE, "There were headers present in the request which were not signed")
    expected = signature(incoming, signed, secret, payload_hash(incoming))
    if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
        raise Refusal(Why.WRONG_SIGNATURE)


def payload_hash(incoming: Incoming) -> str:
    """The payload line of the canonical request; a Refusal when the body is not what the header says."""
    claimed = incoming.header("x-amz-content-sha256")
    if claimed in _UNSIGNED:
        return str(claimed)
    if claimed is not None and claimed.startswith("STREAMING-"):
        raise not_implemented("signed chunks yet")
    actual = hashlib.sha256(incoming.body).hexdigest()
    if claimed is not None and not hmac.compare_digest(claimed.encode(), actual.encode()):
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise Refusal(code="XAmzContentSHA256Mismatch", status=400, message=message)
    return actual


def signature(incoming: Incoming, signed: Signed, secret: str, payload: str) -> str:
    """The hexadecimal signature of the request under the secret."""
    canonical = hashlib.sha256(canonical_request(incoming, signed, payload).encode()).hexdigest()
    stamp = incoming.header("x-amz-date") or ""
    text = f"{_ALGORITHM}\n{stamp}\n{signed.scope}\n{canonical}"
    key = ("AWS4" + secret).encode()
    for part in (signed.date, signed.region, signed.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def canonical_request(incoming: Incoming, signed: Signed, payload: str) -> str:
    """The text that is hashed and signed."""
    lines = "".join(f"{name}:{_trimmed(incoming.header(name) or '')}\n" for name in signed.headers)
    path = canonical_path(incoming.raw_path, signed.service)
    return "\n".join(
        (incoming.method, path, canonical_query(incoming.raw_query), lines, ";".join(signed.headers), payload)
    )


def canonical_path(raw: str, service: str) -> str:
    """S3 signs the path as sent; every other service a dot-normalised path, encoded once more."""
    if service in ("s3", "s3-object-lambda", "s3express"):
        return raw or "/"
    path = posixpath.normpath(raw or "/").replace("//", "/")
    if raw.endswith("/") and not path.endswith("/"):
        path += "/"
    return quote(path, safe="/-_.~")


def canonical_query(raw: str) -> str:
    """The pairs decoded, encoded as RFC 3986 says, and sorted."""
    pairs = [part.partition("=")[::2] for part in raw.split("&") if part]
    encoded = sorted((quote(unquote(k), safe="-_.~"), quote(unquote(v), safe="-_.~")) for k, v in pairs)
    return "&".join(f"{k}={v}" for k, v in encoded)


def _trimmed(value: str) -> str:
    return re.sub(r" +", " ", value.strip())
