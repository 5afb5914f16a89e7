"""The status line and the headers of an answer, as the lab's server sends them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from unassume.lab.wire.refusals import Family
from unassume.lab.wire.shapes import Answer

_PHRASES = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
            405: "Method Not Allowed", 409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error",
            501: "Not Implemented", 503: "Service Unavailable"}  # fmt: skip


def status_line(answer: Answer) -> str:
    """The status with its phrase."""
    return f"{answer.status} {_PHRASES.get(answer.status, 'Answer')}"


def headers_of(
    answer: Answer, family: Family, request: str, now: datetime, *, is_head: bool
) -> list[tuple[str, str]]:  # fmt: skip
    """The answer's headers with date, request id and length; of a HEAD request the length may be the object's."""
    headers = [
        *answer.headers,
        ("Content-Type", answer.content_type),
        ("Date", format_datetime(now, usegmt=True)),
        ("x-amz-request-id" if family is Family.S3 else "x-amzn-RequestId", request),
    ]
    has_length = is_head and any(name.lower() == "content-length" for name, _ in answer.headers)
    return headers if has_length else [*headers, ("Content-Length", str(len(answer.body)))]
