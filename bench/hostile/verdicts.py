"""What an answer to a hostile request must be, whatever the request was."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import msgspec

_STATUSES = frozenset(
    {200, 202, 204, 206, 301, 304, 307, 400, 401, 403, 404, 405, 409, 411, 412, 413, 415, 416, 501, 503}
)
_ROOTS = frozenset({"Error", "ErrorResponse", "Response"})


class Answered(msgspec.Struct, frozen=True):
    """An answer as it would go over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def fault_of(answer: Answered, is_head: bool, secrets: tuple[bytes, ...]) -> str:
    """What is wrong with the answer, or nothing."""
    shown = answer.body + "\n".join(f"{k}: {v}" for k, v in answer.headers.items()).encode("utf-8", "replace")
    if any(secret in shown for secret in secrets):
        return "a secret is shown"
    if b"Traceback" in shown:
        return "a traceback is shown"
    if answer.status not in _STATUSES:
        return f"status {answer.status}: {answer.body[:300]!r}"
    if answer.status < 400 or is_head:
        return ""
    return _fault_of_error(answer)


def _fault_of_error(answer: Answered) -> str:
    kind = answer.headers.get("content-type", "")
    if "html" in kind or b"<html" in answer.body[:300].lower() or b"<!doctype" in answer.body[:300].lower():
        return "a page"
    if "cbor" in kind:
        is_error = b"__type" in answer.body and answer.headers.get("smithy-protocol") == "rpc-v2-cbor"
        return "" if is_error else "CBOR without an error"
    if "json" in kind:
        return _fault_of_json(answer)
    try:
        root = ElementTree.fromstring(answer.body)  # noqa: S314  # our own server wrote it
    except ElementTree.ParseError:
        return f"neither XML nor JSON: {kind} {answer.body[:200]!r}"
    code = next((each.text for each in root.iter() if each.tag.rpartition("}")[2] == "Code"), None)
    return "" if root.tag.rpartition("}")[2] in _ROOTS and code else f"XML without an error: {answer.body[:200]!r}"


def _fault_of_json(answer: Answered) -> str:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return f"broken JSON {answer.body[:200]!r}"
    has_type = isinstance(document, dict) and ("__type" in document or "x-amzn-errortype" in answer.headers)
    return "" if has_type else f"JSON without an error: {answer.status} {answer.body[:200]!r}"
