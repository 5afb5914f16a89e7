"""A request as bytes on the wire, its WSGI form, and its signature."""

from __future__ import annotations

import hashlib
import io
import posixpath
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlencode

import msgspec

from unassume.lab import Credentials
from unassume.lab.wire import sigv2, sigv4
from unassume.lab.wire.authorization import read_authorization
from unassume.lab.wire.claims import Signed, Style
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal

Headers = tuple[tuple[str, str], ...]
HOST = "127.0.0.1:4566"
CHUNKED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"


class Request(msgspec.Struct, frozen=True):
    """One request; `service` and `style` say how it is to be signed."""

    service: str
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    style: Style = Style.HEADER
    is_chunked: bool = False

    def header(self, name: str) -> str | None:
        """The header's value, repeated ones joined as servers join them."""
        found = [value for each, value in self.headers if each.lower() == name]
        return ",".join(found) if found else None

    def with_headers(self, **given: str) -> Request:
        """The same request with these headers (underscores for dashes) put in place of any of their names."""
        named = {name.replace("_", "-"): value for name, value in given.items()}
        kept = tuple((name, value) for name, value in self.headers if name.lower() not in named)
        return msgspec.structs.replace(self, headers=(*kept, *named.items()))


def environ_of(request: Request) -> dict[str, Any]:
    """What the lab's server makes of the request."""
    path, _, query = request.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(path.encode("utf-8", "replace")).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "4566",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in request.headers:
        if "_" in name and not name.lower().startswith("x-amz-meta-"):
            continue
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joined = key in environ and key.startswith("HTTP_")
        environ[key] = f"{environ[key]},{value}" if joined else value
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        environ["wsgi.input_terminated"] = True
    return environ


def signed(request: Request, held: Credentials, now: datetime | None = None) -> Request:
    """The request with a good signature; as it is where it cannot be signed at all."""
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    match request.style:
        case Style.HEADER:
            return _in_header(request, held, stamp)
        case _:
            return _in_query(request, held, stamp)


def _in_header(request: Request, held: Credentials, stamp: str) -> Request:
    hashed = CHUNKED if request.is_chunked else request.header("x-amz-content-sha256")
    extra = {"x_amz_security_token": held.session_token} if held.session_token else {}
    hashed = hashed if hashed and hashed.startswith(("STREAMING", "UNSIGNED")) else _hash(request.body)
    made = request.with_headers(host=HOST, x_amz_date=stamp, x_amz_content_sha256=hashed, **extra)
    names = sorted(
        {name.lower() for name, _ in made.headers if name.lower().startswith(("x-amz-", "host", "content-t"))}
    )
    scope = f"{held.access_key_id}/{stamp[:8]}/us-east-1/{request.service}/aws4_request"
    start = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={';'.join(names)}, Signature="
    return _finished(
        made.with_headers(authorization=start + "0" * 64), held, lambda right: {"authorization": start + right}
    )


def _finished(made: Request, held: Credentials, header: Any) -> Request:
    try:
        incoming = Incoming(environ_of(made))
        claim = read_authorization(incoming)
        payload = made.header("x-amz-content-sha256") or ""
        right = sigv4.signature(incoming, claim, held.secret_access_key, payload)
    except (Refusal, UnicodeError):
        return made
    made = made.with_headers(**header(right))
    if made.is_chunked:
        body = chunked(made.body, msgspec.structs.replace(claim, signature=right), held.secret_access_key)
        made = msgspec.structs.replace(made, body=body)
    return made


def chunked(body: bytes, claim: Signed, secret: str) -> bytes:
    """The body in one signed chunk with a signed, empty trailer of checksums left out."""
    out, previous = b"", claim.signature
    for piece in (body, b"") if body else (b"",):
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{claim.stamp}\n{claim.scope}\n{previous}\n{_hash(b'')}\n{_hash(piece)}"
        previous = sigv4.sign(claim, secret, text)
        out += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + (b"\r\n" if piece else b"")
    text = f"AWS4-HMAC-SHA256-TRAILER\n{claim.stamp}\n{claim.scope}\n{previous}\n{_hash(b'')}"
    return out + f"x-amz-trailer-signature:{sigv4.sign(claim, secret, text)}\r\n\r\n".encode()


def _in_query(request: Request, held: Credentials, stamp: str) -> Request:
    token = {"X-Amz-Security-Token": held.session_token} if held.session_token else {}
    if request.style is Style.QUERY_V2:
        ends = str(int(datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) + 600)
        given = {"AWSAccessKeyId": held.access_key_id, "Expires": ends, **{k.lower(): v for k, v in token.items()}}
    else:
        scope = f"{held.access_key_id}/{stamp[:8]}/us-east-1/{request.service}/aws4_request"
        given = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": scope, "X-Amz-Date": stamp,
                 "X-Amz-Expires": "600", "X-Amz-SignedHeaders": "host", **token}  # fmt: skip
    mark = "Signature" if request.style is Style.QUERY_V2 else "X-Amz-Signature"
    joint = "&" if "?" in request.target else "?"
    start = f"{request.target}{joint}{urlencode(given)}&{mark}="
    made = msgspec.structs.replace(request, target=start + "0").with_headers(host=HOST)
    try:
        right = _query_signature(Incoming(environ_of(made)), held)
    except (Refusal, UnicodeError):
        return made
    return msgspec.structs.replace(made, target=start + quote(right, safe=""))


def _query_signature(incoming: Incoming, held: Credentials) -> str:
    import base64
    import hmac

    claim = read_authorization(incoming)
    if claim.style is Style.QUERY_V2:
        text = sigv2.string_to_sign(incoming, claim).encode()
        return base64.b64encode(hmac.new(held.secret_access_key.encode(), text, hashlib.sha1).digest()).decode()
    return sigv4.signature(incoming, claim, held.secret_access_key, sigv4.payload_hash(incoming, claim))


def projection(request: Request) -> tuple[object, ...]:
    """What the signature of a request covers, worked out without the lab: requests alike in it are one request."""
    path, _, query = request.target.partition("?")
    free = _PAGING if request.style is Style.QUERY_V2 else frozenset()
    split = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    pairs = sorted((unquote(pair[0]), unquote(pair[1])) for pair in split if pair[0] not in free)
    amz = sorted(
        (name.lower(), " ".join(v.split())) for name, v in request.headers if name.lower().startswith("x-amz-")
    )
    hashed = request.header("x-amz-content-sha256") or ""
    is_body_signed = request.style is Style.HEADER and not hashed.startswith("UNSIGNED") and "UNSIGNED" not in hashed
    body = _read(request) if is_body_signed or request.service != "s3" else b""
    authorization = sorted(part.strip() for part in (request.header("authorization") or "").split(","))
    names: tuple[str, ...] = ("content-type", "content-md5") if request.style is Style.QUERY_V2 else ("host",)
    if request.style is Style.HEADER:
        names = tuple(_signed_names(request))
    others = tuple((name, " ".join((request.header(name) or "").split())) for name in names)
    # SigV4 normalises the path of every service but S3 before it is signed.
    path = path if request.service == "s3" else posixpath.normpath(unquote(path)).replace("//", "/")
    return request.method, path, tuple(pairs), tuple(amz), body, tuple(authorization), others


# SigV2 does not sign what pages a listing, so whoever holds a URL may change it.
_PAGING = frozenset({
    "prefix", "delimiter", "marker", "max-keys", "list-type", "encoding-type", "start-after", "key-marker",
    "max-uploads",
})  # fmt: skip


def _read(request: Request) -> bytes:
    """As much of the body as the request says it has: a server reads no further."""
    lengths = [value for name, value in request.headers if name.lower() == "content-length"]
    is_chunked = "chunked" in (request.header("transfer-encoding") or "").lower()
    if is_chunked or not lengths or not (lengths[-1] or "0").isdecimal():
        return request.body
    return request.body[: int(lengths[-1] or "0")]


def _signed_names(request: Request) -> list[str]:
    found = (request.header("authorization") or "").partition("SignedHeaders=")[2].partition(",")[0]
    return found.lower().split(";")


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
