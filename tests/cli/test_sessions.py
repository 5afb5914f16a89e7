"""unassume sessions, and find on files: who is in there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import CommandLine
from tests.sources.test_trail_files import KEY, calls, minted, put
from unassume.cli.exits import Exit

AS_OF = ("--as-of", "2026-11-23T11:00:00Z")


def test_it_reads_files_without_any_aws(offline: CommandLine, tmp_path: Path) -> None:
    """With --trail nothing is asked of AWS: the answer comes from the files alone."""
    put(tmp_path, "logs/a.json.gz", minted(), *calls(2))
    ran = offline("sessions", "Reports", "--trail", str(tmp_path / "logs"), *AS_OF)
    assert ran.code == Exit.DONE
    assert "keith" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_json_names_its_document(offline: CommandLine, tmp_path: Path) -> None:
    """-o json gives the roster, live sessions alone with --live."""
    put(tmp_path, "logs/a.json", minted(), *calls(2))
    words = ("sessions", "--trail", str(tmp_path / "logs"), "-o", "json", "--since", "2026-11-23T09:00:00Z")
    found = json.loads(offline(*words, *AS_OF).out)
    assert (found["document"], len(found["sessions"]), found["coverage"]["files"]) == ("sessions", 1, 1)
    later = json.loads(offline(*words, "--live", "--as-of", "2026-11-23T23:00:00Z").out)
    assert (later["sessions"], later["left_out"]) == ([], 1)


def test_a_role_nobody_is_on(offline: CommandLine, tmp_path: Path) -> None:
    """A role without a session is not found; logs of another time say what to do."""
    put(tmp_path, "logs/a.json", minted())
    place = str(tmp_path / "logs")
    assert offline("sessions", "Nobody", "--trail", place, *AS_OF).code == Exit.NOT_FOUND
    old = offline("sessions", "--trail", place, "--as-of", "2027-01-01T00:00:00Z")
    assert "--as-of 2026-11-23T10:00:00Z" in " ".join(old.out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ASIAEXAMPLEKEY000000", "--trail", "."), "a role is wanted, not temporary access key ASIAEXAMPLEKEY000000"),
        (("--trail", "missing-folder"), "no file or folder `missing-folder`"),
        (("--since", "yesterday", "--trail", "."), "`--since yesterday` is no UTC instant in whole seconds"),
    ],
)
def test_bad_input_is_one_line(offline: CommandLine, words: tuple[str, ...], said: str) -> None:
    """Exit 2, and the line that names it."""
    ran = offline("sessions", *words)
    assert ran.code == Exit.USAGE
    assert [line for line in ran.err.splitlines() if line.startswith("error:")] == [f"error: {said}"]


def test_a_damaged_file_is_an_answer_with_gaps(offline: CommandLine, tmp_path: Path) -> None:
    """The rest is answered, the file is named, and the exit says so."""
    put(tmp_path, "logs/a.json", minted())
    (tmp_path / "logs" / "b.json.gz").write_bytes(b"\x1f\x8b\x08")
    ran = offline("sessions", "--trail", str(tmp_path / "logs"), *AS_OF)
    assert ran.code == Exit.FINDINGS
    assert "b.json.gz" in "".join(ran.out.split())


def test_the_lab_s_history_is_listed(run: CommandLine) -> None:
    """Without --trail the event history is looked up: the three sessions of the seed."""
    found = json.loads(run("sessions", "-o", "json").out)
    assert {one["session_name"] for one in found["sessions"]} >= {"bob", "mary", "keith"}


def test_find_reads_files_too(run: CommandLine, tmp_path: Path) -> None:
    """find --trail goes from a key that only the files show to its session, and reads the role from AWS."""
    listed = json.loads(run("sessions", "-o", "json").out)["sessions"]
    keith = next(one for one in listed if one["session_name"] == "keith")
    event = minted()
    event["requestParameters"]["roleArn"] = f"arn:aws:iam::{keith['account']}:role/DataAnalyst"
    event["responseElements"]["assumedRoleUser"]["assumedRoleId"] = keith["principal_id"]
    put(tmp_path, "logs/a.json", event)
    words = ("find", KEY, "--trail", str(tmp_path / "logs"), *AS_OF, "-o", "json")
    found = json.loads(run(*words).out)
    [leaked] = found["leaked"]
    assert [one["key_ids"] for one in found["sessions"] if one["id"] == leaked] == [[KEY]]


def test_logs_of_another_day_say_so(offline: CommandLine, tmp_path: Path) -> None:
    """Where CloudTrail's own folders hold no day of the window, the answer says how to look at another."""
    put(tmp_path, "AWSLogs/111122223333/CloudTrail/us-east-1/2024/08/02/a.json", minted())
    ran = offline("sessions", "--trail", str(tmp_path / "AWSLogs"), *AS_OF)
    assert ran.code == Exit.FINDINGS
    assert "for logs of another time say --as-of" in " ".join(ran.out.split())
