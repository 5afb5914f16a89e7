"""The lab's HTTP server: threads, loopback only, silent."""

from __future__ import annotations

import threading
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from unassume.errors import AccessError, InputError

HOST = "127.0.0.1"


class _Silent(MotoRequestHandler):
    """Requests are in the lab's own record; the standard streams belong to whoever runs it."""

    protocol_version = "HTTP/1.1"

    def send_response(self, code: int, message: str | None = None) -> None:
        """Only the status line: the Date header is the gate's, from the lab's clock."""
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


class Server:
    """A WSGI application served on a thread until `stop`."""

    def __init__(self, application: Any, host: str, port: int) -> None:
        if host != HOST:
            raise InputError(f"the lab listens on `{HOST}` only, not on `{host}`")
        try:
            self._server = make_server(host, port, application, threaded=True, request_handler=_Silent)
        except (OSError, SystemExit) as problem:
            raise AccessError(f"cannot listen on port `{port}`: it is in use or not allowed") from problem
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), name="unassume-lab", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._server.server_port}"

    def stop(self) -> None:
        """Stop listening; calls under way are let go."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
