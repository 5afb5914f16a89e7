"""Tables on disk for what a lab remembers, so that its memory stays flat however long it runs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from typing import Any

_BATCH = 128
_SETTINGS = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-2048", "locking_mode=EXCLUSIVE")


def valid(text: str) -> str:
    """The text with what UTF-8 cannot hold replaced: clients can send half a character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class Disk:
    """One SQLite file without a name, in the machine's folder for temporary files: gone when it is closed.

    A file that was never linked leaves nothing behind, even when the process is killed. Rows are written in batches
    and every read writes what waits first, so a read sees each row put before it. Thread-safe; what is put after
    `close` is dropped, and a read after it finds nothing.
    """

    def __init__(self, *schema: str) -> None:
        self._base: sqlite3.Connection | None = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._waiting: dict[str, list[Sequence[Any]]] = {}
        self._count = 0
        self.lock = threading.RLock()
        for setting in _SETTINGS:
            self._base.execute(f"PRAGMA {setting}")
        self.define(*schema)

    def define(self, *schema: str) -> None:
        """Make tables and indexes."""
        with self.lock:
            for statement in schema:
                self._run(statement, ())

    def put(self, statement: str, row: Sequence[Any]) -> None:
        """Write one row, now or with the next batch."""
        with self.lock:
            self._waiting.setdefault(statement, []).append(row)
            self._count += 1
            if self._count >= _BATCH:
                self._flush()

    def read(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """The rows of a query."""
        with self.lock:
            self._flush()
            return self._run(query, values)

    def close(self) -> None:
        """Let the file go; more than once is no error."""
        with self.lock:
            base, self._base = self._base, None
            self._waiting.clear()
        if base is not None:
            base.close()

    def _run(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        return [] if self._base is None else self._base.execute(statement, values).fetchall()

    def _flush(self) -> None:
        waiting, self._waiting, self._count = self._waiting, {}, 0
        if self._base is None or not waiting:
            return
        self._base.execute("BEGIN")
        for statement, rows in waiting.items():
            self._base.executemany(statement, rows)
        self._base.execute("COMMIT")
