"""Resident memory of a lab over 50,000 calls: reads, writes, denials, AssumeRole and LookupEvents in turn.

The lab is called as a WSGI application, each call newly signed, and the lab's clock is moved on a second every ten
calls, so that sessions expire and the trail is not throttled for ever. Memory is read every 5,000 calls.

    python -m bench.lab_memory [CALLS]
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSResponse

from bench.lab_gate import environment
from unassume.lab import Lab
from unassume.lab.clients import client

WARM_UP = 5_000
STEP = 5_000


def resident() -> float:
    """Megabytes this process has in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1_048_576


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> list[bytes]:
        body, self._body = self._body, b""
        return [body]

    def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body


def in_process(lab: Lab, made: Any) -> Any:
    """The client, its requests handed to the gate instead of a socket."""

    def send(request: Any, **_: object) -> AWSResponse:
        environ = environment(request)
        environ["wsgi.input"] = io.BytesIO(environ["bench.body"])
        head: list[Any] = []
        body = b"".join(lab._doorway(environ, lambda *parts: head.extend(parts)))
        return AWSResponse(request.url, int(head[0].split(" ", 1)[0]), dict(head[1]), _Raw(body))

    made.meta.events.register("before-send", send)
    return made


def mixture(lab: Lab) -> list[Callable[[int], object]]:
    """The calls, in turn; each takes the number of the turn."""
    made = {
        (service, who): in_process(lab, client(lab, service, lab.credentials(who)))
        for service, who in (
            ("s3", "bob"), ("dynamodb", "bob"), ("s3", "responder"), ("sts", "bob-user"), ("cloudtrail", "responder"),
        )
    }  # fmt: skip
    role = f"arn:aws:iam::{lab.account}:role/DataAnalyst"
    thing = {"Bucket": "analytics-data", "Key": "2026/orders.csv"}

    def denied(turn: int) -> None:
        try:
            made["s3", "responder"].get_object(**thing)
        except made["s3", "responder"].exceptions.ClientError:
            return
        raise AssertionError("the responder may read no object")

    def looked_up(turn: int) -> None:
        lab.clock.advance(1)
        made["cloudtrail", "responder"].lookup_events(MaxResults=5)

    reads: list[Callable[[int], object]] = [
        lambda turn: made["s3", "bob"].get_object(**thing),
        lambda turn: made["dynamodb", "bob"].get_item(TableName="orders", Key={"id": {"S": "1"}}),
        lambda turn: made["s3", "bob"].put_object(Bucket="analytics-data", Key=f"k{turn % 100}", Body=b"x"),
        lambda turn: made["sts", "bob-user"].assume_role(
            RoleArn=role, RoleSessionName=f"s{turn % 50}", SourceIdentity="bob", DurationSeconds=900
        ),
        denied,
    ]
    return [*reads, *reads[:4], looked_up]


def main() -> None:
    """Call, and print a table."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    print("| calls | resident MB | growth since the warm-up |\n|---|---|---|", flush=True)
    with Lab(seed="bob-mary-keith") as lab:
        todo = mixture(lab)
        start = 0.0
        for turn in range(WARM_UP + calls + 1):
            if turn >= WARM_UP and (turn - WARM_UP) % STEP == 0:
                now = resident()
                start = start or now
                print(f"| {turn - WARM_UP} | {now:.1f} | {now - start:+.1f} |", flush=True)
            todo[turn % len(todo)](turn)


if __name__ == "__main__":
    main()
