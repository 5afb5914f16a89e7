"""Every command and every option stands in docs/, and every link between the pages leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from unassume.cli.main import cli

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "bench").glob("*.md")])
Named = tuple[tuple[str, ...], click.Command]


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[Named]:
    """A command and all below it, each with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from walk(below, (*path, name))


COMMANDS = list(walk(cli))


def called(named: Named) -> str:
    return " ".join(("unassume", *named[0]))


def page_of(path: tuple[str, ...]) -> str:
    """The root's own options stand in the index; a command below a group stands on the page of the group."""
    page = DOCS / (f"{path[0]}.md" if path else "README.md")
    assert page.exists(), f"there is no docs/{page.name}"
    return page.read_text()


def options(command: click.Command) -> set[str]:
    """The long names a person may type, help aside."""
    found = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    return {name for each in found for name in (*each.opts, *each.secondary_opts) if name.startswith("--")} - {"--help"}


@pytest.mark.parametrize("named", COMMANDS, ids=called)
def test_every_command_has_its_page(named: Named) -> None:
    """A command has docs/<command>.md, which shows it as it is typed, and a line of help of its own."""
    path, command = named
    assert command.help
    assert called(named) in page_of(path)


@pytest.mark.parametrize("named", COMMANDS, ids=called)
def test_every_option_stands_on_its_page(named: Named) -> None:
    """Each long option of a command stands, as code, on the page of the command."""
    path, command = named
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", page_of(path)))
    assert options(command) - written == set()


def test_every_page_is_in_the_index() -> None:
    """docs/README.md links to each page of docs/."""
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)#:]+)", (DOCS / "README.md").read_text())}
    pages = {page.resolve() for page in DOCS.rglob("*.md")} - {(DOCS / "README.md").resolve()}
    assert pages - linked == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link of a page names a file that stands in the repository."""
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_assumption_of_the_lab_is_told() -> None:
    """Each module of the lab that assumes something of AWS has a row in docs/fidelity.md."""
    rows = [line for line in (DOCS / "fidelity.md").read_text().splitlines() if line.startswith("|")]
    told = {name for line in rows for name in re.findall(r"`([\w/]+)`", line)}
    lab = ROOT / "src/unassume/lab"
    assuming = [path for path in lab.rglob("*.py") if "ASSUMPTION" in path.read_text()]
    assert assuming
    assert {path.relative_to(lab).with_suffix("").as_posix() for path in assuming} - told == set()


def test_every_triaged_difference_is_told() -> None:
    """Each triaged difference from the other engine has a row in docs/fidelity.md with the document that decides."""
    rows = [line for line in (DOCS / "fidelity.md").read_text().splitlines() if line.startswith("|")]
    for known in json.loads((ROOT / "differential/known.json").read_text()):
        assert [row for row in rows if row.startswith(f"| {known['id']} |") and known["decides"] in row] != []
