"""The call log as JSON lines, one per call as it is answered, for a file or standard error."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import msgspec

from unassume.errors import AccessError
from unassume.lab.calls import Call


class CallLines:
    """Calls written down at once, appended to what the file holds; `-` is standard error.

    AccessError when the file cannot be opened. A line that cannot be written later is lost, and `lost` counts it: no
    call fails for it.
    """

    def __init__(self, path: str) -> None:
        self.lost = 0
        self._lock = threading.Lock()
        self._is_ours = path != "-"
        try:
            self._file: BinaryIO = _opened(Path(path)) if self._is_ours else sys.stderr.buffer
        except OSError as problem:
            reason = (problem.strerror or type(problem).__name__).lower()
            hint = "give a file in a directory that exists and can be written, or `-` for standard error"
            raise AccessError(f"cannot write the log `{path}`: {reason}", hint=hint) from None

    def write(self, call: Call) -> None:
        """Write one call."""
        line = msgspec.json.encode(call) + b"\n"
        with self._lock:
            try:
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError):
                self.lost += 1

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._is_ours:
                self._file.close()


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
