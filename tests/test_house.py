"""The house rules that no linter holds: sizes, names, reasons beside ignores, nothing of one machine."""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
_ROOMS = ("src", "tests", "bench", "clients", "differential")
CODE = sorted(path for room in _ROOMS for path in (ROOT / room).rglob("*.py"))
PRODUCT = [path for path in CODE if path.is_relative_to(SRC)]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
SKIPPED = {
    ".git",
    ".venv",
    ".venv-differential",
    "node_modules",
    "__pycache__",
    "build",
    "dist",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
}

# An ignore names its codes, then gives a reason of two words or more, on the same line.
IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore|mypy:|ruff:)", re.IGNORECASE)
REASONED = re.compile(
    r"#\s*(?:(?:ruff:\s*)?noqa:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])\W+\w\S*\s+\S+",
    re.IGNORECASE,
)
HOMES = re.compile(r"(?<![\w.:$}~-])/(?:home|Users|root|work)/[\w.-]+")
EMPTY_NAMES = {"manager", "handler", "helper", "helpers", "util", "utils", "data", "info", "process"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_documented = ast.get_docstring(function, clean=False) is not None
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1) if is_documented else whole


def comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unreasoned(text: str) -> list[int]:
    """Lines whose ignore names no rule or gives no reason."""
    return [line for line, comment in comments(text) if IGNORE.search(comment) and not REASONED.search(comment)]


def text_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not SKIPPED & set(path.relative_to(ROOT).parts):
            yield path


def test_files_stay_short() -> None:
    """The median file of the product has at most 120 lines, and none has more than 400."""
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in PRODUCT if path.name != "__init__.py"}
    assert [(name, size) for name, size in sizes.items() if size > 400] == []
    assert statistics.median(sizes.values()) <= 120


def test_functions_stay_short() -> None:
    """The median function of the product has at most 8 lines, and none has more than 50."""
    sizes = {f"{name_of(path)}:{each.lineno} {each.name}": length(each) for path in PRODUCT for each in functions(path)}
    assert [(name, size) for name, size in sizes.items() if size > 50] == []
    assert statistics.median(sizes.values()) <= 8


def test_public_names_say_what_they_are() -> None:
    """Every module, public class and public function of the product has a docstring."""
    silent = []
    for path in PRODUCT:
        tree = ast.parse(path.read_text())
        named = [
            node for node in tree.body if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")
        ]
        silent += [f"{name_of(path)} {node.name}" for node in named if ast.get_docstring(node) is None]
        silent += [name_of(path)] if tree.body and ast.get_docstring(tree) is None else []
    assert silent == []


def test_no_name_is_empty() -> None:
    """No module, class or function of the product ends in manager, handler, helper, utils, data, info or process."""
    found = []
    for path in PRODUCT:
        defined = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function | ast.ClassDef)]
        for name in (path.stem, *(node.name for node in defined)):
            words = re.findall(r"[A-Z]?[a-z]+", name)
            found += [f"{name_of(path)} {name}"] if words and words[-1].lower() in EMPTY_NAMES else []
    assert found == []


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_locks_name_no_host(lock: Path) -> None:
    """A lock holds pins and hashes only: no address, no index, no link, no path."""
    text = lock.read_text()
    assert re.findall(r"\w+://\S*|^\s*-[^-\s].*|^--(?!hash).*| @ .*", text, re.MULTILINE) == []
    pins = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE)
    assert len(pins) > 0
    assert len(pins) == len(re.findall(r"^\S", text, re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(pins)


def test_locks_stand() -> None:
    """The runtime, the development and the differential lock are all in the repository."""
    assert {lock.name for lock in LOCKS} == {"run.txt", "dev.txt", "differential.txt"}


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_every_ignore_has_a_reason(path: Path) -> None:
    """Whoever silences a checker names the rule and says why, on the same line."""
    assert unreasoned(path.read_text()) == []


@pytest.mark.parametrize(
    ("line", "is_reasoned"),
    [
        ("x = 1  # noqa: S101  # the type is known here", True),
        ("x = 1  # noqa: S101, B008 - both are right", True),
        ("x = f()  # type: ignore[arg-type]  # the expression allows no other", True),
        ("x = 1  # noqa", False),
        ("x = 1  # noqa: S101", False),
        ("x = f()  # type: ignore[arg-type]", False),
        ("x = f()  # type: ignore  # it is fine", False),
    ],
)
def test_a_bare_ignore_is_seen(line: str, is_reasoned: bool) -> None:
    """The rule above tells a reasoned ignore from a bare one."""
    assert (unreasoned(line + "\n") == []) is is_reasoned


def test_every_lint_exception_has_a_reason() -> None:
    """In pyproject.toml, each rule that ruff ignores has its reason beside it."""
    text = (ROOT / "pyproject.toml").read_text()
    codes = re.findall(r'^  "[A-Z]+\d*",.*$', text, re.MULTILINE)
    assert len(codes) > 0
    assert [line for line in codes if not re.search(r"#\s*\w+\s+\w+", line)] == []


def test_nothing_is_mocked() -> None:
    """No file imports `unittest.mock` or patches: tests use fakes of ports, or the lab."""
    found = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [f"{node.module}.{each.name}" for each in node.names] if isinstance(node, ast.ImportFrom) else []
            found += [f"{name_of(path)}: {name}" for name in names if re.match(r"unittest\.mock|mock\b", name)]
    assert found == []


def test_no_path_of_one_machine() -> None:
    """No file holds the path of this checkout, of this home, or of anybody's home."""
    mine = [str(ROOT) + "/", str(Path.home()).rstrip("/") + "/"]
    found = []
    for path in text_files():
        text = path.read_text(errors="replace")
        found += [f"{name_of(path)}: {place}" for place in mine if place != "/" and place in text]
        found += [f"{name_of(path)}: {place}" for place in HOMES.findall(text)]
    assert found == []
