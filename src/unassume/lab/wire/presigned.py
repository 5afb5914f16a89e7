"""Requests signed in their query: what they claim, and what of the query is then set aside.

# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
# AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from unassume.lab.wire.claims import ALGORITHM, S3_SERVICES, Signed, Style, instant
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, Why, ambiguous

WEEK = 604_800
TOKEN = "x-amz-security-token"
SHA256 = "x-amz-content-sha256"
REGION_OF_SIGV2 = "us-east-1"
"""ASSUMPTION: a SigV2 request names no region; one to the lab's endpoint arrives in the lab's own."""

_REQUIRED = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signedheaders", "x-amz-signature")
_V4 = frozenset({*_REQUIRED, "x-amz-expires", TOKEN, SHA256})
_V2 = frozenset({"AWSAccessKeyId", "Signature", "Expires", TOKEN})
_V2_HEADERS = ("content-md5", "content-type")
_DEFAULT_LIFE = 900
# STS takes a presigned GetCallerIdentity for 15 minutes whatever X-Amz-Expires says: so write the authors of
# aws-iam-authenticator, whose tokens of `X-Amz-Expires=60` live 15 minutes.
_FIXED_LIFE = {"sts": 900}
_NAME = re.compile(r"[a-z0-9-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_marked_v4(names: Sequence[str]) -> bool:
    """Whether the query claims a SigV4 signature."""
    return any(name.lower() in ("x-amz-algorithm", "x-amz-signature", "x-amz-credential") for name in names)


def is_marked_v2(names: Sequence[str]) -> bool:
    """Whether the query claims a SigV2 signature."""
    return "AWSAccessKeyId" in names or ("Signature" in names and "Expires" in names)


def read_v4(incoming: Incoming) -> Signed:
    """The claim of a request presigned with SigV4; its parameters are set aside."""
    given = _given(incoming, {name for name, _ in incoming.sent_query if name.lower() in _V4})
    if not all(given.get(name) for name in _REQUIRED):
        raise _malformed(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
    if given["x-amz-algorithm"] != ALGORITHM:
        is_other = given["x-amz-algorithm"].startswith("AWS4-ECDSA")
        raise Refusal(Why.MECHANISM) if is_other else _malformed(f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    scope = given["x-amz-credential"].split("/")
    names = tuple(given["x-amz-signedheaders"].split(";"))
    if len(scope) != 5 or scope[4] != "aws4_request" or not all(scope) or "host" not in names:
        raise _malformed("Error parsing the X-Amz-Credential or X-Amz-SignedHeaders parameter")
    key_id, date, region, service = scope[0], scope[1], scope[2], scope[3].lower()
    stamp = given["x-amz-date"]
    try:
        ends = instant(stamp) + timedelta(seconds=_life(given.get("x-amz-expires"), service))
    except (ValueError, OverflowError):
        raise _malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"") from None
    _set_aside(incoming, frozenset(n for n, _ in incoming.sent_query if n.lower() in _V4), service)
    return Signed(key_id, date, region, service, names, given["x-amz-signature"], Style.QUERY, stamp, ends)


def read_v2(incoming: Incoming) -> Signed:
    """The claim of an S3 request presigned with SigV2; its parameters are set aside."""
    names = {name for name, _ in incoming.sent_query}
    if names & {"SignatureVersion", "SignatureMethod"}:
        raise Refusal(Why.MECHANISM)
    given = _given(incoming, names & _V2)
    expires = given.get("expires", "")
    if not (given.get("awsaccesskeyid") and given.get("signature") and expires):
        message = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise Refusal(Why.UNSIGNED, message)
    if not re.fullmatch(r"[0-9]{1,11}", expires):
        raise Refusal(Why.UNSIGNED, "Invalid date (should be seconds since epoch)")
    _set_aside(incoming, _V2, "s3")
    ends = datetime.fromtimestamp(int(expires), UTC)
    key_id, region, signature = given["awsaccesskeyid"], REGION_OF_SIGV2, given["signature"]
    # The date is only for the header that moto reads.
    return Signed(key_id, f"{ends:%Y%m%d}", region, "s3", ("host",), signature, Style.QUERY_V2, "", ends)


def sent_parameter(incoming: Incoming, name: str) -> str | None:
    """One of the parameters that sign, by its lower-case name, or None."""
    return next((value for sent, value in incoming.sent_query if sent.lower() == name), None)


def _given(incoming: Incoming, names: set[str]) -> dict[str, str]:
    found = [(name.lower(), value) for name, value in incoming.sent_query if name in names]
    if len({name for name, _ in found}) < len(found):
        raise _malformed("A parameter that signs the request stands in it more than once.")
    return dict(found)


def _life(text: str | None, service: str) -> int:
    """ASSUMPTION: services other than S3 take a request without X-Amz-Expires for 15 minutes, like one by header."""
    if service in _FIXED_LIFE or (text is None and service not in S3_SERVICES):
        return _FIXED_LIFE.get(service, _DEFAULT_LIFE)
    if text is None or not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise _malformed("X-Amz-Expires should be a number")
    if int(text) < 1:
        raise _malformed("X-Amz-Expires must be non-negative")
    if int(text) > WEEK:
        raise _malformed(f"X-Amz-Expires must be less than a week (in seconds); it must be less than {WEEK} seconds")
    return int(text)


def _set_aside(incoming: Incoming, names: frozenset[str], service: str) -> None:
    """S3 takes headers in the query of a presigned request as if they were sent as headers; clients put them there."""
    headers: dict[str, str] = {}
    for name, value in incoming.sent_query if service == "s3" else ():
        lower = name.lower()
        if name not in names and (lower.startswith("x-amz-") or (names is _V2 and lower in _V2_HEADERS)):
            if lower in headers or incoming.sent_header(lower) not in (None, value) or not _NAME.fullmatch(lower):
                raise ambiguous()
            if _CONTROL.search(value):
                raise Refusal(code="InvalidArgument", status=400, message=f"The value of {lower} is not valid.")
            headers[lower] = value
    names |= frozenset(name for name, _ in incoming.sent_query if name.lower() in headers)
    incoming.set_aside(names, _filled(headers))


def _filled(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}


def _malformed(message: str) -> Refusal:
    return Refusal(Why.MALFORMED_QUERY, message)
