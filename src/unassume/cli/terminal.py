"""The terminal: answers on stdout, everything else on stderr; asking only where somebody can answer."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from unassume.errors import AccessError, UnassumeError, masked
from unassume.report.escape import escape

if TYPE_CHECKING:
    from unassume.model.lineages import Lineage
    from unassume.steps.guards import Objection


class TerminalProgress:
    """The Progress port of the command line: one line per stage on stderr, and a bar for a long row."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._lock = threading.Lock()

    def tell(self, stage: str, text: str) -> None:
        """Say what happens now; a step goes on when nobody listens any more."""
        with suppress(OSError):
            click.echo(f"{stage}: {escape(text)}", err=True)

    def count(self, stage: str, done: int, total: int) -> None:
        """A bar with the time left on a terminal; elsewhere a line at every quarter."""
        if not sys.stderr.isatty():
            if done * 4 // total > (done - 1) * 4 // total:
                self.tell(stage, f"{done} of {total}")
            return
        with self._lock, suppress(OSError):
            bar = self._bar or click.progressbar(length=total, label=stage, show_pos=True, file=sys.stderr)
            bar.update(max(0, done - bar.pos))
            if bar.finished:
                bar.render_finish()
            self._bar = None if bar.finished else bar


def width() -> int:
    """The columns to fill: the terminal's, 80 into a pipe, never fewer than 40 or more than 120."""
    return max(40, min(120, shutil.get_terminal_size((80, 24)).columns)) if sys.stdout.isatty() else 80


def show(lines: Iterable[str]) -> None:
    """Print an answer; whoever stops reading it stops nothing else. AccessError when it cannot be written."""
    try:
        for line in lines:
            click.echo(line)
    except BrokenPipeError:
        _point_away_from_the_pipe()
    except OSError as error:
        _point_away_from_the_pipe()
        reason = (error.strerror or type(error).__name__).lower()
        raise AccessError(f"cannot write the answer to standard output: {reason}") from None


def _point_away_from_the_pipe() -> None:
    """What is still buffered would fail again, with a traceback, when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_json(name: str, value: object) -> None:
    """Print an answer as one JSON document with its format and what it is."""
    import msgspec

    built = msgspec.to_builtins(value)
    body = built if isinstance(built, dict) else {"items": built}
    show([json.dumps({"format": 1, "document": name, **body}, indent=2, ensure_ascii=True)])


def show_error(error: UnassumeError) -> None:
    """One line that names what is wrong, and one that says what to do."""
    complain(error.message, error.hint)


def complain(message: str, hint: str = "") -> None:
    """`show_error` for what is no error of ours; what may be a secret key or token is masked in both lines."""
    with suppress(OSError):
        click.echo(f"error: {escape(masked(message), 2000)}", err=True)
        if hint:
            click.echo(f"hint:  {escape(masked(hint), 2000)}", err=True)


def show_not_found(lineage: Lineage) -> None:
    """Say on stderr that a lead leads nowhere, or to a session no event shows."""
    from unassume.report.lineage import why_nothing

    if not lineage.holders:
        complain(why_nothing(lineage), "look at the account, the profile, and how the lead is spelled")
    else:
        complain("no event shows this session (yet)", "the trail lags some minutes; plan can cut it by its name")


def can_ask() -> bool:
    """Whether a person can answer here."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_consent(objection: Objection) -> bool:
    """Put one guard's objection to the person: a name to type, or `yes`."""
    click.echo(f"guard: {escape(objection.text, 2000)}", err=True)
    wanted = objection.typed or "yes"
    return str(click.prompt(f"type `{wanted}` to go on", err=True, default="no", show_default=False)) == wanted


def ask_yes(question: str) -> bool:
    """Ask for a plain yes (or y); anything else is a no."""
    said = str(click.prompt(f"{question} type `yes`", err=True, default="no", show_default=False))
    return said.strip().lower() in ("y", "yes")
