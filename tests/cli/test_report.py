"""`unassume report` on a receipt of the lab: three forms, offline, and loud about damage."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import CommandLine
from tests.cli.test_careless import SESSION, is_clear
from unassume.lab import Lab


@pytest.fixture
def cut(run: CommandLine) -> str:
    """The id of the receipt of a cut that stands."""
    assert run("plan", SESSION, "--canary", "--out", run.path("plan.json")).code == 0
    assert run("apply", run.path("plan.json")).code == 7
    return run.receipts()[-1].stem


def test_a_report_from_cut_to_proof(
    run: CommandLine, lab: Lab, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Unproven before verify, contained after it; each form without AWS, within 80 columns, without a secret."""
    assert "written, not yet proven" in " ".join(run("report", cut).out.split())
    assert run("verify", cut, "--wait").code == 0
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    text, page, read = (run("report", "latest", "-o", form) for form in ("text", "markdown", "json"))
    assert [ran.code for ran in (text, page, read)] == [0, 0, 0], text.err
    assert [line for line in text.out.splitlines() if len(line) > 80 or "\x1b" in line] == []
    for said in (text.out, page.out):
        assert "CONTAINED when verify looked at" in " ".join(said.split())
        assert said.lower().index("gaps") < said.lower().index("what was cut") < said.lower().index("timeline")
    document = json.loads(read.out)
    assert (document["format"], document["document"], document["status"]) == (1, "report", "proven")
    assert {seal["state"] for seal in document["seals"]} == {"intact"}
    assert any(seal["kind"] == "event" for seal in document["seals"])
    secrets = [lab.credentials(name) for name in lab.profiles]
    for said in (text.out, page.out, read.out):
        assert [one for one in secrets if one.secret_access_key in said or (one.session_token or "-" * 9) in said] == []


def test_a_receipt_that_was_edited_is_said_aloud(run: CommandLine) -> None:
    """A changed event is the first thing said, on stderr too, and the exit code is 3."""
    assert run("plan", "DataAnalyst", "--rung", "hold", "--out", run.path("plan.json")).code in (0, 3)
    words = ("--confirm", "DataAnalyst", "--max-bystanders", "unknown")
    assert run("apply", run.path("plan.json"), *words).code == 7
    path = run.receipts()[-1]
    begun, *others = path.read_text().splitlines()
    entry = json.loads(begun)
    events = [*entry["raw_events"], *entry["plan"]["raw_events"]]
    assert events != []
    for event in events:
        event["text"] = event["text"].replace("keith", "alice")
    path.write_text("\n".join((json.dumps(entry), *others, "")))
    for form in ("text", "markdown", "json"):
        ran = run("report", str(path), "-o", form)
        assert (ran.code, ran.complaint[0].startswith("error: ")) == (3, True)
        assert form == "json" or "DIGESTS DO NOT MATCH" in ran.out.splitlines()[0]


@pytest.mark.parametrize("receipt", ["latest", "", "../../etc/passwd", "/nowhere/x.jsonl"])
def test_an_unknown_receipt(offline: CommandLine, receipt: str) -> None:
    """A receipt that is not there ends with 2."""
    ran = offline("report", receipt)
    assert (ran.code, is_clear(ran)) == (2, True)
