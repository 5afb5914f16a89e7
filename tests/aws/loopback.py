"""A loopback server that plays fixed answers of AWS, and a clock that tests move."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Asked(NamedTuple):
    """One call as it came in."""

    action: str
    region: str
    key_id: str
    fields: Mapping[str, object]
    user_agent: str


class Answer(NamedTuple):
    """What to send back."""

    body: str
    status: int = 200


Play = Callable[[Asked], Answer]


class FrozenClock:
    """A clock that moves only by sleeping."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.slept = 0.0

    def now(self) -> datetime:
        """The instant it stands at."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self.slept += seconds


class Loopback:
    """Answers by action; every call is kept in `asked`. An action nobody plays is denied."""

    def __init__(self, url: str, date: datetime) -> None:
        self.url = url
        self.date = date
        self.asked: list[Asked] = []
        self.plays: dict[str, Play] = {}

    def play(self, action: str, *answers: Answer | str) -> None:
        """Answer an action so, in turn, the last one again and again; text is a good answer."""
        left = [Answer(each) if isinstance(each, str) else each for each in answers]
        self.plays[action] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def actions(self) -> list[str]:
        """The names of all calls so far, in order."""
        return [asked.action for asked in self.asked]

    def answer(self, asked: Asked) -> Answer:
        """The answer to one call."""
        self.asked.append(asked)
        play = self.plays.get(asked.action)
        return play(asked) if play else refusal("AccessDenied", f"not authorized to perform: {asked.action}")


def xml(action: str, inner: str) -> str:
    """A good answer of the query protocol."""
    return f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"


def refusal(code: str, message: str = "no", status: int = 403) -> Answer:
    """A refusal that both protocols understand: it is XML in a query service, and JSON elsewhere."""
    return Answer(f"{code}\n{message}", status)


IDENTITY = xml(
    "GetCallerIdentity",
    f"<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/Responder/kim</Arn><UserId>AROARESPONDER:kim</UserId>"
    f"<Account>{ACCOUNT}</Account>",
)


@contextmanager
def loopback(date: datetime = NOW) -> Iterator[Loopback]:
    """Serve until the block ends; GetCallerIdentity is played from the start."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Conversation)
    played = Loopback(f"http://127.0.0.1:{server.server_port}", date)
    played.play("GetCallerIdentity", IDENTITY)
    server.played = played  # type: ignore[attr-defined]  # the conversation finds its script on the server
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = self._asked(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        played: Loopback = self.server.played  # type: ignore[attr-defined]  # put there by `loopback`
        answer = played.answer(asked)
        is_query = "x-www-form-urlencoded" in self.headers.get("Content-Type", "")
        body = (answer.body if answer.status < 300 else _error(answer.body, is_query)).encode()
        self.send_response_only(answer.status)
        self.send_header("Date", format_datetime(played.date, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.do_POST()

    def _asked(self, body: str) -> Asked:
        scope = self.headers.get("Authorization", "Credential=////").partition("Credential=")[2].split("/")
        if "x-www-form-urlencoded" in self.headers.get("Content-Type", ""):
            fields: dict[str, object] = dict(parse_qsl(body))
            action = str(fields["Action"])
        else:
            fields = json.loads(body or "{}")
            action = self.headers.get("X-Amz-Target", self.path).rpartition(".")[2].strip("/")
        return Asked(action, scope[2], scope[0], fields, self.headers.get("User-Agent", ""))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _error(body: str, is_query: bool) -> str:
    code, _, message = body.partition("\n")
    if is_query:
        return f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return json.dumps({"__type": code, "message": message})
