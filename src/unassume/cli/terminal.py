"""The terminal: answers on stdout, everything else on stderr; asking only where somebody can answer."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from unassume.errors import UnassumeError
from unassume.report.escape import escape

if TYPE_CHECKING:
    from unassume.steps.guards import Objection


class TerminalProgress:
    """The Progress port of the command line: one line per stage on stderr."""

    def tell(self, stage: str, text: str) -> None:
        """Say what happens now."""
        click.echo(f"{stage}: {escape(text)}", err=True)


def width() -> int:
    """The columns to fill: the terminal's, 80 into a pipe, never fewer than 40 or more than 120."""
    return max(40, min(120, shutil.get_terminal_size((80, 24)).columns)) if sys.stdout.isatty() else 80


def show(lines: Iterable[str]) -> None:
    """Print an answer."""
    for line in lines:
        click.echo(line)


def show_json(name: str, value: object) -> None:
    """Print an answer as one JSON document with its format and what it is."""
    import msgspec

    built = msgspec.to_builtins(value)
    body = built if isinstance(built, dict) else {"items": built}
    click.echo(json.dumps({"format": 1, "document": name, **body}, indent=2, ensure_ascii=True))


def show_error(error: UnassumeError) -> None:
    """One line that names what is wrong, and one that says what to do."""
    click.echo(f"error: {escape(error.message, 2000)}", err=True)
    if error.hint:
        click.echo(f"hint:  {escape(error.hint, 2000)}", err=True)


def can_ask() -> bool:
    """Whether a person can answer here."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_consent(objection: Objection) -> bool:
    """Put one guard's objection to the person: a name to type, or `yes`."""
    click.echo(f"guard: {escape(objection.text, 2000)}", err=True)
    wanted = objection.typed or "yes"
    return str(click.prompt(f"type `{wanted}` to go on", err=True, default="no", show_default=False)) == wanted


def ask_yes(question: str) -> bool:
    """Ask for a plain yes; anything else is a no."""
    return str(click.prompt(f"{question} type `yes`", err=True, default="no", show_default=False)) == "yes"
