"""What the responder names to be read: a file, or standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.ports import Blobs


def read_given(blobs: Blobs, name: str) -> bytes:
    """The bytes of a file the responder named, or of standard input for `-`."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return blobs.read(name)
    except InputError as error:
        raise InputError(
            error.message, hint=error.hint or "name a file you may read, or `-` for standard input"
        ) from None
