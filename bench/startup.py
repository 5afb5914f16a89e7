"""Start-up: offline commands beside `aws --version`, and the time before the first request beside `aws iam get-role`.

All commands take turns within one run, so that a busy machine slows each alike. Read the minimum first: it is what the
program needs; the median also shows what the machine was doing.

    python bench/startup.py [ROUNDS]
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BIN = Path(sys.executable).parent
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:30:00Z"}},
    },
}
LIMITS = {"unassume --help": 80, "unassume lint FILE": 80, "unassume find ROLE, to its first request": 350}
Measure = Callable[[], float]


def plain_environment(folder: Path, **more: str) -> dict[str, str]:
    """No profile, no region and no credentials of the person at the keyboard."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "HOME": str(folder), "UNASSUME_STATE_DIR": str(folder), "AWS_EC2_METADATA_DISABLED": "true", **more}


def whole_run(words: list[str], env: dict[str, str]) -> Measure:
    """Milliseconds from start to exit."""

    def measure() -> float:
        started = time.perf_counter()
        subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return (time.perf_counter() - started) * 1000

    return measure


def until_first_request(words: list[str], folder: Path) -> Measure:
    """Milliseconds from start to the first byte that reaches a server of ours on loopback, which never answers."""

    def measure() -> float:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(30)
            env = plain_environment(
                folder,
                AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.getsockname()[1]}",
                AWS_REGION="us-east-1",
                AWS_DEFAULT_REGION="us-east-1",  # the AWS CLI of version 1 reads no other
                AWS_ACCESS_KEY_ID="bench",
                AWS_SECRET_ACCESS_KEY="bench",  # noqa: S106  # no credential: the server never looks
            )
            started = time.perf_counter()
            running = subprocess.Popen(
                words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(30)
                    connection.recv(1)
                return (time.perf_counter() - started) * 1000
            finally:
                running.kill()
                running.wait()

    return measure


def measures(folder: Path) -> dict[str, Measure]:
    """What is measured, by the name it has in the table."""
    policy = folder / "policy.json"
    policy.write_text(json.dumps(POLICY))
    env = plain_environment(folder)
    ours, theirs = str(BIN / "unassume"), str(BIN / "aws")
    return {
        "python -c pass": whole_run([sys.executable, "-c", "pass"], env),
        "unassume --help": whole_run([ours, "--help"], env),
        "unassume lint FILE": whole_run([ours, "lint", str(policy)], env),
        "aws --version": whole_run([theirs, "--version"], env),
        "unassume find ROLE, to its first request": until_first_request([ours, "find", "some-role"], folder),
        "aws iam get-role, to its first request": until_first_request(
            [theirs, "iam", "get-role", "--role-name", "some-role"], folder
        ),
    }


def main() -> None:
    """Measure in turns and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as name:
        todo = measures(Path(name))
        for measure in todo.values():
            measure()  # once unmeasured, so that every file is in the page cache
        taken: dict[str, list[float]] = {label: [] for label in todo}
        for _ in range(rounds):
            for label, measure in todo.items():
                taken[label].append(measure())
    print(f"| command ({rounds} rounds, in turns) | min ms | median ms | limit ms |\n|---|---|---|---|")
    for label, spans in taken.items():
        print(f"| {label} | {min(spans):.0f} | {statistics.median(spans):.0f} | {LIMITS.get(label, '')} |")


if __name__ == "__main__":
    main()
