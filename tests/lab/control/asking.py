"""Requests to the lab's own endpoints, without an AWS client."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from unassume.lab import Lab


def ask(
    lab: Lab, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """The status and the JSON of one request; a body that is no text is sent as JSON."""
    text = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
    connection = http.client.HTTPConnection(urlsplit(lab.endpoint_url).netloc, timeout=30)
    try:
        connection.request(method, path, text, dict(headers or {}))
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "application/json"
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
