"""The pure rooms: what they may import and what they may not call, as a list of what is allowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "unassume"
ROOMS = ("errors", "iam", "model", "means", "rungs", "trail", "ports", "steps")
FILES = sorted(path for room in ROOMS for path in (SRC / room).rglob("*.py") if (SRC / room).is_dir()) + sorted(
    SRC / f"{room}.py" for room in ROOMS if (SRC / f"{room}.py").is_file()
)

# Nothing here reads a clock, a file, the environment or a socket; `random`, `uuid` and `secrets` are left out too.
ALLOWED = {
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib", "copy", "dataclasses",
    "datetime", "decimal", "difflib", "enum", "functools", "gzip", "hashlib", "heapq", "html", "io", "ipaddress",
    "itertools", "json", "math", "msgspec", "operator", "re", "shlex", "string", "struct", "textwrap", "types",
    "typing", "unassume", "unicodedata", "urllib.parse", "zlib",
}  # fmt: skip
FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint", "exit", "quit"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
STEPS = {
    "find",
    "sessions",
    "survey",
    "plan",
    "preview",
    "apply",
    "verify",
    "watch",
    "undo",
    "status",
    "prune",
    "doctor",
}
ALLOWED_STEPS = {
    "plan": {"preview"},
    "apply": {"find", "preview"},
    "verify": {"find"},
    "watch": {"verify", "find", "survey", "plan", "apply"},
}


def is_allowed(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:count]) in ALLOWED for count in range(1, len(parts) + 1))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, each.name) for each in node.names)
            case ast.ImportFrom(module="urllib"):
                yield from ((node.lineno, f"urllib.{each.name}") for each in node.names)
            case ast.ImportFrom():
                yield node.lineno, node.module or "."
            case _:
                pass


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls of forbidden builtins, of clocks, and of methods that read or write files."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner)) if (owner, node.attr) in CLOCKS:
                yield node.lineno, f"{owner}.{node.attr}"
            case ast.Attribute(value=ast.Name(id="io" | "gzip"), attr="open" as name):
                yield node.lineno, name
            case _:
                pass


def impurities(text: str) -> list[str]:
    tree = ast.parse(text)
    wrong = [f"{line}: import {module}" for line, module in imports(tree) if not is_allowed(module)]
    return wrong + [f"{line}: {call}" for line, call in calls(tree)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_pure_room_touches_nothing(path: Path) -> None:
    """No file of a pure room opens, prints, asks the environment, the clock or the network."""
    assert impurities(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "import time",
        "import random",
        "from pathlib import Path",
        "from socket import create_connection",
        "import urllib.request",
        "from urllib import request",
        "def late():\n    import boto3",
        "print('x')",
        "open('x')",
        "import gzip\ngzip.open('x')",
        "from datetime import UTC, datetime\nseen = datetime.now(UTC)",
        "import datetime\nseen = datetime.datetime.utcnow()",
        "from datetime import date\nread = date.today",
    ],
)
def test_an_impurity_is_seen(text: str) -> None:
    """The rule above sees each way out of a pure room."""
    assert len(impurities(text)) == 1


@pytest.mark.parametrize("text", ["from urllib.parse import unquote", "seen = world.clock.now()", "import json, re"])
def test_what_is_pure_passes(text: str) -> None:
    """A port's clock and the pure half of the standard library are no impurity."""
    assert impurities(text) == []


@pytest.mark.parametrize("step", sorted(step for step in STEPS if (SRC / "steps" / f"{step}.py").exists()))
def test_a_step_calls_only_the_steps_it_may(step: str) -> None:
    """Steps meet in values: only plan, verify and watch call another step, and only those written down."""
    modules = {module for _, module in imports(ast.parse((SRC / "steps" / f"{step}.py").read_text()))}
    called = {module.split(".")[2] for module in modules if module.startswith("unassume.steps.")} & STEPS
    assert called - ALLOWED_STEPS.get(step, set()) == set()
