"""The endpoints under `/_lab/`: JSON in, JSON out, for whoever sits at this machine and for no page in its browser.

A browser names where a script comes from in `Origin` or `Sec-Fetch-Site`, and the name it looked up in `Host`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import msgspec

from unassume.errors import InputError, UnassumeError
from unassume.lab.clock import LabClock
from unassume.lab.control.faults import Fault, Faults, check_kind
from unassume.lab.control.status import Status
from unassume.lab.control.tokens import AskedAssertion, AskedToken
from unassume.lab.federation.provider import Federation

_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?", re.IGNORECASE)
_MOST = 1_048_576
_LONGEST = 3_153_600_000.0
Body = TypeVar("Body")


class Steered(Protocol):
    """The lab, as the desk drives it."""

    clock: LabClock
    faults: Faults
    federation: Federation

    def status(self) -> Status:
        """What the lab is and holds now."""

    def reset(self) -> None:
        """Begin again."""


class Advance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the clock jumps, in seconds."""

    advance: float


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that says nothing."""


class _Xml(str):
    """An answer that is a document of its own and no JSON."""

    __slots__ = ()


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Desk:
    """The WSGI application behind `/_lab`."""

    def __init__(self, lab: Steered) -> None:
        self._lab = lab

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        try:
            status, answer = 200, self._answered(environ)
        except _Refused as refused:
            status, answer = refused.status, {"error": str(refused)}
        except UnassumeError as problem:
            status, answer = 400, {"error": f"{problem.message}; {problem.hint}" if problem.hint else problem.message}
        except Exception as problem:  # noqa: BLE001  # whatever breaks is an error in JSON, without the trace
            status, answer = 500, {"error": f"the lab failed: {type(problem).__name__}"}
        is_xml = isinstance(answer, _Xml)
        body = answer.encode() if isinstance(answer, _Xml) else msgspec.json.encode(answer) + b"\n"
        kind = "application/xml" if is_xml else "application/json"
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        headers += [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def _answered(self, environ: dict[str, Any]) -> object:
        _check_origin(environ)
        path, method = str(environ.get("PATH_INFO")), str(environ.get("REQUEST_METHOD"))
        methods = _ROUTES.get(path.removeprefix("/_lab"))
        if methods is None:
            known = ", ".join(f"/_lab{each}" for each in _ROUTES)
            raise _Refused(404, f"there is no such endpoint; there are {known}")
        if method not in methods:
            raise _Refused(405, f"this endpoint takes {' and '.join(methods)}")
        return methods[method](self._lab, _body(environ))


def _check_origin(environ: Mapping[str, Any]) -> None:
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    if "HTTP_ORIGIN" in environ or site != "none":
        raise _Refused(403, "a page in a browser may not drive the lab")
    if not _HOST.fullmatch(str(environ.get("HTTP_HOST", ""))):
        raise _Refused(403, "the lab is driven as 127.0.0.1 or localhost only")


def _body(environ: Mapping[str, Any]) -> bytes:
    stream = environ.get("wsgi.input")
    if stream is None:
        return b""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise _Refused(400, "the length of the body cannot be read")
    size = _MOST + 1 if environ.get("wsgi.input_terminated") else int(length)
    if size <= _MOST:
        return bytes(stream.read(size)) if size else b""
    body = bytes(stream.read(_MOST + 1)) if environ.get("wsgi.input_terminated") else b"x" * (_MOST + 1)
    if len(body) > _MOST:
        raise _Refused(413, f"the body is longer than {_MOST} bytes")
    return body


def _read(body: bytes, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.DecodeError as problem:
        raise _Refused(400, f"the body cannot be read: {problem}") from None


def _status(lab: Steered, body: bytes) -> object:
    return lab.status()


def _now(lab: Steered, body: bytes = b"") -> object:
    return {"now": lab.clock.now()}


def _advance(lab: Steered, body: bytes) -> object:
    seconds = _read(body, Advance).advance
    if not 0 <= seconds <= _LONGEST:
        raise InputError(f"`advance` is a number of seconds from 0 to {_LONGEST:.0f}; the clock does not run backwards")
    lab.clock.advance(seconds)
    return _now(lab)


def _reset(lab: Steered, body: bytes) -> object:
    _read(body, Nothing)
    lab.reset()
    return lab.status()


def _faults(lab: Steered, body: bytes = b"") -> object:
    return {"faults": lab.faults.all()}


def _add_fault(lab: Steered, body: bytes) -> object:
    asked = _read(body, dict)
    if "kind" in asked:
        check_kind(asked["kind"])
    lab.faults.add(_read(body, Fault))
    return _faults(lab)


def _clear_faults(lab: Steered, body: bytes) -> object:
    lab.faults.clear()
    return _faults(lab)


def _web_identity_token(lab: Steered, body: bytes) -> object:
    return {"token": _read(body, AskedToken).made(lab.federation)}


def _saml_assertion(lab: Steered, body: bytes) -> object:
    return {"token": _read(body, AskedAssertion).made(lab.federation)}


def _saml_metadata(lab: Steered, body: bytes) -> object:
    return _Xml(lab.federation.saml_metadata)


_ROUTES: Mapping[str, Mapping[str, Callable[[Steered, bytes], object]]] = {
    "/status": {"GET": _status},
    "/clock": {"GET": _now, "POST": _advance},
    "/reset": {"POST": _reset},
    "/faults": {"GET": _faults, "POST": _add_fault, "DELETE": _clear_faults},
    "/web-identity-token": {"POST": _web_identity_token},
    "/saml-assertion": {"POST": _saml_assertion},
    "/saml-metadata": {"GET": _saml_metadata},
}
