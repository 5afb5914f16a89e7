"""One HTTP request, read to its end once, as the gate sees it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

SOURCE_IP_HEADER = "x-unassume-lab-source-ip"


class Incoming:
    """A request with its path and query as sent; headers are found by name in any case."""

    def __init__(self, environ: dict[str, Any]) -> None:
        raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/")
        if "://" in raw.split("?", 1)[0]:
            raw = "/" + raw.split("://", 1)[1].partition("/")[2]
        self.method = str(environ.get("REQUEST_METHOD", "GET")).upper()
        self.raw_path, _, self.raw_query = raw.partition("?")
        self.body = _body(environ)
        self._environ = environ

    def header(self, name: str) -> str | None:
        """The header's value as sent, or None when it is not there."""
        value = self._environ.get(_key(name))
        return None if value is None else str(value)

    def amz_headers(self) -> Iterator[str]:
        """The names of the `x-amz-*` headers sent."""
        for key in self._environ:
            if key.startswith("HTTP_X_AMZ_"):
                yield key[5:].lower().replace("_", "-")

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The decoded pairs of the query string; empty values are kept."""
        return tuple(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def form_pairs(self) -> tuple[tuple[str, str], ...]:
        """The decoded pairs of a form body; none when the body is not a form."""
        kind = self.header("content-type") or ""
        if not kind.startswith("application/x-www-form-urlencoded"):
            return ()
        return tuple(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call, from the body or, for GET, the query string."""
        return dict(self.form_pairs or self.query)

    @property
    def source_ip(self) -> str:
        """Where the call comes from: the lab's own unsigned header when it holds an address, else the socket."""
        try:
            return str(ip_address(self.header(SOURCE_IP_HEADER) or ""))
        except ValueError:
            return str(self._environ.get("REMOTE_ADDR") or "127.0.0.1")

    @property
    def user_agent(self) -> str:
        """The client's name for itself."""
        return self.header("user-agent") or ""

    @property
    def path(self) -> str:
        """The decoded path with one leading slash, as moto's dispatcher compares it."""
        return "/" + str(self._environ.get("PATH_INFO") or "").lstrip("/")

    def environ(self, account: str = "", authorization: str = "") -> dict[str, Any]:
        """A fresh WSGI environ with the body unread, for moto.

        INVARIANT: account, service and region are what the gate judged. moto would believe a header, the Host, the
        user agent or the order of the Authorization header's parts.
        """
        fresh = {key: value for key, value in self._environ.items() if key not in _DROPPED}
        fresh["HTTP_HOST"] = f"{self._environ.get('SERVER_NAME')}:{self._environ.get('SERVER_PORT')}"
        fresh["HTTP_AUTHORIZATION"] = authorization
        fresh["wsgi.input"] = io.BytesIO(self.body)
        fresh["CONTENT_LENGTH"] = str(len(self.body))
        if account:
            fresh["HTTP_X_MOTO_ACCOUNT_ID"] = account
        return fresh


_DROPPED = frozenset({"HTTP_X_MOTO_ACCOUNT_ID", "HTTP_TRANSFER_ENCODING", "HTTP_USER_AGENT", "wsgi.input_terminated"})


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ.get("wsgi.input")
    if stream is None:
        return b""
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return b""
    return bytes(stream.read(length)) if length > 0 else b""
