"""No secret that was typed, configured, minted or returned, and no raw text of a thief's, is printed or kept."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.aws.loopback import loopback, refusal
from tests.cli.running import CommandLine, Ran
from tests.flows.weather import account, signed_in, widen
from tests.lab.acting import CHILD_ARN, ROLE_ARN, assume, code_of
from unassume.lab import Lab
from unassume.lab.clients import client

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # AWS's own documented example
TOKEN = "FwoGZXIvYXdzEBYaDKNmZ29vZDEyMzQ1Njc4OTAi" * 9
HOSTILE = "x\x1b[2J\x1b]0;title\x07\x9b31m<script>alert(1)</script>\x7f\u202ey\u2066\u200b"


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    """A lab in which nothing lags, of one region."""
    with Lab(seed="bob-mary-keith", regions=("us-east-1",)) as served:
        yield served


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The lab begun anew, with a responder who may do all that doctor names."""
    opened.reset()
    widen(opened)
    opened.clock.advance(60)
    return opened


def secrets_of(lab: Lab) -> set[str]:
    """Every secret key and session token that the lab gave out with a profile."""
    held = [lab.credentials(profile) for profile in lab.profiles]
    return {secret for one in held for secret in (one.secret_access_key, one.session_token) if secret}


def kept(folder: Path, *but: str) -> str:
    """All that stands in the files of the test's folder."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in but]
    return "\n".join(path.read_bytes().decode() for path in files)


def is_raw(text: str) -> bool:
    """Whether a text holds a letter that moves a cursor, hides, or reorders."""
    return any(unicodedata.category(one)[0] == "C" and one != "\n" for one in text) or not {
        "\u2028",
        "\u2029",
    }.isdisjoint(text)


def whole_incident(run: CommandLine, lab: Lab, plan: str) -> list[Ran]:
    """Every command, in table and JSON where it has both, from the leak to its end."""
    key_id = lab.credentials("keith").access_key_id
    policy = run.path("policy.json")
    Path(policy).write_text('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
    ran = [
        run("doctor"), run("doctor", "--policy"), run("find", key_id), run("find", key_id, "-o", "json"),
        run("plan", key_id, "--canary", "--out", plan, "-o", "json"), run("plan", ROLE_ARN, "--rung", "hold"),
        run("preview", plan), run("preview", plan, "-o", "json"), run("apply", plan, "--yes", "-o", "json"),
    ]  # fmt: skip
    code_of(client(lab, "ec2", lab.credentials("keith")).describe_instances)
    lab.clock.advance(60)
    at = f"{lab.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    ran += [
        run("verify", "latest", "--wait", "--probe-profile", "keith"), run("verify", "latest", "-o", "json"),
        run("watch", "latest", "--until", at, "-o", "json"), run("report", "latest"),
        run("report", "latest", "-o", "markdown"), run("report", "latest", "-o", "json"), run("status"),
        run("status", "-o", "json"), run("apply", "--resume", "latest"), run("undo", "latest", "--yes", "--reopen"),
        run("prune", "--yes"), run("lint", policy), run("check", policy),
        run("explain", "--principal", ROLE_ARN, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k"),
    ]  # fmt: skip
    return ran


def test_no_secret_of_a_whole_incident_is_told(
    run: CommandLine, lab: Lab, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every command, all of Python's logging at DEBUG: not a secret key, not a token, not even of our canary."""
    role = f"arn:aws:iam::{lab.account}:role/OrganizationAccountAccessRole"
    iam = client(lab, "iam", lab.credentials("admin"))
    trust = {"Effect": "Allow", "Principal": {"AWS": lab.account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="OrganizationAccountAccessRole", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(
        RoleName="OrganizationAccountAccessRole", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    lab.clock.advance(10)
    operator = assume(lab, lab.credentials("admin"), role, "kim")
    file = signed_in(tmp_path / "credentials", operator)
    keith = signed_in(tmp_path / "leaked", lab.credentials("keith"), "keith").read_text()
    file.write_text(f"{file.read_text()}\n# {SECRET} {TOKEN}\n{keith}note = {SECRET}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_NOTE", SECRET)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("tests").debug("logging is on")
        ran = whole_incident(run, lab, run.path("plan.json"))
    assert "logging is on" in caplog.text
    assert [one.code for one in ran[:9]] == [0, 0, 0, 0, 0, 0, 0, 0, 7], [one.err for one in ran[:9]]
    said = "\n".join([*(one.out + one.err for one in ran), caplog.text, kept(run.folder, "credentials", "leaked")])
    assert "Traceback" not in said
    hidden = secrets_of(lab) | {SECRET, TOKEN, operator.secret_access_key, str(operator.session_token)}
    assert [secret[:6] for secret in hidden if secret in said] == []
    assert "<SecretAccessKey>" not in said


PLANTS = [
    ("contain", "@"), ("contain", "DataAnalyst", "--incident", "@"), ("plan", "DataAnalyst", "--incident", "@"),
    ("plan", "DataAnalyst", "--person-tag", "@"), ("plan", "DataAnalyst", "--egress", "@"),
    ("plan", "DataAnalyst", "--vpc", "@"), ("plan", "DataAnalyst", "--cut-off", "@"),
    ("apply", "PLAN", "--confirm", "@"), ("apply", "PLAN", "--allow-protected", "@"),
    ("apply", "PLAN", "--max-bystanders", "@"), ("apply", "--resume", "@"), ("verify", "@"), ("watch", "@"),
    ("watch", "latest", "--until", "@"), ("watch", "latest", "--until", "2026-01-01T00:00:00Z", "--on-loss", "@"),
    ("undo", "@", "--yes"),
    ("status", "--role", "@"), ("prune", "@"), ("prune", "--incident", "@", "--yes"), ("report", "@"),
    ("doctor", "--role", "@"), ("lint", "@"), ("lint", "--for", "@"), ("check", "@"), ("preview", "@"),
    ("explain", "--principal", "@"), ("explain", "--case", "@"), ("find", "DataAnalyst", "--as-of", "@"),
    ("find", "DataAnalyst", "--region", "@"), ("find", "DataAnalyst", "--organization-profile", "@"),
    ("verify", "latest", "--probe-profile", "@"),
]  # fmt: skip


@pytest.mark.parametrize("secret", [SECRET, TOKEN], ids=["secret key", "token"])
def test_what_is_typed_in_the_wrong_place(run: CommandLine, lab: Lab, secret: str) -> None:
    """A secret where a name belongs, in any command: it is in no line that is said and in no file that is left."""
    plan = run.path("plan.json")
    assert run("plan", lab.credentials("keith").access_key_id, "--out", plan).code == 0
    for words in PLANTS:
        ran = run(*(secret if word == "@" else plan if word == "PLAN" else word for word in words))
        assert secret[:20] not in ran.out + ran.err, words
        assert "please report" not in ran.err, words
    assert secret[:20] not in kept(run.folder)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every text of a document, one of each list alone."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:1]):
            yield from leaves(item, (*path, index))
    elif isinstance(value, str):
        yield path


def test_a_secret_in_a_plan_file(run: CommandLine, lab: Lab) -> None:
    """In any text of a plan file a secret is refused before a receipt could keep it, and is not repeated."""
    start, plan = account(lab), run.path("plan.json")
    assert run("plan", lab.credentials("keith").access_key_id, "--canary", "--out", plan).code == 0
    places = list(leaves(json.loads(Path(plan).read_text())))
    assert len(places) > 50
    for number, place in enumerate(places):
        secret, other = (SECRET, TOKEN) if number % 2 else (TOKEN, SECRET)
        read = json.loads(Path(plan).read_text())
        inner = read
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = secret
        planted = Path(run.path("planted.json"))
        planted.write_text(json.dumps(read))
        for words in (("preview", str(planted)), ("apply", str(planted), "--yes")):
            ran = run(*words)
            assert (ran.code, ran.out) == (2, ""), (place, ran.err)
            assert secret[:20] not in ran.err, place
            assert other[:20] not in ran.err, place
        planted.unlink()
    assert (account(lab), run.receipts()) == (start, [])


COMMANDS = [
    ("find", "DataAnalyst"), ("find", ROLE_ARN, "-o", "json"), ("plan", "DataAnalyst"), ("doctor",),
    ("contain", "DataAnalyst"), ("status",), ("prune", "--yes"), ("apply", "PLAN", "--yes"),
    ("explain", "--principal", ROLE_ARN, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k"),
]  # fmt: skip


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError", "ServiceOddity", "LimitExceeded"])
def test_what_aws_answers(run: CommandLine, lab: Lab, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """A secret or a thief's text in a refusal of AWS's, of any call, is neither printed nor kept as it is."""
    plan = run.path("plan.json")
    assert run("plan", lab.credentials("keith").access_key_id, "--out", plan).code == 0
    message = f"no {SECRET} {TOKEN} {HOSTILE.translate({27: None, 7: None, 127: None})} &#x202e;"
    with loopback(lab.clock.now()) as aws:
        for action in (
            "GetCallerIdentity", "GetRole", "ListRolePolicies", "ListAttachedRolePolicies", "GetRolePolicy",
            "listRegions", "LookupEvents", "GetAccountAuthorizationDetails", "AssumeRole", "GetUser",
            "SimulatePrincipalPolicy",
        ):  # fmt: skip
            if action != "GetCallerIdentity" or code == "ServiceOddity":
                aws.play(action, refusal(code, message))
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        for words in COMMANDS:
            ran = run(*(plan if word == "PLAN" else word for word in words))
            assert SECRET[:20] not in ran.out + ran.err, words
            assert TOKEN[:60] not in ran.out + ran.err, words
            assert not is_raw(ran.out + ran.err), words
            assert "please report" not in ran.err, words
    assert SECRET[:20] not in kept(run.folder)


def test_what_a_thief_writes_about_himself(run: CommandLine, lab: Lab) -> None:
    """A user agent with escapes, HTML and bidi marks is shown, kept and reported, and never as it is."""
    thief = client(lab, "sts", lab.credentials("keith"))
    thief.meta.events.register("before-send", lambda request, **_: request.headers.update({"User-Agent": AGENT}))
    given = thief.assume_role(RoleArn=CHILD_ARN, RoleSessionName="a=b,c@d.e-f+g")["Credentials"]
    lab.clock.advance(30)
    key_id, plan = lab.credentials("keith").access_key_id, run.path("plan.json")
    found = run("find", key_id, "-o", "json")
    assert "script" in found.out
    ran = [found, run("find", key_id), run("find", given["AccessKeyId"]), *whole_incident(run, lab, plan)]
    assert not is_raw("".join(one.out + one.err for one in ran))
    assert not is_raw(kept(run.folder))
    assert kept(run.folder).isascii()
    pages = [one.out for one in ran if one.out.startswith("# ")]
    assert len(pages) == 1
    assert "<script>" not in pages[0]


AGENT = HOSTILE.encode().decode("latin-1")
