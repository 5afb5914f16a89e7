"""One HTTP request, read to its end once, as the gate sees it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from unassume.lab.wire.bodies import read_body
from unassume.lab.wire.refusals import Refusal

SOURCE_IP_HEADER = "x-unassume-lab-source-ip"
Pairs = tuple[tuple[str, str], ...]


class Incoming:
    """A request with its path and query as sent; headers are found by name in any case.

    What signs a request in its query is set aside once it is read: no later room, no event and no backend sees it.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/")
        if "://" in raw.split("?", 1)[0]:
            raw = "/" + raw.split("://", 1)[1].partition("/")[2]
        self.method = str(environ.get("REQUEST_METHOD", "GET"))
        self.raw_path, _, self.raw_query = raw.partition("?")
        self._environ = environ
        self._aside: frozenset[str] = frozenset()
        self._instead: dict[str, str] = {}
        self._dropped = _DROPPED
        self._plain: bytes | None = None

    @cached_property
    def sent_body(self) -> bytes:
        """The body as sent, read once; a Refusal when it is too large or cut short."""
        return read_body(self._environ)

    @property
    def body(self) -> bytes:
        """The body, without the framing of a chunked upload once that is proven."""
        return self.sent_body if self._plain is None else self._plain

    def header(self, name: str) -> str | None:
        """The header's value, also where a presigned request carries it in its query; None when it is not there."""
        return self._instead.get(name.lower()) or self.sent_header(name)

    def sent_header(self, name: str) -> str | None:
        """The header's value as sent, or None when it is not there."""
        value = self._environ.get(_key(name))
        return None if value is None else str(value)

    def amz_headers(self) -> Iterator[str]:
        """The names of the `x-amz-*` headers sent."""
        for key in self._environ:
            if key.startswith("HTTP_X_AMZ_"):
                yield key[5:].lower().replace("_", "-")

    @cached_property
    def sent_query(self) -> Pairs:
        """The decoded pairs of the query string as sent, what signs them included; empty values are kept."""
        return _pairs(self.raw_query)

    @property
    def query(self) -> Pairs:
        """The decoded pairs of the query string without those that were set aside."""
        if not self._aside:
            return self.sent_query
        return tuple(pair for pair in self.sent_query if pair[0] not in self._aside)

    @cached_property
    def form_pairs(self) -> Pairs:
        """The decoded pairs of a form body; none when the body is not a form."""
        kind = (self.header("content-type") or "").lower()
        if not kind.startswith("application/x-www-form-urlencoded"):
            return ()
        return _pairs(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call, from the body or, for GET, the query string."""
        return dict(self.form_pairs or self.query)

    @property
    def source_ip(self) -> str:
        """Where the call comes from: the lab's own unsigned header when it holds an address, else the socket."""
        given = self._given_address()
        return str(given or self._environ.get("REMOTE_ADDR") or "127.0.0.1")

    def check_source_ip(self) -> None:
        """A Refusal when the lab's own header holds no address: nobody is taken for another."""
        if self.sent_header(SOURCE_IP_HEADER) is not None and self._given_address() is None:
            message = "X-Unassume-Lab-Source-Ip holds no IP address; write one, as in 198.51.100.7"
            raise Refusal(code="InvalidRequest", status=400, message=message)

    def _given_address(self) -> str | None:
        try:
            return str(ip_address(self.sent_header(SOURCE_IP_HEADER) or ""))
        except ValueError:
            return None

    @property
    def user_agent(self) -> str:
        """The client's name for itself."""
        return self.header("user-agent") or ""

    @property
    def is_secure(self) -> bool:
        """Whether it came over TLS."""
        return self._environ.get("wsgi.url_scheme") == "https"

    @property
    def host(self) -> str:
        """The Host header without its port, in lower case."""
        sent = (self.sent_header("host") or "").lower()
        return sent[: sent.rfind("]") + 1] if sent.startswith("[") else sent.partition(":")[0]

    @property
    def path(self) -> str:
        """The decoded path with one leading slash, as moto's dispatcher compares it."""
        return "/" + str(self._environ.get("PATH_INFO") or "").lstrip("/")

    def set_aside(self, names: frozenset[str], headers: Mapping[str, str]) -> None:
        """Take these parameters out of the query; `headers` (lower case) are those they carried instead of headers."""
        self._aside = names
        self._instead.update(headers)

    def unwrap(self, plain: bytes, headers: Mapping[str, str]) -> None:
        """Put the proven plain body in place of the chunked one; `headers` (lower case) are what its trailer said."""
        self._plain = plain
        self._dropped = _DROPPED | _CHUNKED
        encodings = [word.strip() for word in (self.sent_header("content-encoding") or "").split(",")]
        kept = ",".join(word for word in encodings if word and word.lower() != "aws-chunked")
        self._instead.update(headers)
        if kept:
            self._instead["content-encoding"] = kept

    def environ(self, account: str = "", authorization: str = "") -> dict[str, Any]:
        """A fresh WSGI environ with the body unread, for moto.

        INVARIANT: account, service and region are what the gate judged. moto would believe a header, the Host, the
        user agent, a parameter of the query or the order of the Authorization header's parts.
        """
        fresh = {
            key: value
            for key, value in self._environ.items()
            if key not in self._dropped and not key.startswith("HTTP_X_UNASSUME_LAB_")
        }
        fresh["HTTP_HOST"] = f"{self._environ.get('SERVER_NAME')}:{self._environ.get('SERVER_PORT')}"
        fresh["HTTP_AUTHORIZATION"] = authorization
        fresh |= {_key(name): value for name, value in self._instead.items()}
        if self._aside:
            query = "&".join(
                p for p in self.raw_query.split("&") if unquote_plus(p.partition("=")[0]) not in self._aside
            )
            fresh["QUERY_STRING"] = query
            fresh["RAW_URI"] = fresh["REQUEST_URI"] = f"{self.raw_path}?{query}" if query else self.raw_path
        fresh["wsgi.input"] = io.BytesIO(self.body)
        fresh["CONTENT_LENGTH"] = str(len(self.body))
        if account:
            fresh["HTTP_X_MOTO_ACCOUNT_ID"] = account
        return fresh


_DROPPED = frozenset({
    "HTTP_X_MOTO_ACCOUNT_ID", "HTTP_TRANSFER_ENCODING", "HTTP_USER_AGENT", "HTTP_EXPECT", "HTTP_X_AMZ_SECURITY_TOKEN",
    "wsgi.input_terminated",
    # moto would take the framing of a chunked upload off a second time.
    "HTTP_X_AMZ_CONTENT_SHA256", "HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "HTTP_X_AMZ_TRAILER",
})  # fmt: skip
_CHUNKED = frozenset({"HTTP_CONTENT_ENCODING"})


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _pairs(raw: str | bytes) -> Pairs:
    """A Refusal for bytes that are not UTF-8: the gate and moto would read different names from them."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        return tuple(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except ValueError:
        message = "The parameters of the request are not encoded in UTF-8."
        raise Refusal(code="InvalidURI", status=400, message=message) from None
