"""Files as Blobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from unassume.errors import InputError
from unassume.sources.blobs import LocalBlobs


def test_a_folder_lists_its_files_in_order(tmp_path: Path) -> None:
    """Every file at any depth, sorted, and folders themselves not."""
    (tmp_path / "b").mkdir()
    for name in ("c.json", "b/a.json", "a.json"):
        (tmp_path / name).write_text(name)
    found = list(LocalBlobs().names(str(tmp_path)))
    assert found == [str(tmp_path / name) for name in ("a.json", "b/a.json", "c.json")]
    assert [LocalBlobs().read(name) for name in found] == [b"a.json", b"b/a.json", b"c.json"]


def test_a_file_lists_itself(tmp_path: Path) -> None:
    """One file is a listing of one."""
    path = tmp_path / "one.json"
    path.write_text("")
    assert list(LocalBlobs().names(str(path))) == [str(path)]


@pytest.mark.parametrize("name", ["missing.json", ".", "nul\0byte"])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    """A missing file, a folder and an impossible name are bad input."""
    with pytest.raises(InputError, match="cannot be read"):
        LocalBlobs().read(f"{tmp_path}/{name}")


def test_an_empty_listing_is_not_a_missing_one(tmp_path: Path) -> None:
    """An empty folder lists nothing; a folder that is not there is bad input."""
    assert list(LocalBlobs().names(str(tmp_path))) == []
    with pytest.raises(InputError, match="no file or folder"):
        list(LocalBlobs().names(str(tmp_path / "missing")))
