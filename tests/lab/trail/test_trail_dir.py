"""Events on disk: every file whole, where CloudTrail would put it, and read back by the tool itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.acting import reads
from tests.lab.trail.made import START, event, records_in
from unassume.errors import AccessError
from unassume.lab import ACCOUNT, Lab, LabClock
from unassume.lab.clients import client
from unassume.lab.trail.lookup import LabTrail
from unassume.trail.events import read_event
from unassume.trail.lineage import sessions_of
from unassume.trail.sightings import sightings_of


def files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def records(directory: Path) -> list[dict[str, Any]]:
    return [record for path in files(directory) for record in records_in(path.read_bytes())]


def test_the_tool_reads_the_lab(tmp_path: Path) -> None:
    """What the seed's story left on disk tells the very sessions that were minted: key, name, start, end, parent."""
    with Lab(trail_dir=tmp_path) as lab:
        held = {name: lab.credentials(name) for name in ("bob", "mary", "keith")}
        users = {name: lab.credentials(f"{name}-user").access_key_id for name in held}
        issued = {e.username: e.at for e in lab.events() if e.name == "AssumeRole"}
        lab.clock.advance(600)
        now = lab.clock.now()
    events = [read_event(msgspec.json.encode(record)) for record in records(tmp_path)]
    found = sessions_of(sightings_of(each for each in events if each is not None), now)
    assert None not in events
    told = {each.session_name: (each.key_ids, each.issued_at, each.expires_at, each.calls, each.live) for each in found}
    assert told == {
        name: ((held[name].access_key_id,), issued[name], held[name].expires_at, 2, True) for name in held
    }  # fmt: skip
    assert {each.session_name: each.parent.key_id for each in found if each.parent} == users
    assert {each.source_identity for each in found} == set(held)


def test_all_is_there_when_the_lab_closes(tmp_path: Path) -> None:
    """Each event is written once, data events too, with no trail and before its five minutes are over."""
    with Lab(trail_dir=tmp_path, trail_delay=900) as lab:
        assert reads(lab, lab.credentials("bob")) == "OK"
        wanted = {each.id for each in lab.events()}
    found = [record["eventID"] for record in records(tmp_path)]
    assert sorted(found) == sorted(wanted)
    name = rf"{ACCOUNT}_CloudTrail_us-east-1_\d{{8}}T\d{{4}}Z_\w{{16}}\.json\.gz"
    pattern = rf"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d/{name}"
    assert all(re.fullmatch(pattern, path.relative_to(tmp_path).as_posix()) for path in files(tmp_path))


def test_a_jump_of_the_clock_delivers(tmp_path: Path) -> None:
    """Files appear when the clock is jumped past their five minutes and the delay, and not before."""
    clock = LabClock(START, moving=False)
    trail = LabTrail(clock, 60, tmp_path)
    trail.add(event(1))
    clock.advance(359)
    assert files(tmp_path) == []
    clock.advance(1)
    (path,) = files(tmp_path)
    assert path.name.startswith(f"{ACCOUNT}_CloudTrail_us-east-1_20260101T1206Z_")
    trail.close()
    assert files(tmp_path) == [path]


def test_one_file_for_account_region_and_five_minutes(tmp_path: Path) -> None:
    """Events of another account, region or five minutes are in files of their own, each in the order of writing."""
    clock = LabClock(START, moving=False)
    trail = LabTrail(clock, 0, tmp_path)
    trail.add(event(1), event(2), event(3, account="210987654321"), event(4, region="eu-west-1"))
    clock.advance(300)
    trail.add(event(5, clock.now()))
    trail.close()
    held = [[record["eventID"] for record in records_in(path.read_bytes())] for path in files(tmp_path)]
    assert sorted(held) == [["1", "2"], ["3"], ["4"], ["5"]]


def test_a_reset_writes_first(tmp_path: Path) -> None:
    """What was owed before `clear` is on disk, and what comes after is all that is remembered."""
    clock = LabClock(START, moving=False)
    trail = LabTrail(clock, 0, tmp_path)
    trail.add(event(1))
    trail.clear()
    trail.add(event(2))
    assert [each.id for each in trail.all()] == ["2"]
    assert [record["eventID"] for record in records(tmp_path)] == ["1"]
    trail.close()


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named at the start, and the next lab opens all the same."""
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(AccessError, match=re.escape(str(taken))), Lab(seed=None, trail_dir=taken):
        pass
    with Lab(seed=None) as lab:
        assert client(lab, "sts", lab.credentials("root")).get_caller_identity()["Account"] == ACCOUNT


def test_a_directory_that_is_lost(tmp_path: Path) -> None:
    """Calls go on when the directory is lost; closing says that it could not be written."""
    clock = LabClock(START, moving=False)
    home = tmp_path / "trail"
    trail = LabTrail(clock, 0, home)
    trail.add(event(1))
    home.rmdir()
    home.write_text("")
    clock.advance(300)
    with pytest.raises(AccessError, match=re.escape(str(home))):
        trail.close()
