"""The Blobs port on local files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from unassume.errors import InputError


class LocalBlobs:
    """Files by path, relative to where we stand."""

    def names(self, prefix: str, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[str]:
        """The file itself, or every file below the folder in the order of their names; InputError for neither."""
        path = Path(prefix)
        if path.is_file():
            yield str(path)
        elif path.is_dir():
            yield from sorted(_files(path, wanted))
        else:
            raise InputError(f"no file or folder `{prefix}`")

    def read(self, name: str) -> bytes:
        """The bytes of a file; InputError naming it when it is not there or not readable."""
        try:
            return Path(name).read_bytes()
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise InputError(f"`{name}` cannot be read: {reason}") from None


def _files(folder: Path, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Every file below a folder, but below none that is not wanted."""
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if wanted(str(Path(where, name)))]
        yield from (str(Path(where, name)) for name in files)
