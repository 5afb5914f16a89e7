"""CloudTrail's files as a Trail, one or several."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fakes import FakeClock
from tests.trail.made import ACCOUNT, ROLE_ARN, START, at, session, stamp, user, wire
from unassume.errors import InputError, TrailError
from unassume.model.sightings import Ask, Issuance, Use
from unassume.sources.blobs import LocalBlobs
from unassume.sources.progress import SilentProgress
from unassume.sources.several_trails import SeveralTrails
from unassume.sources.trail_files import FileTrail

KEY = "ASIAEXAMPLEKEITH0000"
WHOLE = Ask(since=at(-3600), until=at(3600), whole=True)


def minted(name: str = "keith", key: str = KEY, seconds: float = 0) -> dict[str, Any]:
    """An AssumeRole that was granted."""
    given = {
        "credentials": {"accessKeyId": key, "expiration": stamp(at(3600))},
        "assumedRoleUser": {"assumedRoleId": f"AROAEXAMPLEREPORTS00:{name}", "arn": "unread"},
    }
    asked = {"roleArn": ROLE_ARN, "roleSessionName": name}
    more = {"eventSource": "sts.amazonaws.com", "requestParameters": asked, "responseElements": given}
    return wire(seconds, "AssumeRole", user(), **more)


def calls(count: int, name: str = "keith", key: str = KEY) -> list[dict[str, Any]]:
    """Calls of a session issued at the start."""
    return [wire(10 + n, "ListBuckets", session(name, 0, key=key)) for n in range(count)]


def trail(place: Path) -> FileTrail:
    return FileTrail(LocalBlobs(), str(place), FakeClock(at=at(3600)), SilentProgress())


def put(folder: Path, name: str, *records: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"Records": records}).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def test_copies_count_once_in_any_order(tmp_path: Path) -> None:
    """An event that two files hold, packed or plain, is one event; calls may be listed before their issuing event."""
    used = calls(3)
    put(tmp_path, "a.json.gz", *used)
    put(tmp_path, "b.json", used[1], minted())
    put(tmp_path, "c/d.json", used[2], used[0])
    opened = trail(tmp_path)
    issued, use = opened.sightings(WHOLE)
    assert isinstance(issued, Issuance)
    assert isinstance(use, Use)
    assert (issued.key_ids, use.calls) == ((KEY,), 3)
    assert (opened.coverage().events, opened.coverage().files) == (4, 3)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"role_arns": (ROLE_ARN,)}, 2), ({"key_ids": (KEY,)}, 2), ({"session_names": ("keith",)}, 2),
        ({"event_names": ("AssumeRole",)}, 1), ({"key_ids": ("ASIAOTHER",)}, 0), ({}, 0),
    ],
)  # fmt: skip
def test_it_answers_what_is_asked(tmp_path: Path, asked: dict[str, Any], count: int) -> None:
    """By role, key, name and issuing call, from one reading."""
    put(tmp_path, "a.json", minted(), *calls(2))
    assert len(trail(tmp_path).sightings(Ask(since=WHOLE.since, until=WHOLE.until, **asked))) == count


def test_what_lies_outside_the_window_is_no_answer_but_tells_the_reach(tmp_path: Path) -> None:
    """Events before the window give no sighting; how far the region was seen is still told."""
    put(tmp_path, "a.json", minted(seconds=0))
    later = trail(tmp_path)
    assert later.sightings(Ask(since=at(60), until=at(3600), whole=True)) == ()
    [region] = later.coverage().regions
    assert (region.account, region.first_event_at, region.newest_event_at) == (ACCOUNT, START, START)


def test_a_bad_file_is_named_and_costs_no_other(tmp_path: Path) -> None:
    """Empty, foreign, damaged and unreadable files, and records that are no events, are gaps."""
    put(tmp_path, "good.json", minted(), {"eventID": "x"}, None, 7)
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "torn.json.gz").write_bytes(gzip.compress(b"x" * 100)[:-9])
    (tmp_path / "notes.txt").write_text("hello")
    opened = trail(tmp_path)
    assert len(opened.sightings(WHOLE)) == 1
    coverage = opened.coverage()
    assert [Path(name).name for name in coverage.skipped] == ["empty.json", "notes.txt", "torn.json.gz"]
    assert len(coverage.gaps) == 4
    assert not coverage.is_complete


def test_no_readable_file_is_an_error(tmp_path: Path) -> None:
    """Where none of the files can be read, nothing is answered."""
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(TrailError, match=r"none of 1 files .* no CloudTrail event"):
        trail(tmp_path).sightings(WHOLE)


def test_no_such_place(tmp_path: Path) -> None:
    """A place that is not there is bad input."""
    with pytest.raises(InputError, match="no file or folder"):
        trail(tmp_path / "missing").sightings(WHOLE)


def test_only_days_of_the_window_are_read(tmp_path: Path) -> None:
    """Of CloudTrail's own layout the other days are left alone, and so are digests."""
    base = f"AWSLogs/{ACCOUNT}/CloudTrail"
    put(tmp_path, f"{base}/us-east-1/2026/11/23/a.json.gz", minted())
    put(tmp_path, f"{base}/us-east-1/2026/11/20/b.json.gz", minted("mary", "ASIAEXAMPLEMARY00000"))
    put(tmp_path, f"{base}-Digest/us-east-1/2026/11/23/c.json.gz")
    opened = trail(tmp_path)
    assert len(opened.sightings(WHOLE)) == 1
    assert opened.coverage().files == 1


def test_several_trails_are_one(tmp_path: Path) -> None:
    """What either shows is shown, the region's farthest reach counts, and one that fails is a gap."""
    put(tmp_path / "one", "a.json", minted())
    put(tmp_path / "two", "b.json", *calls(2))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x").write_text("x")
    several = SeveralTrails([trail(tmp_path / name) for name in ("one", "two", "bad")])
    assert len(several.sightings(WHOLE)) == 2
    coverage = several.coverage()
    assert [region.newest_event_at for region in coverage.regions] == [at(11)]
    assert [gap for gap in coverage.gaps if "could not be read" in gap] != []
    with pytest.raises(TrailError):
        SeveralTrails([trail(tmp_path / "bad")]).sightings(WHOLE)


def test_the_window_may_change(tmp_path: Path) -> None:
    """Another window is read anew."""
    put(tmp_path, "a.json", minted())
    opened = trail(tmp_path)
    assert opened.sightings(msgspec.structs.replace(WHOLE, since=at(1))) == ()
    assert len(opened.sightings(WHOLE)) == 1


def test_a_trail_that_failed_once_stays_a_gap(tmp_path: Path) -> None:
    """A later answer of the same window does not make up for what one trail could not tell before."""
    put(tmp_path / "one", "a.json", minted())
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x").write_text("x")
    bad, good = trail(tmp_path / "bad"), trail(tmp_path / "one")
    several = SeveralTrails([good, bad])
    several.sightings(WHOLE)
    put(tmp_path / "bad", "y.json", minted())
    several.sightings(WHOLE)
    assert any("a trail could not be read" in gap for gap in several.coverage().gaps)


def test_a_file_that_is_named_is_read_whatever_its_day(tmp_path: Path) -> None:
    """Who names one file means that file."""
    path = put(tmp_path, f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2024/08/02/a.json", minted())
    assert len(trail(path).sightings(WHOLE)) == 1
