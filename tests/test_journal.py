"""Receipts on disk: durable, private, append-only, and honest about damage."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from unassume.errors import AccessError, InputError
from unassume.journal import FileJournal
from unassume.model.plans import CutOff, Plan
from unassume.model.receipts import Begun, Entry, Intended, Refused, Written

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def begun(receipt_id: str, at: datetime = NOW) -> Begun:
    plan = Plan(
        tool="unassume/0", purpose="cut", incident="inc-1", created_at=NOW, caller_arn="arn:aws:iam::111122223333:root",
        accounts=("111122223333",), lead="keith", leaked="unknown", assumed="", rung="session-name",
        cut_off=CutOff(), changes=(), gaps=(),
    )  # fmt: skip
    return Begun(
        receipt_id=receipt_id, at=at, tool=plan.tool, caller_arn=plan.caller_arn, cut_off=NOW, plan=plan, changes=()
    )


def written(tmp_path: Path, *entries: Entry, receipt_id: str = "r-1") -> Path:
    """A receipt with these entries, and its file."""
    journal = FileJournal(tmp_path)
    place = journal.open(receipt_id)
    for entry in entries:
        journal.append(receipt_id, entry)
    return Path(place)


STEPS: tuple[Entry, ...] = (begun("r-1"), Intended(at=NOW, change=0), Written(at=NOW, change=0))


def test_entries_come_back_as_they_were(tmp_path: Path) -> None:
    """Another reader, later, reads exactly what was appended, in order."""
    written(tmp_path, *STEPS)
    assert FileJournal(tmp_path).entries("r-1") == STEPS


def test_receipts_are_private(tmp_path: Path) -> None:
    """The folders made are 0700 and the file 0600."""
    path = written(tmp_path / "state", *STEPS)
    assert [oct(each.stat().st_mode & 0o777) for each in (path, path.parent, path.parent.parent)] == [
        "0o600", "0o700", "0o700",
    ]  # fmt: skip


def test_every_line_is_json(tmp_path: Path) -> None:
    """A receipt can be read without this tool: one JSON object a line, its kind under `entry`."""
    lines = written(tmp_path, *STEPS).read_text().splitlines()
    assert [json.loads(line)["entry"] for line in lines] == ["begun", "intended", "written"]


def test_a_receipt_is_never_opened_twice(tmp_path: Path) -> None:
    """Creating a receipt that stands already is refused and leaves it untouched."""
    path = written(tmp_path, *STEPS)
    before = path.read_bytes()
    with pytest.raises(AccessError, match="exists already"):
        FileJournal(tmp_path).open("r-1")
    assert path.read_bytes() == before


def test_nothing_is_made_before_the_first_receipt(tmp_path: Path) -> None:
    """Looking for receipts leaves no folder behind."""
    journal = FileJournal(tmp_path / "state")
    assert journal.receipts() == ()
    with pytest.raises(InputError, match="no receipt `latest`"):
        journal.entries("latest")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("torn", [b'{"entry":"wri', b'{"entry":"written","at":"2026', b"\x00\x00\x00\n", b"{]\n"])
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: bytes) -> None:
    """What a crash left at the end was never promised."""
    path = written(tmp_path, *STEPS)
    path.write_bytes(path.read_bytes() + torn)
    assert FileJournal(tmp_path).entries("r-1") == STEPS


def test_a_receipt_is_ascii_alone(tmp_path: Path) -> None:
    """Letters that would steer a terminal are spelt by their escapes, and come back as they were."""
    why = "refused \u202e\u009b31m\x7f\U0001f3fb é"
    entry = Refused(at=NOW, change=0, why=why)
    path = written(tmp_path, STEPS[0], entry)
    assert path.read_bytes().isascii()
    assert b"\x7f" not in path.read_bytes()
    assert FileJournal(tmp_path).entries("r-1")[1] == entry


def test_appending_after_a_crash_leaves_no_damage(tmp_path: Path) -> None:
    """The next entry takes the torn line's place instead of being glued to it."""
    path = written(tmp_path, *STEPS[:2])
    path.write_bytes(path.read_bytes() + b'{"entry":"wri')
    FileJournal(tmp_path).append("r-1", STEPS[2])
    assert FileJournal(tmp_path).entries("r-1") == STEPS


_FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from unassume.errors import AccessError
from unassume.journal import FileJournal
from unassume.model.receipts import Intended
from pathlib import Path

folder, room = sys.argv[1], int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
(path,) = Path(folder).rglob("*.jsonl")
size = path.stat().st_size + room
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    FileJournal(folder).append("r-1", Intended(at=datetime(2026, 11, 23, 18, tzinfo=UTC), change=0))
except AccessError as error:
    print(error.message)
"""


@pytest.mark.parametrize("room", [0, 1, 20, 50])
def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path, room: int) -> None:
    """No room for the next entry, or for part of it: nothing is called kept, and what was kept can be read."""
    written(tmp_path, *STEPS[:1])
    ran = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path), str(room)], capture_output=True, text=True, check=True
    )
    assert "cannot be written" in ran.stdout
    assert FileJournal(tmp_path).entries("r-1") == STEPS[:1]
    FileJournal(tmp_path).append("r-1", STEPS[1])
    assert FileJournal(tmp_path).entries("r-1") == STEPS[:2]


def test_every_cut_of_the_file_reads_as_a_beginning(tmp_path: Path) -> None:
    """Cut at any byte, a receipt holds the entries whose lines are whole, and no error."""
    path = written(tmp_path, *STEPS)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert FileJournal(tmp_path).entries("r-1") == STEPS[: content[:length].count(b"\n")]


@pytest.mark.parametrize("damage", [b"x", b"{}", b'{"entry":"unheard-of"}'])
def test_damage_in_the_middle_is_an_error(tmp_path: Path, damage: bytes) -> None:
    """A line that is no entry, followed by others, is named and not skipped."""
    path = written(tmp_path, *STEPS)
    first, second, third = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join((first, damage, third, b"")))
    with pytest.raises(InputError, match=r"line 2 of receipt `.*r-1\.jsonl` is no entry"):
        FileJournal(tmp_path).entries("r-1")
    assert second


def test_a_receipt_is_found_by_every_name(tmp_path: Path) -> None:
    """By id, by unique beginning, by path, and the newest as `latest`."""
    path = written(tmp_path, begun("r-1", NOW + timedelta(hours=1)))
    written(tmp_path, begun("q-2", NOW), receipt_id="q-2")
    journal = FileJournal(tmp_path)
    assert journal.receipts() == ("q-2", "r-1")
    expected = (begun("r-1", NOW + timedelta(hours=1)),)
    assert [journal.entries(name) for name in ("r-1", "r", str(path), "latest")] == [expected] * 4


def test_an_empty_receipt_is_never_the_latest(tmp_path: Path) -> None:
    """A receipt that never got its plan comes before all others."""
    written(tmp_path, begun("a"), receipt_id="a")
    written(tmp_path, receipt_id="z")
    assert FileJournal(tmp_path).receipts() == ("z", "a")
    assert FileJournal(tmp_path).entries("z") == ()


@pytest.mark.parametrize("name", ["r-9", "", "latest", "../r-1", "missing.jsonl"])
def test_an_unknown_receipt_is_bad_input(tmp_path: Path, name: str) -> None:
    """A receipt that is not there is named."""
    with pytest.raises(InputError, match="receipt"):
        FileJournal(tmp_path).entries(name)


def test_an_ambiguous_beginning_is_bad_input(tmp_path: Path) -> None:
    """A beginning of several ids names them; a whole id is never ambiguous."""
    for receipt_id in ("r-1", "r-12"):
        written(tmp_path, begun(receipt_id), receipt_id=receipt_id)
    with pytest.raises(InputError, match="r-1, r-12"):
        FileJournal(tmp_path).entries("r-")
    assert FileJournal(tmp_path).entries("r-1") == (begun("r-1"),)


@pytest.mark.parametrize("receipt_id", ["../evil", "a/b", "", ".hidden", "x" * 200])
def test_an_id_is_no_path(tmp_path: Path, receipt_id: str) -> None:
    """An id from a foreign plan cannot make a file elsewhere."""
    with pytest.raises(InputError, match="no receipt id"):
        FileJournal(tmp_path).open(receipt_id)


def test_an_unwritable_state_directory_is_named(tmp_path: Path) -> None:
    """A state directory below a file cannot be made; the error says which, and how to name another."""
    (tmp_path / "file").write_text("")
    state = tmp_path / "file" / "state"
    with pytest.raises(AccessError) as caught:
        FileJournal(state).open("r-1")
    assert str(state) in caught.value.message
    assert "--state-dir" in caught.value.hint


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A receipt's name that is a link to somewhere else is refused."""
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "r-1.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AccessError):
        FileJournal(tmp_path).open("r-1")
    assert not (tmp_path / "elsewhere").exists()


def test_appending_to_no_receipt_is_refused(tmp_path: Path) -> None:
    """An entry without its receipt is an error, not a new file."""
    with pytest.raises(AccessError):
        FileJournal(tmp_path).append("r-1", STEPS[1])
    assert FileJournal(tmp_path).receipts() == ()


def test_the_folder_can_be_tried_out(tmp_path: Path) -> None:
    """Trying it out leaves a private folder with nothing in it, and a folder open to others is seen to be."""
    journal = FileJournal(tmp_path / "state")
    assert journal.is_private()
    folder = Path(journal.try_out())
    assert (list(folder.iterdir()), oct(folder.stat().st_mode & 0o777), journal.is_private()) == ([], "0o700", True)
    folder.chmod(0o750)
    assert not journal.is_private()


def test_a_folder_that_cannot_be_tried_out(tmp_path: Path) -> None:
    """A file where the state directory should be is an error with its reason."""
    (tmp_path / "state").write_text("")
    with pytest.raises(AccessError, match="cannot be written"):
        FileJournal(tmp_path / "state").try_out()
