"""Careless input: one clear line, one hint, the documented exit code, nothing on stdout, no traceback."""

from __future__ import annotations

import pytest

from tests.cli.running import CommandLine, Ran
from unassume.lab import Lab

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # AWS's own documented example
TOKEN = "FwoGZXIvYXdzEBYaDKNmZ29vZDEyMzQ1Njc4OTAi" * 9
SESSION = "arn:aws:sts::123456789012:assumed-role/DataAnalyst/keith"


def is_clear(ran: Ran) -> bool:
    """One line that names what is wrong, one hint, and nothing else."""
    lines = ran.complaint
    heads = [line.partition(":")[0] for line in lines]
    return heads == ["error", "hint"] and ran.out == "" and "Traceback" not in ran.err and not lines[0].endswith(".")


@pytest.mark.parametrize(
    "lead",
    ["", "x y", "arn:aws:s3:::bucket", "arn:aws:iam::12:role/x", "AROASHORT", "ASIA?", "AKIAIOSFODNN7EXAMPLE"],
)
@pytest.mark.parametrize("command", ["find", "plan"])
def test_what_is_no_lead_is_bad_input(offline: CommandLine, command: str, lead: str) -> None:
    """A lead that is none ends with 2 before anything is asked of AWS, and the hint names what a lead is."""
    ran = offline(command, lead)
    assert (ran.code, is_clear(ran), len(ran.err.splitlines())) == (2, True, 2)


@pytest.mark.parametrize("secret", [SECRET, TOKEN], ids=["secret", "token"])
@pytest.mark.parametrize(
    "words",
    [
        ("find", "@"),
        ("plan", "@"),
        ("find", "role", "@"),
        ("find", "role", "--as-of", "@"),
        ("find", "role", "--profile", "@"),
        ("find", "role", "--endpoint-url", "@"),
        ("plan", "role", "--rung", "@"),
        ("plan", "role", "--incident", "@"),
        ("apply", "@"),
        ("apply", "--resume", "@"),
        ("apply", "plan.json", "--max-bystanders", "@"),
        ("preview", "@"),
        ("verify", "@"),
        ("undo", "@", "--yes"),
        ("report", "@"),
        ("doctor", "--role", "@"),
        ("lint", "@"),
        ("check", "@"),
        ("drill", "@"),
        ("@",),
    ],
    ids=" ".join,
)
def test_a_secret_is_never_repeated(offline: CommandLine, words: tuple[str, ...], secret: str) -> None:
    """A secret key or session token, wherever it was pasted, stands neither in the error nor in any file."""
    ran = offline(*(secret if word == "@" else word for word in words))
    assert ran.code in (1, 2)
    assert ran.out == ""
    assert secret[:20] not in ran.err
    assert [path for path in offline.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("plan", SESSION, "--cut-off", "now"), "--cut-off now"),
        (("plan", SESSION, "--cut-off", "2026-11-23T18:30:00"), "--cut-off 2026-11-23T18:30:00"),
        (("plan", SESSION, "--cut-off", "2026-11-23T18:30:00.5Z"), "--cut-off"),
        (("plan", SESSION, "--as-of", "2026-13-01T00:00:00Z"), "--as-of"),
        (("find", SESSION, "--as-of", "yesterday"), "--as-of yesterday"),
        (("plan", SESSION, "--rung", "all"), "`all`"),
        (("plan", SESSION, "--leaked", "everything"), "`everything`"),
        (("plan", SESSION, "--incident", "a b"), "incident"),
        (("plan", SESSION, "--incident", ""), "incident"),
        (("plan", SESSION, "--incident", "x" * 41), "incident"),
        (("apply", "plan.json", "--max-bystanders", "-1"), "-1"),
        (("apply", "plan.json", "--max-bystanders", "many"), "many"),
        (("apply", "plan.json", "--resume", "latest"), "--resume"),
        (("apply",), "plan file"),
        (("verify", "latest", "--timeout", "0"), "--timeout"),
        (("find", SESSION, "-o", "yaml"), "yaml"),
        (("find",), "LEAD"),
        (("find", SESSION, "more"), "more"),
        (("revoke", SESSION), "revoke"),
        (("drill", "nobody"), "nobody"),
        (("lint", "nowhere.json"), "nowhere.json"),
        (("check", "nowhere.jsonl"), "nowhere.jsonl"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, tuple) else None,
)
def test_a_bad_value_is_named(offline: CommandLine, words: tuple[str, ...], named: str) -> None:
    """What cannot be understood is told by name, with a hint, and ends with 2."""
    ran = offline(*words)
    assert (ran.code, is_clear(ran)) == (2, True)
    assert named in ran.complaint[0]


@pytest.mark.parametrize(
    "lead",
    ["NoSuchRole", "arn:aws:iam::123456789012:role/NoSuchRole", "ASIANOSUCHKEY1234567", "AROANOSUCHROLE123456:keith"],
)
def test_a_lead_that_leads_nowhere(run: CommandLine, lead: str) -> None:
    """An unknown role, key or principal ends with 4, never with 0."""
    ran = run("find", lead)
    assert (ran.code, is_clear(ran)) == (4, True)


def test_a_plan_that_leads_nowhere(run: CommandLine) -> None:
    """A plan for an unknown role ends with 4, and no file is written."""
    ran = run("plan", "NoSuchRole", "--out", run.path("plan.json"))
    assert (ran.code, is_clear(ran)) == (4, True)
    assert not (run.folder / "plan.json").exists()


def test_a_session_no_event_shows(run: CommandLine) -> None:
    """find shows the role and ends with 4; plan can cut it by name all the same, and says with 3 that it is unsure."""
    ghost = SESSION.replace("keith", "ghost")
    found, made = run("find", ghost), run("plan", ghost)
    assert (found.code, made.code) == (4, 3)
    assert "no event shows this session" in found.complaint[0]
    assert "UNSURE" in made.out


def test_a_role_of_another_account_is_out_of_reach(run: CommandLine) -> None:
    """A role elsewhere ends with 1 and names both accounts."""
    ran = run("find", "arn:aws:iam::999999999999:role/DataAnalyst")
    assert (ran.code, is_clear(ran)) == (1, True)
    assert "999999999999" in ran.err
    assert "123456789012" in ran.err


def test_expired_credentials(run: CommandLine, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials past their end are told as such, with what to do."""
    from unassume.lab.clients import client

    short = client(lab, "sts", lab.credentials("bob-user")).assume_role(
        RoleArn="arn:aws:iam::123456789012:role/DataAnalyst", RoleSessionName="short", DurationSeconds=900
    )["Credentials"]
    lab.clock.advance(901)
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", short["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", short["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", short["SessionToken"])
    ran = run("find", "DataAnalyst")
    assert (ran.code, is_clear(ran)) == (1, True)
    assert "expired" in ran.complaint[0]


def test_a_wrong_secret(run: CommandLine, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key with another's secret is a refused signature, and the secret is not told."""
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", lab.credentials("responder").access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    ran = run("find", "DataAnalyst")
    assert (ran.code, is_clear(ran)) == (1, True)
    assert "signature" in ran.complaint[0]
    assert SECRET not in ran.err


@pytest.mark.parametrize(
    ("kept", "code", "named"),
    [
        ({}, 1, "no AWS credentials"),
        ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, 1, "incomplete"),
        ({"AWS_PROFILE": "nobody"}, 2, "`nobody`"),
    ],
    ids=["none", "partial", "unknown-profile"],
)
def test_unusable_credentials(
    run: CommandLine, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str], code: int, named: str
) -> None:
    """No credentials, half of them, or a profile that is not there: each is named."""
    monkeypatch.delenv("AWS_PROFILE")
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    ran = run("find", "DataAnalyst")
    assert (ran.code, is_clear(ran)) == (code, True)
    assert named in ran.complaint[0]


def test_no_region(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region nothing is asked; the hint names the option and the variable, and the variable works."""
    monkeypatch.delenv("AWS_REGION")
    ran = run("find", "DataAnalyst")
    assert (ran.code, is_clear(ran)) == (2, True)
    assert "--region" in ran.complaint[1]
    assert "AWS_REGION" in ran.complaint[1]


@pytest.mark.parametrize("region", ["nowhere", "us east 1", "http://x"])
def test_a_region_that_is_none(run: CommandLine, region: str) -> None:
    """A region AWS has not is one line; an endpoint that was given answers whatever the region is called."""
    ran = run("find", "NoSuchRole", "--region", region)
    assert ran.code in (1, 2, 4)
    assert is_clear(ran)


@pytest.mark.parametrize(
    ("url", "code"), [("http://127.0.0.1:9", 1), ("not a url", 2), ("127.0.0.1:80", 2), ("http://", 2), ("", 2)]
)
def test_an_endpoint_that_does_not_answer(run: CommandLine, url: str, code: int) -> None:
    """A dead endpoint ends with 1, what is no endpoint with 2."""
    ran = run("find", "DataAnalyst", "--endpoint-url", url)
    assert (ran.code, is_clear(ran)) == (code, True)


def test_a_plan_that_cannot_be_saved(run: CommandLine) -> None:
    """An --out that cannot be written ends with 1 and names the file; no torn file stays behind."""
    (run.folder / "file").write_text("in the way")
    ran = run("plan", SESSION, "--out", run.path("file/plan.json"))
    assert (ran.code, is_clear(ran)) == (1, True)
    assert "file/plan.json" in ran.complaint[0]
    assert sorted(path.name for path in run.folder.iterdir()) == ["file"]


def test_a_cut_off_far_ahead(run: CommandLine) -> None:
    """A cut-off more than an hour ahead would cut everybody's next sessions: it is taken for the slip it is."""
    ran = run("plan", SESSION, "--cut-off", "2099-01-01T00:00:00Z")
    assert (ran.code, is_clear(ran)) == (2, True)


def test_a_cut_off_that_misses_the_leak(run: CommandLine) -> None:
    """A cut-off before the leaked session was issued cuts nothing, and the plan says so with 3."""
    ran = run("plan", SESSION, "--cut-off", "2020-01-01T00:00:00Z")
    assert ran.code == 3
    assert "0 leaked session(s) cut" in ran.out


def test_a_rung_that_cannot_cut(run: CommandLine) -> None:
    """A role alone names no session, so the narrow rung has nothing to write: 3, and nothing is saved."""
    ran = run("plan", "DataAnalyst", "--rung", "session-name", "--out", run.path("plan.json"))
    assert ran.code == 3
    assert "nothing this plan could write" in ran.complaint[0]
    assert not (run.folder / "plan.json").exists()
