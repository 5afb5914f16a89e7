"""The front door: the commands, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import click

from unassume._version import __version__
from unassume.cli.apply import apply
from unassume.cli.check import check
from unassume.cli.contain import contain
from unassume.cli.doctor import doctor
from unassume.cli.drill import drill
from unassume.cli.exits import Exit
from unassume.cli.explain import explain
from unassume.cli.find import find
from unassume.cli.lab import lab
from unassume.cli.lint import lint
from unassume.cli.plan import plan
from unassume.cli.preview import preview
from unassume.cli.prune import prune
from unassume.cli.report import report
from unassume.cli.sessions import sessions
from unassume.cli.status import status
from unassume.cli.undo import undo
from unassume.cli.verify import verify
from unassume.cli.watch import watch
from unassume.errors import UnassumeError

if TYPE_CHECKING:
    from unassume.ports import Clock


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="unassume")
def cli() -> None:
    """Kill the leaked AWS session, not the role.

    contain a leaked session in one go; or find who holds sessions of a role, plan the narrowest cut, apply it, verify
    it, undo it. Answers go to stdout, everything else to stderr.
    """


_COMMANDS = (
    contain, sessions, find, plan, preview, apply, verify, watch, undo, status, prune, report, doctor, lint, explain,
    check, lab, drill,
)  # fmt: skip
for _command in _COMMANDS:
    cli.add_command(_command)


def main(words: Sequence[str] | None = None, clock: Clock | None = None) -> NoReturn:
    """Run the command line (default: on the words typed) and leave with a documented exit code, never a traceback.

    A `clock` of the caller's takes the place of the system's, so that a lab can be jumped instead of waited for.
    """
    try:
        code = cli.main(words, prog_name="unassume", standalone_mode=False, obj=clock)
    except UnassumeError as error:
        from unassume.cli.terminal import show_error

        show_error(error)
        code = error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        _complain(error)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _leave_interrupted()
    except Exception as error:  # noqa: BLE001  # the last resort: a traceback could hold a secret
        click.echo(f"error: unexpected {type(error).__name__} in {_place(error)}; please report it", err=True)
        code = Exit.FAILED
    sys.exit(code if isinstance(code, int) else 0)


def _leave_interrupted() -> NoReturn:
    """Leave at once: Python's own way out would wait for lookups that hang in their threads."""
    with suppress(OSError, ValueError):
        click.echo("interrupted", err=True)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(Exit.INTERRUPTED)


def _complain(error: click.ClickException) -> None:
    """click's complaint in our form; it may repeat what was typed."""
    from unassume.cli.terminal import complain

    message = " ".join(error.format_message().split()).rstrip(".").replace("'", "`")
    context = getattr(error, "ctx", None)
    complain(message[:1].lower() + message[1:], f"see `{context.command_path if context else 'unassume'} --help`")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
