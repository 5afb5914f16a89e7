"""The exit codes, each with its meaning; documented in docs/exit-codes.md and never renumbered."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    FINDINGS = 3
    NOT_FOUND = 4
    PARTIAL = 5
    REFUSED = 6
    UNPROVEN = 7
    LOST = 8
    INTERRUPTED = 130
