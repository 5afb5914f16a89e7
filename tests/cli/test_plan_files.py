"""A plan file is a way to write IAM: what is not exactly a plan of ours is refused, and nothing is written."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import CommandLine
from tests.cli.test_careless import SESSION, is_clear
from unassume.lab import Lab

Document = dict[str, Any]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's one good plan is kept."""
    return tmp_path_factory.mktemp("plan") / "plan.json"


@pytest.fixture
def good(run: CommandLine, kept: Path) -> Document:
    """A plan as `plan --out` saves it."""
    if not kept.exists():
        assert run("plan", SESSION, "--canary", "--out", str(kept)).code == 0
    read: Document = json.loads(kept.read_text())
    return read


def writes(lab: Lab) -> list[str]:
    return [call.action for call in lab.calls() if call.action.startswith(("iam:Put", "iam:Delete")) and call.allowed]


@pytest.mark.parametrize(
    "content",
    [None, b"", b"\x00\xff\xfe\x7fELF", b"[]", b"null", b'"plan"', b"{}", b'{"format": 1}',
     b'{"format": 1, "document"', b"[" * 50_000],
    ids=["missing", "empty", "binary", "list", "null", "text", "object", "bare", "truncated", "deep"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["apply", "preview"])
def test_what_is_no_plan(offline: CommandLine, command: str, content: bytes | None) -> None:
    """A file that is no plan ends with 2 before AWS is asked, and is named."""
    path = offline.folder / "plan.json"
    if content is not None:
        path.write_bytes(content)
    ran = offline(command, str(path))
    assert (ran.code, is_clear(ran)) == (2, True)
    assert "plan.json" in ran.complaint[0]


def change(plan: Document) -> Document:
    first: Document = plan["changes"][0]
    return first


def with_statement(plan: Document, **altered: object) -> None:
    text = json.loads(change(plan)["after"])
    text["Statement"][0].update(altered)
    change(plan)["after"] = json.dumps(text)


def without_canary(plan: Document) -> object:
    """The plan as if it had been made without a canary."""
    plan["canaries"] = []
    read = json.loads(change(plan)["after"])
    read["Statement"] = [one for one in read["Statement"] if one["Sid"] != "UnassumeCanary"]
    change(plan)["after"] = json.dumps(read)
    return plan


ALTERED: dict[str, tuple[Callable[[Document], object], int]] = {
    "truncated": (lambda plan: plan.pop("changes"), 2),
    "other-format": (lambda plan: plan.update(format=2), 2),
    "unknown-field": (lambda plan: plan.update(extra=1), 2),
    "unknown-slot": (lambda plan: change(plan)["slot"].update(kind="bucket_policy"), 2),
    "allow": (lambda plan: with_statement(plan, Effect="Allow"), 6),
    "narrower-action": (lambda plan: with_statement(plan, Action="s3:*"), 6),
    "no-condition": (lambda plan: with_statement(plan, Condition={}), 6),
    "foreign-policy-name": (lambda plan: change(plan)["slot"].update(policy="DataAccess"), 6),
    "foreign-text": (lambda plan: change(plan).update(after="rm -rf"), 6),
    "no-changes": (lambda plan: plan.update(changes=[]), 6),
    "canary-elsewhere": (
        lambda plan: plan["canaries"][0].update(role_arn="arn:aws:iam::123456789012:role/Reporting"),
        6,
    ),
    "other-account": (lambda plan: (change(plan)["slot"].update(account="999999999999"), without_canary(plan)), 1),
    "other-role-id": (
        lambda plan: (change(plan).update(holder_id="AROAOTHERROLE1234567"), without_canary(plan)),
        4,
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_plan_writes_nothing(run: CommandLine, lab: Lab, good: Document, name: str) -> None:
    """What somebody put into a plan file is named, ends with the documented code, and AWS sees no write."""
    alter, code = ALTERED[name]
    alter(good)
    path = run.folder / "plan.json"
    path.write_text(json.dumps(good))
    before = writes(lab)
    ran = run("apply", str(path))
    said = [line for line in ran.complaint if line.startswith("error: ")]
    assert (ran.code, len(said), ran.out) == (code, 1, "")
    assert (writes(lab), run.receipts()) == (before, [])


def test_only_its_owner_reads_a_plan(good: Document, kept: Path) -> None:
    """A plan holds policies and names: it is 0600."""
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_plan_replaces_an_older_one_whole(run: CommandLine) -> None:
    """--out over an older file leaves one file, readable by its owner only."""
    path = run.folder / "plan.json"
    path.write_text("old")
    path.chmod(0o644)
    assert run("plan", SESSION, "--out", str(path)).code == 0
    assert json.loads(path.read_text())["format"] == 1
    assert (stat.S_IMODE(path.stat().st_mode), len(list(run.folder.iterdir()))) == (0o600, 1)


def test_an_unwritable_state_directory(run: CommandLine, lab: Lab, good: Document, kept: Path) -> None:
    """Where no receipt can be kept nothing is written: 1, and the hint names the option."""
    (run.folder / "file").write_text("in the way")
    before = writes(lab)
    ran = run("apply", str(kept), "--state-dir", run.path("file/state"))
    said = [line for line in ran.complaint if line.startswith(("error: ", "hint: "))]
    assert (ran.code, ran.out, writes(lab)) == (1, "", before)
    assert "file/state" in said[0]
    assert "--state-dir" in said[1]
