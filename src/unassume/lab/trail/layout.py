"""CloudTrail's log files: their names and what is in them.

# AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import gzip
import os
import secrets
import string
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from unassume.errors import AccessError

_LETTERS = string.ascii_letters + string.digits


def object_key(account: str, region: str, at: datetime, *, prefix: str = "", organization: str = "") -> str:
    """The key of a new file of the account's events in the region, written at that instant."""
    parts = (prefix.strip("/"), "AWSLogs", organization, account, "CloudTrail", region, f"{at:%Y/%m/%d}")
    unique = "".join(secrets.choice(_LETTERS) for _ in range(16))
    name = f"{account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{unique}.json.gz"
    return "/".join((*(part for part in parts if part), name))


def packed(records: Sequence[bytes]) -> bytes:
    """The file of these records."""
    return gzip.compress(b'{"Records":[' + b",".join(records) + b"]}", compresslevel=6, mtime=0)


def check_directory(directory: Path) -> None:
    """Make the directory when it is not there; AccessError naming it when no file can be written in it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / f".{secrets.token_hex(8)}.partial"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        hint = "give a directory that exists and can be written, or one that can be made"
        raise AccessError(f"`{directory}` cannot be written: {_reason(problem)}", hint=hint) from problem


def write_file(directory: Path, key: str, body: bytes) -> None:
    """Write a file below the directory, whole or not at all; AccessError naming the directory when it cannot be."""
    path = directory / key
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(body)
        os.replace(partial, path)
    except OSError as problem:
        raise AccessError(f"`{directory}` cannot be written: {_reason(problem)}") from problem


def _reason(problem: OSError) -> str:
    return (problem.strerror or type(problem).__name__).lower()
