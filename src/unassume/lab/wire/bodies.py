"""Bodies read to their end, within a bound."""

from __future__ import annotations

from typing import Any

from unassume.lab.wire.refusals import Refusal

LARGEST = 256 * 2**20
"""Bytes of a body that the lab takes: far below AWS's 5 GiB for one request, since the lab keeps it in memory."""

_PIECE = 2**20


def read_body(environ: dict[str, Any]) -> bytes:
    """The whole body; a Refusal when it is too large, cut short, or its length cannot be read."""
    stream = environ.get("wsgi.input")
    if stream is None:
        return b""
    try:
        if environ.get("wsgi.input_terminated"):
            return _to_the_end(stream)
        length = _length(str(environ.get("CONTENT_LENGTH") or "0").strip())
        body = bytes(stream.read(length)) if length else b""
    except TimeoutError:
        message = "Your socket connection to the server was not read from or written to within the timeout period."
        raise Refusal(code="RequestTimeout", status=400, message=message) from None
    except (OSError, ValueError):
        # werkzeug raises these at framing of Transfer-Encoding that it cannot read.
        raise incomplete() from None
    if len(body) < length:
        raise incomplete()
    return body


def incomplete() -> Refusal:
    """S3's answer to a body that ends too early."""
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    return Refusal(code="IncompleteBody", status=400, message=message)


def _length(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Refusal(code="InvalidRequest", status=400, message="The Content-Length header cannot be read.")
    if len(text) > 18 or int(text) > LARGEST:
        raise _too_large()
    return int(text)


def _to_the_end(stream: Any) -> bytes:
    pieces: list[bytes] = []
    total = 0
    while piece := stream.read(_PIECE):
        pieces.append(bytes(piece))
        total += len(piece)
        if total > LARGEST:
            raise _too_large()
    return b"".join(pieces)


def _too_large() -> Refusal:
    message = f"Your proposed upload exceeds the maximum allowed size of the lab, {LARGEST} bytes"
    return Refusal(code="EntityTooLarge", status=400, message=message)
