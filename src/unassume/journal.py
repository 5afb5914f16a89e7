"""Receipts on disk: one JSON-lines file each, only ever added to, durable when a call returns.

Rule 1: an entry that cannot be read whole at the very end was never promised: it is dropped, and overwritten next.
Rule 2: damage anywhere else is an error; a receipt is never guessed at.
Rule 3: the folder is 0700 and the files 0600: they hold policies, names and addresses.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from unassume.errors import AccessError, InputError
from unassume.iam.json_text import in_ascii
from unassume.model.receipts import Begun, Entry

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_SUFFIX = ".jsonl"
_ENTRY: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)
_HINT = "name a folder you may write with `--state-dir` or UNASSUME_STATE_DIR"
_NEVER = datetime.min.replace(tzinfo=UTC)


class FileJournal:
    """The receipts below `<state_dir>/receipts`; nothing is made or read before it is asked for."""

    def __init__(self, state_dir: str | os.PathLike[str]) -> None:
        self._folder = Path(state_dir) / "receipts"
        self._one_at_a_time = threading.Lock()

    def open(self, receipt_id: str) -> str:
        """Create the receipt, durably, and say its path; AccessError when it stands already or cannot be made."""
        path = self._path(receipt_id)
        with self._writing():
            _make_private(self._folder)
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            _sync_folder(self._folder)
        return str(path)

    def append(self, receipt_id: str, entry: Entry) -> None:
        """Add one entry; it is on disk when this returns. AccessError when it is not, or the receipt is not there."""
        line = in_ascii(msgspec.json.encode(entry)) + b"\n"
        with self._one_at_a_time, self._writing():
            descriptor = os.open(self._path(receipt_id), os.O_RDWR | os.O_NOFOLLOW)
            try:
                self._append(descriptor, line)
            finally:
                os.close(descriptor)

    def entries(self, receipt: str) -> tuple[Entry, ...]:
        """The entries of a receipt by id, path, unique beginning of an id, or `latest`; InputError when unknown."""
        path = self._find(receipt)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"receipt `{path}` cannot be read: {_reason(error)}", hint="another `--state-dir`?"
            ) from None
        lines = content[: _sound_length(content)].splitlines()
        return tuple(_decoded(line, number, path) for number, line in enumerate(lines, 1))

    def receipts(self) -> tuple[str, ...]:
        """The ids of all receipts, oldest first; those that never got a first entry come before all others."""
        try:
            paths = [path for path in self._folder.iterdir() if path.suffix == _SUFFIX]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise AccessError(f"`{self._folder}` cannot be read: {_reason(error)}", hint=_HINT) from None
        return tuple(path.stem for path in sorted(paths, key=lambda path: (_begun_at(path), path.stem)))

    def try_out(self) -> str:
        """Write, sync and remove a file where receipts go, and say where; AccessError when that cannot be done."""
        path = self._folder / f".doctor-{os.getpid()}"
        with self._writing():
            _make_private(self._folder)
            descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
            try:
                _write_all(descriptor, b"written by unassume doctor\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
                os.unlink(path)
            _sync_folder(self._folder)
        return str(self._folder)

    def is_private(self) -> bool:
        """Whether nobody else may look into the folder of the receipts; true where there is none yet."""
        return not self._folder.exists() or not self._folder.stat().st_mode & 0o077

    def _append(self, descriptor: int, line: bytes) -> None:
        content = _read_all(descriptor)
        sound = _sound_length(content)
        if sound < len(content):
            os.ftruncate(descriptor, sound)
        try:
            os.lseek(descriptor, sound, os.SEEK_SET)
            _write_all(descriptor, line)
        except OSError:
            os.ftruncate(descriptor, sound)
            raise
        os.fsync(descriptor)

    def _path(self, receipt_id: str) -> Path:
        if not _ID.fullmatch(receipt_id):
            raise InputError(f"`{receipt_id[:80]}` is no receipt id")
        return self._folder / f"{receipt_id}{_SUFFIX}"

    def _find(self, receipt: str) -> Path:
        if os.sep in receipt or receipt.endswith(_SUFFIX):
            return Path(receipt)
        known = self.receipts()
        if receipt == "latest" and known:
            return self._path(known[-1])
        matches = [known_id for known_id in known if known_id.startswith(receipt)] if receipt else []
        if receipt in matches:
            return self._path(receipt)
        if len(matches) > 1:
            raise InputError(f"`{receipt}` begins {len(matches)} receipts: {', '.join(matches[:5])}", hint="give more")
        if not matches:
            raise InputError(f"no receipt `{receipt[:80]}` in `{self._folder}`", hint="another `--state-dir`?")
        return self._path(matches[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except FileExistsError:
            raise AccessError(f"the receipt exists already in `{self._folder}`", hint="plan again") from None
        except OSError as error:
            message = f"the state directory `{self._folder.parent}` cannot be written: {_reason(error)}"
            raise AccessError(message, hint=_HINT) from None


def _make_private(folder: Path) -> None:
    """Make the folder and what is missing above it, each 0700 and durable."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(parent.parent)
    if not folder.is_dir():
        raise NotADirectoryError(20, "not a directory", str(folder))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read()


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sound_length(content: bytes) -> int:
    """How many bytes hold whole entries: a last line without its end, or of no sense, was torn by a crash."""
    end = content.rfind(b"\n") + 1
    start = content.rfind(b"\n", 0, max(end - 1, 0)) + 1
    if not end:
        return 0
    try:
        msgspec.json.decode(content[start:end])
    except msgspec.DecodeError:
        return start
    return end


def _decoded(line: bytes, number: int, path: Path) -> Entry:
    try:
        return _ENTRY.decode(line)
    except (msgspec.DecodeError, ValueError):
        hint = "it is damaged or foreign; nothing was read from it"
        raise InputError(f"line {number} of receipt `{path}` is no entry", hint=hint) from None


def _begun_at(path: Path) -> datetime:
    """When the receipt begins, from its first line; before all time when that cannot be read."""
    try:
        with path.open("rb") as file:
            first = _ENTRY.decode(file.readline())
    except (OSError, ValueError, msgspec.DecodeError):
        return _NEVER
    return first.at if isinstance(first, Begun) else _NEVER


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
