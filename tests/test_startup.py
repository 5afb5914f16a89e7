"""Start-up is a feature: what answers without AWS loads no AWS library, no terminal library and no web server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("boto3", "botocore", "flask", "jinja2", "moto", "rich", "urllib3", "werkzeug")
CONTENTS = "print(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)), file=sys.stderr)"
RUN = f"""
import json, sys
from unassume.cli.main import main
try:
    main()
finally:
    {CONTENTS}
"""
# The seed's own mistake, so that lint has something to say.
MISTAKEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "${aws:CurrentTime}"}},
        },
    }
)
COMMANDS = (
    "contain", "find", "plan", "preview", "apply", "verify", "watch", "undo", "status", "prune", "report", "doctor",
    "lint", "explain", "check", "lab", "drill",
)  # fmt: skip


def loaded(program: str, *words: str, exit_code: int = 0) -> set[str]:
    """The top-level modules a fresh interpreter holds at the end of a program."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == exit_code, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--help",), *((command, "--help") for command in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    """Asking for help loads none of the libraries that speak to AWS, draw or serve."""
    assert loaded(RUN, *words) & set(HEAVY) == set()


def test_lint_loads_no_aws_library(tmp_path: Path) -> None:
    """Linting a document on disk, which finds the seed's mistake, needs no AWS library and no web server."""
    document = tmp_path / "policy.json"
    document.write_text(MISTAKEN)
    assert loaded(RUN, "lint", str(document), exit_code=3) & set(HEAVY) == set()


def test_the_root_loads_nothing() -> None:
    """`import unassume` loads no room at all: its names load when they are first used."""
    program = "import json, sys, unassume\nnames = [n for n in sys.modules if n.startswith('unassume.')]\n"
    done = subprocess.run(
        [sys.executable, "-c", program + "print(json.dumps(names))"], capture_output=True, text=True, timeout=60
    )
    assert json.loads(done.stdout) in ([], ["unassume._version"])


@pytest.mark.parametrize("room", ["iam", "model", "means", "rungs", "trail", "ports", "steps"])
def test_a_pure_room_loads_nothing_heavy(room: str) -> None:
    """Every module of a pure room loads without an AWS, a terminal or a web library."""
    program = f"""
import importlib, json, pkgutil, sys
room = importlib.import_module("unassume.{room}")
for each in pkgutil.walk_packages(getattr(room, "__path__", []), "unassume.{room}."):
    importlib.import_module(each.name)
{CONTENTS}
"""
    assert loaded(program) & {*HEAVY, "click"} == set()
