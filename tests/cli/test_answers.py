"""Answers: JSON is one document with its format, tables fit 80 columns, help stands for every command."""

from __future__ import annotations

import json

import click
import pytest

from tests.cli.running import CommandLine
from tests.cli.test_careless import SESSION
from unassume.cli.main import cli


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.commands)], ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_stands_for_every_command(offline: CommandLine, command: tuple[str, ...], flag: str) -> None:
    """Help ends with 0, on stdout, within 80 columns, and names the command as it is typed."""
    ran = offline(*command, flag)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(" ".join(("Usage: unassume", *command)))
    assert max(map(len, ran.out.splitlines())) <= 80


def test_every_short_help_is_whole() -> None:
    """No line in the list of commands is cut off."""
    context = click.Context(cli, info_name="unassume", max_content_width=80)
    assert "..." not in cli.get_help(context).partition("Commands:")[2]


def test_lint_speaks_json(offline: CommandLine) -> None:
    """lint -o json: the findings and the corrected document, exit 3; a sound policy ends with 0."""
    path = offline.folder / "policy.json"
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    wrong = {"DateLessThan": {"aws:TokenIssueTime": "${aws:CurrentTime}"}}
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": wrong}]}))
    ran = offline("lint", str(path), "-o", "json", "--as-of", "2026-11-23T18:30:00Z")
    read = json.loads(ran.out)
    assert (ran.code, read["format"], read["document"]) == (3, 1, "lint")
    assert [finding["rule"] for finding in read["findings"]] == ["variable-in-operator"]
    path.write_text(read["corrected"])
    assert offline("lint", str(path)).code == 0


def test_every_command_speaks_json(run: CommandLine) -> None:
    """-o json gives exactly one document with `format` 1 and what it is, from find to undo."""
    plan = run.path("plan.json")
    asked = [
        (("find", SESSION), "lineage", 0),
        (("find", "NoSuchRole"), "lineage", 4),
        (("plan", SESSION, "--canary", "--out", plan), "plan", 0),
        (("plan", "NoSuchRole"), "plan", 4),
        (("preview", plan), "preview", 0),
        (("apply", plan), "receipt", 7),
        (("verify", "latest", "--wait"), "evidence", 0),
        (("undo", "latest", "--yes", "--reopen"), "receipt", 0),
    ]
    for words, document, code in asked:
        ran = run(*words, "-o", "json")
        read = json.loads(ran.out)
        assert (ran.code, read["format"], read["document"]) == (code, 1, document), (words, ran.err)
        if document == "preview":
            assert all(one["reason"] and "{" not in one["reason"] for one in read["judgements"])


def test_tables_fit_80_columns(run: CommandLine) -> None:
    """Into a pipe no line of an answer is wider than 80 columns, and none holds an escape sequence."""
    plan = run.path("plan.json")
    said = [
        run(*words).out
        for words in (("find", "DataAnalyst"), ("plan", SESSION, "--out", plan), ("preview", plan))
    ]  # fmt: skip
    lines = [line for out in said for line in out.splitlines() if plan not in line]
    assert len(lines) > 20
    assert [line for line in lines if len(line) > 80 or "\x1b" in line] == []


def test_a_wide_cut_wants_its_role_named(run: CommandLine) -> None:
    """older-sessions without --confirm and its bystanders without consent are refused with 6, step by step."""
    plan = run.path("plan.json")
    assert run("plan", SESSION, "--rung", "older-sessions", "--out", plan).code == 0
    for words, wanted in (((), "--confirm DataAnalyst"), (("--confirm", "DataAnalyst"), "--max-bystanders ")):
        ran = run("apply", plan, "--yes", *words)
        assert (ran.code, ran.out, run.receipts()) == (6, "", [])
        assert wanted in ran.complaint[-1]
