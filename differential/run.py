"""Our lab and ministack, asked the same made-up cases: every difference must have been triaged by AWS's documents.

    make differential            python -m differential.run [SEED [COUNT]]

A difference is made as small as it can be while it stays one, and shown with both outcomes. It is triaged when an entry
of known.json names its outcomes and every condition key of the small case. Exits 1 when one is not. ministack runs as a
program of its own, from an environment of its own, on loopback; nothing of it is copied.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from differential.cases import Case, cases, smaller
from differential.engines import ACCOUNT, Engine
from differential.known import Known, about, known
from unassume.lab import Lab

MINISTACK = Path(__file__).parent.parent / ".venv-differential/bin/ministack"
SEED, COUNT = 20261123, 400


@contextmanager
def ministack() -> Iterator[str]:
    """Its endpoint, while it runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    mine = {"AUTH": "true", "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_ACCOUNT_ID": ACCOUNT}
    quiet = subprocess.DEVNULL
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen([MINISTACK], env={**plain, **mine, "HOME": home}, cwd=home, stdout=quiet, stderr=quiet) as it,
    ):
        try:
            _wait(port, it)
            yield f"http://127.0.0.1:{port}"
        finally:
            it.terminate()


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if running.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("ministack does not start")


def shrunk(case: Case, engines: tuple[Engine, Engine], outcomes: tuple[str, str]) -> Case:
    """The smallest case found that still gives these two outcomes."""
    for simpler in smaller(case):
        if (engines[0].ask(simpler), engines[1].ask(simpler)) == outcomes:
            return shrunk(simpler, engines, outcomes)
    return case


def compare(
    engines: tuple[Engine, Engine], asked: Iterator[Case], entries: tuple[Known, ...]
) -> tuple[Counter[str], int]:
    """How often each triaged difference was met, and how many were not triaged; those are printed."""
    met: Counter[str] = Counter()
    new = 0
    for number, case in enumerate(asked):
        outcomes = (engines[0].ask(case), engines[1].ask(case))
        met["asked"] += 1
        met[f"both {outcomes[0]}"] += outcomes[0] == outcomes[1]
        if outcomes[0] == outcomes[1]:
            continue
        small = shrunk(case, engines, outcomes)
        entry = next((each for each in entries if each.covers(small, outcomes)), None)
        if entry is not None:
            met[entry.id] += 1
            continue
        new += 1
        print(f"case {number}, not triaged: lab {outcomes[0]}, ministack {outcomes[1]}; about {sorted(about(small))}")
        print(json.dumps(msgspec.to_builtins(small), indent=1))
    return met, new


def main() -> int:
    """Ask, and say what differed."""
    seed, count = (int(word) for word in (sys.argv[1:] + [str(SEED), str(COUNT)][len(sys.argv) - 1 :])[:2])
    with Lab(seed=None) as lab, ministack() as endpoint:
        root = lab.credentials("root")
        ours = Engine("lab", lab.endpoint_url, (root.access_key_id, root.secret_access_key))
        theirs = Engine("ministack", endpoint, ("test", "test"))
        met, new = compare((ours, theirs), cases(seed, count), known())
    for name, times in sorted(met.items()):
        print(f"{times:5} {name}")
    print(f"{new:5} differences not triaged (seed {seed})")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
