"""Ctrl-C, a closed pipe and a terminal, each with a process of its own."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.hanging import hanging
from tests.cli.running import PROGRAM, CommandLine, program_environment
from tests.cli.test_careless import SESSION
from unassume.lab import Lab


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's one plan is kept."""
    return tmp_path_factory.mktemp("plan") / "plan.json"


@pytest.fixture
def plan(run: CommandLine, kept: Path) -> str:
    """A saved plan, which any number of applies may be tried with."""
    if not kept.exists():
        assert run("plan", SESSION, "--out", str(kept)).code == 0
    return str(kept)


def interrupted(lab: Lab, folder: Path, word: bytes, *words: str) -> tuple[int, str, str]:
    """How the program ends when Ctrl-C comes while the call that holds `word` is under way."""
    with hanging(lab.endpoint_url, word) as endpoint:
        environment = {**program_environment(lab, folder), "AWS_ENDPOINT_URL": endpoint.url}
        running = subprocess.Popen(
            [*PROGRAM, *words], env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            assert endpoint.reached.wait(60)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=30)
        finally:
            running.kill()
    return running.returncode, out, err


def test_ctrl_c_before_any_write(run: CommandLine, lab: Lab, plan: str) -> None:
    """Interrupted while it reads: 130, one line, no receipt."""
    code, out, err = interrupted(lab, run.folder, b"Action=GetRole", "apply", plan)
    assert (code, out, run.receipts()) == (130, "", [])
    assert err.splitlines()[-1] == "interrupted"
    assert "Traceback" not in err


def test_ctrl_c_while_the_trail_hangs(run: CommandLine, lab: Lab) -> None:
    """Interrupted while lookups hang that would never end: 130 all the same, one line, nothing on stdout."""
    code, out, err = interrupted(lab, run.folder, b"LookupEvents", "find", SESSION)
    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "interrupted"
    assert "Traceback" not in err


def test_ctrl_c_in_the_middle_of_the_write(run: CommandLine, lab: Lab, plan: str) -> None:
    """Interrupted while AWS has not answered: 5, the receipt is named with both ways on, and resume finishes it."""
    code, out, err = interrupted(lab, run.folder, b"Action=PutRolePolicy", "apply", plan)
    receipt = run.receipts()[-1].stem
    assert (code, out, "Traceback" in err) == (5, "", False)
    assert f"unassume apply --resume {receipt}" in err.splitlines()[-1]
    assert f"unassume undo {receipt}" in err.splitlines()[-1]
    assert run("apply", "--resume", receipt).code == 7
    assert run("undo", receipt, "--yes", "--reopen").code == 0


def test_nobody_reads_the_answer(lab: Lab, tmp_path: Path) -> None:
    """A closed pipe changes neither the exit code nor stderr."""
    policy = tmp_path / "policy.json"
    policy.write_text('{"Version": "2012-10-17", "Statement": []}')
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "lint", str(policy)], env=program_environment(lab, tmp_path), stdout=writing,
        stderr=subprocess.PIPE, check=False, timeout=60,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode in (0, 3)
    assert done.stderr == b""


def test_an_answer_that_cannot_be_written(lab: Lab, tmp_path: Path) -> None:
    """A full disk behind stdout ends with 1 and one line."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*PROGRAM, "drill"], env=program_environment(lab, tmp_path), stdout=full, stderr=subprocess.PIPE,
            check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith(b"error: cannot write the answer")


def on_a_terminal(lab: Lab, folder: Path, answers: dict[bytes, bytes], *words: str) -> tuple[int, bytes]:
    """Run on a terminal of its own; to each question that appears, type its answer."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*PROGRAM, *words], env=program_environment(lab, folder), stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen, left = b"", dict(answers)
    try:
        while True:
            try:
                read = os.read(ours, 4096)
            except OSError:
                break
            if not read:
                break
            seen += read
            for question in [question for question in left if question in seen]:
                os.write(ours, left.pop(question))
        return running.wait(timeout=30), seen
    finally:
        running.kill()
        os.close(ours)


@pytest.mark.parametrize(("typed", "code"), [(b"no\n", 6), (b"\n", 6), (b"\x04", 130)], ids=["no", "enter", "ctrl-d"])
def test_a_person_does_not_say_yes(run: CommandLine, lab: Lab, plan: str, typed: bytes, code: int) -> None:
    """On a terminal apply asks; anything but `yes` writes nothing."""
    ended, seen = on_a_terminal(lab, run.folder, {b"write this?": typed}, "apply", plan)
    assert (ended, run.receipts()) == (code, []), seen


def test_a_person_types_the_role(run: CommandLine, lab: Lab) -> None:
    """A role-wide cut is asked for three times: yes, the role's name, and yes to the bystanders; then it is written."""
    path = run.path("wide.json")
    assert run("plan", SESSION, "--rung", "older-sessions", "--out", path).code == 0
    answers = {b"write this?": b"yes\n", b"type `DataAnalyst`": b"DataAnalyst\n", b"type `yes` to go on": b"yes\n"}
    ended, seen = on_a_terminal(lab, run.folder, answers, "apply", path)
    assert (ended, len(run.receipts())) == (7, 1), seen
