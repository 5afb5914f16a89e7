"""What the gate adds to moto: the same signed requests replayed in process, moto alone and the gate before it in turns.

No socket and no client is in the figure: both are called as WSGI applications. The role that signs holds nine inline
policies. A block replays one request CALLS times on each side; the ratio of the two medians is one figure, and the
table shows the median of all blocks and the best and worst.

    python -m bench.lab_gate [BLOCKS [CALLS]]
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from unassume.lab import Credentials, Lab
from unassume.lab.clients import client

ROLE = "Busy"
LIMIT = 1.25
Application = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]


def busy_session(lab: Lab) -> Credentials:
    """A session of a role with nine inline policies; the last ones allow what is measured."""
    iam, admin = client(lab, "iam", lab.credentials("admin")), lab.credentials("admin")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{lab.account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}))
    for number in range(8):
        statement = {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:userid": f"AROAEXAMPLE:leaked-{number}"}},
        }
        _put(iam, f"Cut{number}", statement)
    actions = ["s3:GetObject", "dynamodb:GetItem", "dynamodb:ListTables"]
    _put(iam, "Work", {"Effect": "Allow", "Action": actions, "Resource": "*"})
    given = client(lab, "sts", admin).assume_role(
        RoleArn=f"arn:aws:iam::{lab.account}:role/{ROLE}", RoleSessionName="bench"
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _put(iam: Any, name: str, statement: dict[str, Any]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName=ROLE, PolicyName=name, PolicyDocument=document)


def recorded(made: Any, call: str, **parameters: Any) -> dict[str, Any]:
    """The WSGI environment of one signed call, as the lab's server hands it over; its body is under `bench.body`."""
    seen: list[Any] = []
    made.meta.events.register("before-send", lambda request, **_: seen.append(request))
    getattr(made, call)(**parameters)
    return environment(seen[0])


def environment(request: Any) -> dict[str, Any]:
    """A prepared request of botocore as a WSGI environment."""
    parts = urlsplit(request.url)
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(parts.path),
        "QUERY_STRING": parts.query,
        "RAW_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "HTTP_HOST": parts.netloc,
        "bench.body": body if isinstance(body, bytes) else body.encode(),
    }
    environ["REQUEST_URI"] = environ["RAW_URI"]
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode() if isinstance(value, bytes) else str(value)
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    return environ


def replay(application: Application, environ: dict[str, Any]) -> tuple[float, int]:
    """Milliseconds of one call, and its status."""
    fresh = {**environ, "wsgi.input": io.BytesIO(environ["bench.body"])}
    status: list[str] = []
    started = time.perf_counter()
    body = b"".join(application(fresh, lambda line, *_: status.append(line)))
    taken = (time.perf_counter() - started) * 1000
    assert body
    return taken, int(status[0].split(" ", 1)[0])


def block(application: Application, environ: dict[str, Any], calls: int) -> float:
    """The median milliseconds of that many calls, all of them answered 200."""
    taken, statuses = zip(*(replay(application, environ) for _ in range(calls)), strict=True)
    assert set(statuses) == {200}, statuses
    return float(statistics.median(taken))


def requests(lab: Lab) -> dict[str, dict[str, Any]]:
    """The requests to replay, by name."""
    root = client(lab, "s3", lab.credentials("root"))
    root.put_object(Bucket="analytics-data", Key="bench", Body=b"x" * 1024)
    held = busy_session(lab)
    s3, dynamodb = client(lab, "s3", held), client(lab, "dynamodb", held)
    item = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
    return {
        "s3 GetObject, 1 KB": recorded(s3, "get_object", Bucket="analytics-data", Key="bench"),
        "dynamodb GetItem": recorded(dynamodb, "get_item", **item),
        "dynamodb ListTables": recorded(dynamodb, "list_tables"),
    }


def sides(lab: Lab) -> dict[str, Application]:
    """What is called: moto as it comes, moto as the gate calls it (where a host leads is looked up once), the gate."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from unassume.lab.backend.app import _Dispatcher

    return {
        "moto": DomainDispatcherApplication(create_backend_app),
        "lean": _Dispatcher(create_backend_app),
        "gate": lab._doorway,
    }


def row(name: str, taken: dict[str, list[float]]) -> str:
    """One line of the table."""
    figures = [f"{statistics.median(taken[side]):.2f}" for side in ("moto", "lean", "gate")]
    for other in ("moto", "lean"):
        ratios = [ours / theirs for ours, theirs in zip(taken["gate"], taken[other], strict=True)]
        figures.append(f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    return f"| {name} | {' | '.join(figures)} | {LIMIT} |"


def main() -> None:
    """Measure in turns and print a table."""
    blocks, calls = (int(word) for word in (sys.argv[1:] + ["9", "200"][len(sys.argv) - 1 :])[:2])
    print(
        f"{blocks} blocks of {calls} calls, in turns; milliseconds are medians, ratios medians of the blocks' ratios\n"
    )
    print("| request | moto ms | moto, hosts looked up once | gate and moto ms | ratio | ratio to the second | limit |")
    print("|---|---|---|---|---|---|---|")
    with Lab(seed="bob-mary-keith") as lab:
        todo = sides(lab)
        for name, environ in requests(lab).items():
            for application in todo.values():
                block(application, environ, 20)  # once unmeasured, so that all are warm
            taken: dict[str, list[float]] = {side: [] for side in todo}
            for _ in range(blocks):
                for side, application in todo.items():
                    taken[side].append(block(application, environ, calls))
            print(row(name, taken), flush=True)


if __name__ == "__main__":
    main()
