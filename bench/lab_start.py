"""How long the lab takes to listen, and to have played its seed, beside moto's own server; programs take turns.

The port counts as open at the first connection it takes; the lab is ready when it prints its first line.

    python -m bench.lab_start [ROUNDS]
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.startup import BIN, plain_environment

LIMITS = {"unassume lab, port open": "1500 beside moto's own"}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until_open(port: int, running: subprocess.Popen[bytes]) -> None:
    """Return once the port takes a connection."""
    for _ in range(6000):
        assert running.poll() is None, "the server ended before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


def lab(folder: Path) -> dict[str, float]:
    """Milliseconds until `unassume lab` listens, and until it is ready."""
    port = free_port()
    words, quiet = [str(BIN / "unassume"), "lab", "--port", str(port)], subprocess.DEVNULL
    started = time.perf_counter()
    with subprocess.Popen(words, env=plain_environment(folder), stdout=subprocess.PIPE, stderr=quiet) as running:
        try:
            until_open(port, running)
            is_open = time.perf_counter()
            assert running.stdout is not None
            assert running.stdout.readline()
            is_ready = time.perf_counter()
        finally:
            running.terminate()
    return {
        "unassume lab, port open": (is_open - started) * 1000,
        "unassume lab, seed played": (is_ready - started) * 1000,
    }


def moto(folder: Path) -> dict[str, float]:
    """Milliseconds until moto's own server listens."""
    port = free_port()
    words = [str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, env=plain_environment(folder), stdout=quiet, stderr=quiet) as running:
        try:
            until_open(port, running)
            return {"moto_server, port open": (time.perf_counter() - started) * 1000}
        finally:
            running.terminate()


def main() -> None:
    """Measure in turns and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        for turn in range(rounds + 1):
            for label, milliseconds in {**lab(Path(name)), **moto(Path(name))}.items():
                if turn:  # the first round fills the page cache
                    taken.setdefault(label, []).append(milliseconds)
    print(f"| start ({rounds} rounds, in turns) | min ms | median ms | limit ms |\n|---|---|---|---|")
    for label, spans in taken.items():
        print(f"| {label} | {min(spans):.0f} | {statistics.median(spans):.0f} | {LIMITS.get(label, '')} |")


if __name__ == "__main__":
    main()
