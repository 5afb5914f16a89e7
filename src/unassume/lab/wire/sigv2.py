"""Signature Version 2 in the query of an S3 request: what boto3 and AWS CLI v1 presign with against an endpoint.

It signs neither the body nor every parameter. What it does not sign may be changed by whoever holds the URL, so of
those parameters only the ones that page a listing are let through.
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import unquote

from unassume.lab.wire.claims import Signed
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.presigned import TOKEN, sent_parameter
from unassume.lab.wire.refusals import Refusal, Why

# The page above names the first two lines; botocore signs the rest too, and its URLs work.
_SIGNED = frozenset({
    "acl", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "requestPayment", "uploadId",
    "uploads", "versionId", "versioning", "versions", "website", "torrent", "delete", "cors", "tagging", "restore",
    "accelerate", "defaultObjectAcl", "storageClass", "replication", "analytics", "metrics", "inventory", "select",
    "select-type", "object-lock", "response-content-type", "response-content-language", "response-expires",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
})  # fmt: skip
_PAGING = frozenset({
    "prefix", "delimiter", "marker", "max-keys", "list-type", "continuation-token", "start-after", "fetch-owner",
    "encoding-type", "key-marker", "version-id-marker", "upload-id-marker", "max-uploads", "max-parts",
    "part-number-marker",
})  # fmt: skip


def verify(incoming: Incoming, signed: Signed, secret: str) -> None:
    """A Refusal unless the signature is that of this request under this secret."""
    if any(name not in _SIGNED | _PAGING for name, _ in incoming.query):
        raise Refusal(Why.WRONG_SIGNATURE, "A parameter of the request is not one that Signature Version 2 signs")
    text = string_to_sign(incoming, signed)
    expected = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
        raise Refusal(Why.WRONG_SIGNATURE)


def string_to_sign(incoming: Incoming, signed: Signed) -> str:
    """The text that is signed."""
    expires = sent_parameter(incoming, "expires") or ""
    standard = [incoming.header(name) or "" for name in ("content-md5", "content-type")]
    names = {name for name, _ in incoming.sent_query if name.lower().startswith("x-amz-")}
    values = {name: incoming.header(name) or "" for name in incoming.amz_headers()}
    values |= {name.lower(): sent_parameter(incoming, name.lower()) or "" for name in names}
    token = values.get(TOKEN)
    values |= {TOKEN: token} if token else {}
    lines = [f"{name}:{value.strip()}" for name, value in sorted(values.items())]
    return "\n".join([incoming.method, *standard, expires, *lines, _resource(incoming)])


def _resource(incoming: Incoming) -> str:
    parts = [part.partition("=") for part in incoming.raw_query.split("&")]
    signed = sorted((name, mark, unquote(value)) for name, mark, value in parts if name in _SIGNED)
    query = "&".join(name + mark + value for name, mark, value in signed)
    return incoming.raw_path + (f"?{query}" if query else "")
