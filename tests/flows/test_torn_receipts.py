"""Receipts torn in their last line, and disks that are full: nothing is lost, and nothing is written unaccounted."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import CommandLine, program_environment
from tests.flows.weather import AGREED, account, outcome, planned, responder, widen
from tests.lab.acting import CHILD_ARN, assume
from unassume.errors import AccessError, PartialError, RefusedError
from unassume.journal import FileJournal
from unassume.lab import Lab
from unassume.model.receipts import Entry, Receipt, fold
from unassume.ports import World
from unassume.steps.apply import apply, resume
from unassume.steps.undo import undo

ENDS = ("resume", "undo")


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    """A lab in which nothing lags, of one region."""
    with Lab(seed="bob-mary-keith", regions=("us-east-1",)) as served:
        yield served


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The lab begun anew; Keith's session issued one of another role, so that two policies are written."""
    opened.reset()
    widen(opened)
    assume(opened, opened.credentials("keith"), CHILD_ARN, "report", SourceIdentity="keith")
    opened.clock.advance(60)
    return opened


@pytest.mark.parametrize("then", ENDS)
def test_a_torn_last_line(lab: Lab, tmp_path: Path, then: str) -> None:
    """Torn in any line after the first, a receipt is finished by resume and put back by undo."""
    start, world = account(lab), responder(lab, tmp_path)
    done = apply(planned(world, lab.credentials("keith").access_key_id), world, AGREED)
    path = tmp_path / "receipts" / f"{done.id}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    apply(undo(done, world), world, AGREED)
    for last in range(1, len(lines)):
        path.write_bytes(b"".join(lines[:last]) + lines[last][: len(lines[last]) // 2])
        torn = fold(world.journal.entries(done.id))
        wrote = redo(world, torn)
        if then == "resume":
            torn = resume(torn, world, AGREED)
            assert torn.is_complete
        elif not wrote:
            with pytest.raises(RefusedError, match="wrote nothing"):
                undo(torn, world)
            continue
        apply(undo(torn, world), world, AGREED)
        assert account(lab) == start, last
    assert len(lines) >= 5


def redo(world: World, torn: Receipt) -> int:
    """The account as it was when the line was torn: an intent is on disk before its call; how many were sent."""
    sent = [one for one, state in zip(torn.begun.changes, torn.states, strict=True) if state != "untouched"]
    for change in sent:
        world.accounts.write(change.slot, change.before, change.after)
    return len(sent)


def test_a_receipt_torn_in_its_first_line(run: CommandLine, lab: Lab) -> None:
    """Without its plan a receipt is empty, and so is the account: resume and undo say so, and apply works again."""
    start, plan = account(lab), run.path("plan.json")
    assert run("plan", lab.credentials("keith").access_key_id, "--out", plan).code == 0
    assert run("apply", plan).code == 7
    (path,) = run.receipts()
    assert run("undo", "latest", "--yes", "--reopen").code == 0
    assert account(lab) == start
    for receipt in run.receipts():
        receipt.unlink()
    path.write_bytes(b'{"entry":"begun","format":1,"receipt_id":"2026')
    for words in (("apply", "--resume", path.stem), ("undo", path.stem, "--yes"), ("verify", path.stem)):
        ran = run(*words)
        assert (ran.code, ran.complaint[0].startswith("error: the receipt is empty")) == (2, True), ran.err
    assert run("apply", plan).code == 7


class FullDisk:
    """The real journal on a disk that is full after so many entries: then it answers as Linux does for /dev/full."""

    def __init__(self, folder: Path, room: int) -> None:
        self._kept, self._left = FileJournal(folder), room

    def open(self, receipt_id: str) -> str:
        return self._kept.open(receipt_id)

    def append(self, receipt_id: str, entry: Entry) -> None:
        self._left -= 1
        if self._left < 0:
            raise AccessError("the state directory cannot be written: no space left on device")
        self._kept.append(receipt_id, entry)

    def entries(self, receipt: str) -> tuple[Entry, ...]:
        return self._kept.entries(receipt)

    def receipts(self) -> tuple[str, ...]:
        return self._kept.receipts()


@pytest.mark.parametrize("then", ENDS)
def test_a_disk_that_fills(lab: Lab, tmp_path: Path, then: str) -> None:
    """Full before the first entry or the first intent, nothing is sent to AWS; later both ends are reached."""
    start, world = account(lab), responder(lab, tmp_path)
    made = planned(world, lab.credentials("keith").access_key_id)
    sent = []
    for room in range(5):
        so_far = len(lab.calls())
        full = dataclasses.replace(world, journal=FullDisk(tmp_path, room))
        ended = outcome(lambda full=full: apply(made, full, AGREED), AccessError, PartialError)  # type: ignore[misc]  # bound now
        sent.append(sum(call.action == "iam:PutRolePolicy" for call in lab.calls()[so_far:]))
        assert "no space left" in str(ended), room
        assert isinstance(ended, PartialError) == (room > 0), room
        if room == 0:
            assert world.journal.entries(world.journal.receipts()[-1]) == ()
            continue
        receipt = fold(world.journal.entries(world.journal.receipts()[-1]))
        if then == "resume":
            receipt = resume(receipt, world, AGREED)
            assert receipt.is_complete
        if sent[-1] or then == "resume":
            apply(undo(receipt, world), world, AGREED)
        assert account(lab) == start, room
    assert sent == [0, 0, 1, 1, 2]


_FULL = """
import resource, signal, sys
from unassume.cli.main import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
main(sys.argv[1:])
"""


def test_a_process_that_may_write_no_byte(run: CommandLine, lab: Lab) -> None:
    """The disk takes no byte of the receipt: exit 1, no write is sent, and once there is room the plan applies."""
    start, plan = account(lab), run.path("plan.json")
    assert run("plan", lab.credentials("keith").access_key_id, "--out", plan).code == 0
    words = [sys.executable, "-c", _FULL, "apply", plan]
    ran = subprocess.run(words, capture_output=True, text=True, env=program_environment(lab, run.folder))
    assert (ran.returncode, ran.stdout, account(lab)) == (1, "", start), ran.stderr
    assert "cannot be written" in ran.stderr
    assert run("apply", plan).code == 7
