"""`unassume lab` as a program: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

PROGRAM = (sys.executable, "-c", "from unassume.cli.main import main; main()", "lab")


SIGNALS = [each for each in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if each is not None]


@contextmanager
def serving(*words: str, end: int = signal.SIGTERM) -> Iterator[tuple[dict[str, str], list[str]]]:
    """The variables a lab told to export; afterwards what it said on standard error, when it ended cleanly."""
    running = subprocess.Popen([*PROGRAM, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said: list[str] = []
    try:
        assert running.stdout is not None
        assert running.stderr is not None
        exported: dict[str, str] = {}
        while "AWS_EC2_METADATA_DISABLED" not in exported:
            words_of_line = shlex.split(running.stdout.readline())
            assert words_of_line[:1] == ["export"]
            name, _, value = words_of_line[1].partition("=")
            exported[name] = value
        yield exported, said
        running.send_signal(end)
        said += running.communicate(timeout=30)[1].splitlines()
        assert running.returncode == 0
    finally:
        running.kill()
        running.communicate()


def client(exported: dict[str, str], service: str, profile: str) -> object:
    """A client that does what the printed lines say, without this process's environment."""
    lines = Path(exported["AWS_SHARED_CREDENTIALS_FILE"]).read_text().split(f"[{profile}]\n")[1].splitlines()
    held = dict(line.split(" = ") for line in lines[:3] if line.startswith("aws_"))
    return boto3.client(service, region_name="us-east-1", endpoint_url=exported["AWS_ENDPOINT_URL"],
                        verify=exported.get("AWS_CA_BUNDLE"), **held)  # fmt: skip


def ended(*words: str) -> tuple[int, list[str]]:
    """How a lab that cannot start ends."""
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=60)
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("end", SIGNALS)
def test_accounts_log_and_trail(tmp_path: Path, end: int) -> None:
    """Accounts, a log of every call and a trail on disk, which SIGTERM and a terminal that closes leave whole."""
    log, trails = tmp_path / "calls.jsonl", tmp_path / "trails"
    trails.mkdir()
    with serving("--seed", "none", "--accounts", "3", "--log", str(log), "--trail-dir", str(trails), end=end) as (
        exported,
        said,
    ):
        assert exported["AWS_PROFILE"] == "root"
        sts = client(exported, "sts", "root-444455556666")
        assert sts.get_caller_identity()["Account"] == "444455556666"  # type: ignore[attr-defined]  # boto3 is untyped
    assert said == ["serving on loopback until Ctrl-C", "stopped"]
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["action"], each["status"]) for each in calls] == [("sts:GetCallerIdentity", 200)]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert [path.name.partition("_")[0] for path in trails.rglob("*.json.gz")] == ["444455556666"]
    assert not Path(exported["AWS_SHARED_CREDENTIALS_FILE"]).exists()


def test_tls_and_log_on_standard_error() -> None:
    """With TLS the lines name the certificate to trust; Ctrl-C ends it as cleanly; `-` writes calls to stderr."""
    with serving("--seed", "none", "--tls", "--log", "-", end=signal.SIGINT) as (exported, said):
        assert exported["AWS_ENDPOINT_URL"].startswith("https://")
        client(exported, "s3", "root").list_buckets()  # type: ignore[attr-defined]  # boto3 is untyped
    calls = [json.loads(line)["action"] for line in said if line.startswith("{")]
    assert calls == ["s3:ListBuckets"]


@pytest.mark.parametrize(
    "words",
    [("--accounts", "51"), ("--accounts", "0"), ("--seed", "nobody"), ("--port", "70000"), ("--propagation", "nan"),
     ("--trail-delay", "-1"), ("--read-delay", "long"), ("--log", ""), ("--trail-dir", "")],
    ids=" ".join,
)  # fmt: skip
def test_bad_options(words: tuple[str, ...]) -> None:
    """An option that makes no sense is one line and exit 2."""
    code, lines = ended(*words)
    assert (code, lines[0][:7], lines[1][:6], len(lines)) == (2, "error: ", "hint: ", 2)
    assert words[0] in lines[0]


def test_a_port_that_is_taken() -> None:
    """A port in use is one line and exit 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, lines = ended("--seed", "none", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert lines[0].endswith(": it is in use")
    assert lines[1] == "hint:  leave `--port` out for any free one"


@pytest.mark.parametrize("option", ["--log", "--trail-dir"])
def test_what_cannot_be_written(tmp_path: Path, option: str) -> None:
    """A log or a trail that cannot be written is one line with what to do, and exit 1."""
    (tmp_path / "file").write_text("")
    code, lines = ended("--seed", "none", option, os.fspath(tmp_path / "file" / "below"))
    assert (code, lines[0][:7], lines[1][:6], len(lines)) == (1, "error: ", "hint: ", 2)
