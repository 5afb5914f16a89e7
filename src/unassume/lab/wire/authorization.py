"""Which way a request is signed, and what it claims: the one function that reads every way.

Authorization: AWS4-HMAC-SHA256 ...      -> SigV4 in the header, here
?X-Amz-Signature=...                     -> SigV4 in the query, any service (`presigned`)
?AWSAccessKeyId=..&Signature=..&Expires= -> SigV2 in the query, S3 only (`presigned`)
everything else                          -> refused, never passed
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

from unassume.lab.wire.claims import ALGORITHM, Signed, instant
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.presigned import is_marked_v2, is_marked_v4, read_v2, read_v4
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", ""})


def read_authorization(incoming: Incoming) -> Signed:
    """The claim of a request; a Refusal when it makes none, makes two, or cannot be read."""
    header = incoming.sent_header("authorization")
    names = [name for name, _ in incoming.sent_query]
    by_v4, by_v2 = is_marked_v4(names), is_marked_v2(names)
    if (header is not None) + by_v4 + by_v2 > 1:
        message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"  # noqa: E501  # S3's sentence in one piece
        raise Refusal(code="InvalidArgument", status=400, message=message)
    if by_v4:
        signed = read_v4(incoming)
    elif by_v2:
        signed = read_v2(incoming)
    elif header is not None:
        signed = _read_header(header, incoming)
    else:
        raise _unsigned(incoming)
    if signed.service == "s3" and incoming.host not in _HOSTS and not incoming.host.endswith(".amazonaws.com"):
        # moto would look for the bucket in the path: it and the gate must not read different ones.
        raise not_implemented("S3 buckets addressed by host name; address them by path")
    return signed


def _unsigned(incoming: Incoming) -> Refusal:
    if (incoming.sent_header("content-type") or "").startswith("multipart/form-data"):
        return not_implemented("browser-based uploads by POST")
    return Refusal(Why.UNSIGNED)


def _read_header(header: str, incoming: Incoming) -> Signed:
    match = re.fullmatch(rf"{ALGORITHM}[ \t]+(.+)", header.strip())
    if match is None:
        is_known = re.match(r"AWS |AWS[34]-", header.strip()) is not None
        raise Refusal(Why.MECHANISM if is_known else Why.MALFORMED)
    pairs = [part.strip().partition("=")[::2] for part in match[1].split(",")]
    parts = dict(pairs)
    scope = parts.get("Credential", "").split("/")
    names = parts.get("SignedHeaders", "")
    if len(pairs) != 3 or len(scope) != 5 or scope[4] != "aws4_request" or not all(scope) or not parts.get("Signature"):
        raise Refusal(Why.MALFORMED)
    if "host" not in names.split(";"):
        raise Refusal(Why.MALFORMED, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    stamp = _stamp(incoming)
    service = scope[3].lower()
    return Signed(scope[0], scope[1], scope[2], service, tuple(names.split(";")), parts["Signature"], stamp=stamp)


def _stamp(incoming: Incoming) -> str:
    """`x-amz-date`, else `Date`, in the form that is signed."""
    try:
        given = incoming.sent_header("x-amz-date")
        if given is None:
            date = parsedate_to_datetime(incoming.sent_header("date") or "")
            return f"{date.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        instant(given)
    except (ValueError, TypeError, OverflowError):
        message = "AWS authentication requires a valid Date or x-amz-date header"
        raise Refusal(Why.NO_DATE, message) from None
    return given
