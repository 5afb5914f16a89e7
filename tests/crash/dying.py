"""Processes that are killed: started once, it forks one for every plan it is given, which dies while it applies it.

A point lies before and after each entry of the journal, and before each write to AWS is sent and after its answer came.
At the point it is told the process sends itself SIGKILL: nothing of it runs any more, and what it had not synced or
sent is lost. Spoken to in lines of JSON; see `Order` and `End`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from unassume.aws.accounts import AwsAccounts
from unassume.aws.connection import Connection
from unassume.aws.reach import Reach
from unassume.aws.trail import LookupTrail
from unassume.errors import UnassumeError
from unassume.journal import FileJournal
from unassume.model.plans import Plan
from unassume.model.receipts import Entry
from unassume.ports import World
from unassume.sources.blobs import LocalBlobs
from unassume.sources.progress import SilentProgress
from unassume.steps.apply import apply
from unassume.steps.guards import Consent

WRITES = ("Put", "Delete", "Create", "Attach", "Detach", "Update")


class Order(msgspec.Struct, frozen=True):
    """Apply this plan with the responder's profile, and die at that point (0: never)."""

    plan: Plan
    point: int
    endpoint_url: str
    region: str
    credentials_file: str
    state_dir: str
    confirmed: tuple[str, ...]


class End(msgspec.Struct, frozen=True):
    """How it ended: the signal that killed it, else 0; how many points it passed, and the error if there was one."""

    signal: int
    passed: int
    error: str = ""


@dataclass
class Life:
    """Where the process is, and where it ends; kept in a file, for nothing else outlives it."""

    path: Path
    end: int
    passed: int = 0

    def point(self, **_: object) -> None:
        self.passed += 1
        self.path.write_text(str(self.passed))
        if self.passed == self.end:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalJournal(FileJournal):
    """The real journal of a process that will die."""

    def __init__(self, state_dir: str, life: Life) -> None:
        super().__init__(state_dir)
        self._life = life

    def open(self, receipt_id: str) -> str:
        self._life.point()
        place = super().open(receipt_id)
        self._life.point()
        return place

    def append(self, receipt_id: str, entry: Entry) -> None:
        self._life.point()
        super().append(receipt_id, entry)
        self._life.point()


class Unhurried:
    """The machine's time and every sleep, none of which is waited for."""

    def __init__(self) -> None:
        self._slept = timedelta()

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += timedelta(seconds=seconds)


class Ways:
    """One way into AWS for all forks of a credentials file: its clients are made once, and have spoken to nobody."""

    def __init__(self) -> None:
        self.life = Life(Path(os.devnull), 0)
        self._made: tuple[object, Connection, Unhurried] | None = None

    def into(self, order: Order) -> tuple[Connection, Unhurried]:
        """The clients for an order; made anew where the lab began anew, for then the keys are others."""
        known = (order.endpoint_url, Path(order.credentials_file).read_bytes())
        if self._made is None or self._made[0] != known:
            clock = Unhurried()
            connection = Connection(
                clock, profile="responder", region=order.region, endpoint_url=order.endpoint_url,
                credentials_file=order.credentials_file,
            )  # fmt: skip
            connection.session.events.register("before-send.iam", self._sending)
            connection.session.events.register("after-call.iam", self._answered)
            for service in ("iam", "sts", "account", "cloudtrail"):
                connection.client(service)
            self._made = known, connection, clock
        return self._made[1], self._made[2]

    def _sending(self, request: Any, **_: object) -> None:
        if any(f"Action={verb}" in str(request.body) for verb in WRITES):
            self.life.point()

    def _answered(self, model: Any, **_: object) -> None:
        if model.name.startswith(WRITES):
            self.life.point()


def _apply(order: Order, ways: Ways) -> str:
    """Apply the plan; what was wrong, if it came to an end with an error."""
    connection, clock = ways.into(order)
    world = World(
        trail=LookupTrail(connection), blobs=LocalBlobs(), accounts=AwsAccounts(Reach(connection)),
        journal=MortalJournal(order.state_dir, ways.life), clock=clock, progress=SilentProgress(),
    )  # fmt: skip
    consent = Consent(max_bystanders=None, confirmed=frozenset(order.confirmed), reopen=True)
    try:
        apply(order.plan, world, consent)
    except UnassumeError as error:
        return error.message
    return ""


def run(order: Order, ways: Ways) -> End:
    """Fork a process that carries the order out, and wait for its end."""
    told = Path(order.state_dir) / "points"
    told.unlink(missing_ok=True)
    ways.into(order)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        ways.life = Life(told, order.point)
        os.write(writing, _apply(order, ways).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    passed = int(told.read_text()) if told.exists() else 0
    return End(signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, passed=passed, error=said)


def main() -> None:
    """Carry out the orders on standard input, one a line, until it ends."""
    ways = Ways()
    for line in sys.stdin.buffer:
        end = run(msgspec.json.decode(line, type=Order), ways)
        sys.stdout.buffer.write(msgspec.json.encode(end) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
