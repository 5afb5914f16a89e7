"""Receipts named on the command line: unknown, damaged, undone, private."""

from __future__ import annotations

import json
import stat

import pytest

from tests.cli.running import CommandLine
from tests.cli.test_careless import SESSION, is_clear
from unassume.lab import Lab

NAMING = [("verify", "{}"), ("undo", "{}", "--yes"), ("apply", "--resume", "{}")]


def called(words: tuple[str, ...], receipt: str) -> tuple[str, ...]:
    return tuple(word.format(receipt) for word in words)


@pytest.mark.parametrize("receipt", ["latest", "20260101T000000Z-x-000000", "", "../../etc/passwd", "/nowhere/x.jsonl"])
@pytest.mark.parametrize("words", NAMING, ids=lambda words: words[0])
def test_an_unknown_receipt(offline: CommandLine, words: tuple[str, ...], receipt: str) -> None:
    """A receipt that is not there ends with 2 before AWS is asked."""
    ran = offline(*called(words, receipt))
    assert (ran.code, is_clear(ran)) == (2, True)


@pytest.mark.parametrize(
    "content",
    ["", "nonsense\nmore\n", '{"entry": "written", "at": "2026-11-23T18:00:00Z", "change": 0}\n', "[]\n{}\n"],
    ids=["empty", "foreign", "headless", "json"],
)
@pytest.mark.parametrize("words", NAMING, ids=lambda words: words[0])
def test_a_damaged_receipt(offline: CommandLine, words: tuple[str, ...], content: str) -> None:
    """A receipt is never guessed at: damage ends with 2 and is named as such."""
    path = offline.folder / "damaged.jsonl"
    path.write_text(content)
    ran = offline(*called(words, str(path)))
    assert (ran.code, is_clear(ran)) == (2, True)


def test_undo_without_a_terminal_wants_a_yes(offline: CommandLine) -> None:
    """Without a terminal and without --yes nothing is undone: 6, and the hint names both flags."""
    ran = offline("undo", "latest")
    assert (ran.code, is_clear(ran)) == (6, True)
    assert "--yes" in ran.complaint[1]


@pytest.fixture
def cut(run: CommandLine) -> str:
    """The id of the receipt of a cut that stands."""
    assert run("plan", SESSION, "--canary", "--out", run.path("plan.json")).code == 0
    assert run("apply", run.path("plan.json")).code == 7
    return run.receipts()[-1].stem


def test_a_cut_from_receipt_to_undo(run: CommandLine, lab: Lab, cut: str) -> None:
    """A receipt is private, stale to a second apply, guarded against reopening, undone once, and not re-cut by undo."""
    receipt = run.receipts()[-1]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (receipt, receipt.parent)] == [0o600, 0o700]
    secrets = [lab.credentials(name).secret_access_key for name in lab.profiles]
    tokens = [token for name in lab.profiles if (token := lab.credentials(name).session_token)]
    assert [one for one in (*secrets, *tokens) if one in receipt.read_text()] == []

    again = run("apply", run.path("plan.json"))
    assert (again.code, "plan again" in again.err) == (4, True)
    refused = run("undo", cut, "--yes")
    assert (refused.code, "--reopen" in refused.err, refused.out) == (6, True, "")
    undone = run("undo", "latest", "--yes", "--reopen", "-o", "json")
    assert (undone.code, json.loads(undone.out)["format"]) == (0, 1)
    for words, code in (
        (("undo", cut, "--yes"), 6),
        (("undo", "latest", "--yes"), 6),
        (("apply", "--resume", cut), 6),
        (("verify", "latest"), 2),
    ):
        ran = run(*words)
        assert (ran.code, ran.out, ran.complaint[-1].partition(":")[0]) == (code, "", "hint"), (words, ran.err)


def test_the_leaked_credentials_are_asked_by_profile(run: CommandLine, lab: Lab) -> None:
    """The issuance is proved by the leaked session's own refusal; another's profile is bad input, and nothing leaks."""
    assert run("plan", SESSION, "--leaked", "session", "--out", run.path("plan.json")).code in (0, 3)
    assert run("apply", run.path("plan.json")).code == 7
    lab.clock.advance(10)
    wrong = run("verify", "latest", "--probe-profile", "bob")
    assert (wrong.code, is_clear(wrong), "no session the receipt cuts" in wrong.err) == (2, True, True)
    absent = run("verify", "latest", "--probe-profile", "nobody")
    assert (absent.code, is_clear(absent)) == (2, True)
    proved = run("verify", "latest", "--wait", "--probe-profile", "keith")
    assert (proved.code, "CONTAINED" in proved.out) == (0, True)
    secret = lab.credentials("keith").secret_access_key
    assert secret not in proved.out + proved.err + run.receipts()[-1].read_text()
    assert run("undo", "latest", "--yes", "--reopen").code == 0
