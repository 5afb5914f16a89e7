"""The one entrance: `/_lab` goes to the desk, every other request to the gate of the world that stands now.

INVARIANT: a call belongs to one world. It is read before it enters; a reset waits for those inside, so that none of
their writes lands in the next world. A bucket's name never holds `_`, so `/_lab` is no call of AWS's.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

from unassume.lab.control.turnstile import Turnstile
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
ROOT = "/_lab"


class LostReply(ConnectionError):
    """The call was done and noted; its answer is not to be sent."""


class Serving(Protocol):
    """The gate, as the doorway knows it."""

    def serve(self, incoming: Incoming, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request that was read."""


class Doorway:
    """The WSGI application the server runs."""

    def __init__(self, desk: Application, turnstile: Turnstile) -> None:
        self._desk = desk
        self._turnstile = turnstile
        self.gate: Serving | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO") or "")
        if path == ROOT or path.startswith(f"{ROOT}/"):
            return self._desk(environ, start_response)
        incoming = _read(environ)
        try:
            with self._turnstile.passing():
                assert self.gate is not None
                return self.gate.serve(incoming, start_response)
        except LostReply:
            _hang_up(environ)
            raise


class _Unreadable:
    """The body that could not be read: whoever reads on gets the same refusal, never the rest."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def read(self, size: int = -1) -> bytes:
        """Refuse."""
        raise self._refusal


def _read(environ: dict[str, Any]) -> Incoming:
    """The request with its body read: whoever sends it slowly holds up no reset."""
    incoming = Incoming(environ)
    try:
        _ = incoming.body
    except Refusal as refusal:
        environ["wsgi.input"] = _Unreadable(refusal)
    return incoming


def _hang_up(environ: dict[str, Any]) -> None:
    """Without this the connection would stay open, and the client wait for an answer."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
