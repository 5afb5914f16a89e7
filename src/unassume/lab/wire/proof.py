"""The proof of a claim: its signature, and for a chunked upload that of every chunk."""

from __future__ import annotations

from typing import assert_never

from unassume.lab.wire import checksums, sigv2, sigv4
from unassume.lab.wire.bodies import incomplete
from unassume.lab.wire.chunks import unchunk
from unassume.lab.wire.claims import S3_SERVICES, Signed, Style
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.presigned import SHA256, TOKEN, sent_parameter
from unassume.lab.wire.refusals import Refusal, not_implemented


def verify(incoming: Incoming, signed: Signed, secret: str) -> None:
    """A Refusal unless the request is signed with this secret; its body is the plain one afterwards."""
    match signed.style:
        case Style.QUERY_V2:
            if (incoming.header(SHA256) or "").startswith(sigv4.STREAMING):
                raise not_implemented("chunked uploads signed with Signature Version 2")
            sigv2.verify(incoming, signed, secret)
        case Style.HEADER | Style.QUERY:
            payload = sigv4.verify(incoming, signed, secret)
            if payload.startswith(sigv4.STREAMING):
                _unwrap(incoming, payload, signed, secret)
        case _:
            assert_never(signed.style)
    if signed.service in S3_SERVICES and incoming.method == "PUT":
        names = (name for name in incoming.amz_headers() if checksums.is_checksum(name))
        checksums.check(incoming.body, {name: incoming.sent_header(name) or "" for name in names})


def tokens(incoming: Incoming, signed: Signed) -> set[str]:
    """The session tokens a request carries: none, one, or several that cannot all be right."""
    by_query = sent_parameter(incoming, TOKEN) if signed.style is not Style.HEADER else None
    return {token for token in (incoming.sent_header(TOKEN), by_query) if token is not None}


def _unwrap(incoming: Incoming, kind: str, signed: Signed, secret: str) -> None:
    declared = incoming.sent_header("x-amz-decoded-content-length") or ""
    if not (declared.isascii() and declared.isdecimal()):
        message = "You must provide the x-amz-decoded-content-length HTTP header."
        raise Refusal(code="MissingContentLength", status=411, message=message)
    found = unchunk(incoming.sent_body, kind, signed, secret)
    if str(len(found.body)) != declared.lstrip("0").rjust(1, "0"):
        raise incomplete()
    promised = {name.strip().lower() for name in (incoming.sent_header("x-amz-trailer") or "").split(",")} - {""}
    if promised != set(found.trailer) or not all(checksums.is_checksum(name) for name in promised):
        message = "The trailing headers are not those that the x-amz-trailer header names."
        raise Refusal(code="MalformedTrailerError", status=400, message=message)
    checksums.check(found.body, found.trailer)
    algorithms = [name.removeprefix(checksums.PREFIX).upper() for name in found.trailer]
    extra = {"x-amz-sdk-checksum-algorithm": algorithms[0]} if algorithms else {}
    incoming.unwrap(found.body, found.trailer | extra)
