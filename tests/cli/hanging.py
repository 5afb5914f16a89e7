"""An endpoint in front of the lab that passes every call on, but for those that it leaves without an answer."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Hanging:
    """Where it listens, and whether a call that hangs has come in."""

    def __init__(self, behind: str, word: bytes) -> None:
        self.reached = threading.Event()
        self.released = threading.Event()
        behind_it = urlsplit(behind).netloc
        reached, released = self.reached, self.released

        class _Passing(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if word in body + str(self.headers).encode():
                    reached.set()
                    self.hang()
                    return
                onward = http.client.HTTPConnection(behind_it)
                onward.request("POST", self.path, body, dict(self.headers))
                answer = onward.getresponse()
                content = answer.read()
                self.send_response_only(answer.status)
                for name in ("Content-Type", "Date"):
                    self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                onward.close()

            def hang(self) -> None:
                """Send what is no answer yet, so that the caller's own patience never ends the call."""
                with suppress(OSError):
                    while not released.wait(1):
                        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the standard streams belong to the test."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Passing)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def hanging(behind: str, word: bytes) -> Iterator[Hanging]:
    """Such an endpoint, gone afterwards; calls that hold `word` in head or body get no answer."""
    served = Hanging(behind, word)
    thread = threading.Thread(target=served.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.released.set()
        served.server.shutdown()
        served.server.server_close()
        thread.join(timeout=5)
