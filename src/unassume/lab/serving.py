"""The lab's HTTP server: threads, loopback only, silent, over TLS where it has a certificate."""

from __future__ import annotations

import errno
import socket
import ssl
import threading
from typing import Any
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from unassume.errors import AccessError, InputError

HOST = "127.0.0.1"
_PATIENCE = 60
"""Seconds a connection may be silent, in its handshake or in a request, before it is let go."""


class _Silent(MotoRequestHandler):
    """Requests are in the lab's own record; the standard streams belong to whoever runs it."""

    protocol_version = "HTTP/1.1"
    # What is not even HTTP is answered in the shape of S3, never as a page.
    error_content_type = "application/xml"
    error_message_format = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>BadRequest</Code><Message>%(message)s</Message></Error>'
    )

    def send_response(self, code: int, message: str | None = None) -> None:
        """Only the status line: the Date header is the gate's, from the lab's clock."""
        self.send_response_only(code, message)

    def run_wsgi(self) -> None:
        """Answer one request; a target that is no URL never reaches the gate."""
        try:
            urlsplit(self.path)
        except ValueError:
            self.send_error(400, "The request target cannot be read.")
            return
        super().run_wsgi()

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


class _Listening(ThreadedWSGIServer):
    """A thread for each connection, which also does its handshake: who stays silent stops nobody else."""

    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection."""
        request.settimeout(_PATIENCE)
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)
            wrapped.shutdown(socket.SHUT_WR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a connection that breaks is its client's own affair, and a traceback might show a request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


def _unavailable(port: int, problem: BaseException) -> AccessError:
    number = problem.errno if isinstance(problem, OSError) else None
    reasons = {errno.EADDRINUSE: "it is in use", errno.EACCES: "it is not allowed to this user"}
    reason = reasons.get(number or 0, "the system refused it")
    return AccessError(f"cannot listen on port `{port}`: {reason}", hint="leave `--port` out for any free one")


class Server:
    """A WSGI application served on a thread until `stop`, over TLS when it is given a context."""

    def __init__(self, application: Any, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        if host != HOST:
            raise InputError(f"the lab listens on `{HOST}` only, not on `{host}`")
        try:
            # Bound here, for werkzeug says on standard error what it thinks of a port that is taken.
            with socket.create_server((host, port)) as bound:
                self._server = _Listening(host, port, application, _Silent, fd=bound.fileno())
        except (OSError, SystemExit, OverflowError) as problem:
            raise _unavailable(port, problem) from problem
        # werkzeug reads the scheme off `ssl_context`; given to its constructor it would shake hands while accepting.
        self._server.tls = self._server.ssl_context = tls
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), name="unassume-lab", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        scheme = "http" if self._server.tls is None else "https"
        return f"{scheme}://{HOST}:{self._server.port}"

    def stop(self) -> None:
        """Stop listening; calls under way are let go."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
