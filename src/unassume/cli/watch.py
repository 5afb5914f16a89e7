"""unassume watch: keep looking at a cut, and say at once when it is lost."""

from __future__ import annotations

import json
import shlex
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, organization_option, output_option, utc_instant
from unassume.cli.reaching import reach_options
from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.model.evidence import Watched

SECONDS = 60
"""How long the command run at a loss may take."""


@click.command(short_help="Keep looking at a cut until it is over, or lost.")
@click.argument("receipt")
@click.option("--every", type=click.IntRange(10, 3600), default=60, help="Seconds between two looks.")
@click.option("--until", metavar="TIME", help="Stop at this UTC instant, not when nothing it stops can live.")
@click.option(
    "--until-clean", type=click.IntRange(1, 20), metavar="N", help="Cut again what leaks on, N times at most."
)
@click.option("--on-loss", metavar="COMMAND", help="Run this at a loss; it gets the answer as JSON on stdin.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def watch(
    context: click.Context, receipt: str, every: int, until: str | None, until_clean: int | None,
    on_loss: str | None, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Keep looking at the cut of RECEIPT until nothing it stops can live. Exit 8 at a loss, 7 if never proven."""
    from unassume.cli.terminal import show, show_json, width
    from unassume.model.receipts import fold
    from unassume.report.proof import watched_lines
    from unassume.steps import watch as steps

    ends_at, command = utc_instant(until, "--until"), _words(on_loss)
    here = aws.world()
    read = fold(here.journal.entries(receipt))
    there, pause = aws.world(read.plan.incident), timedelta(seconds=every)
    if until_clean is None:
        seen = steps.watch(read, there, every=pause, until=ends_at)
    else:
        seen = steps.until_clean(read, there, times=until_clean, every=pause, until=ends_at)
    show_json("watched", seen) if output == "json" else show(watched_lines(seen, width()))
    if seen.losses:
        _run(command, seen)
        context.exit(Exit.LOST)
    if not seen.contained:
        context.exit(Exit.UNPROVEN)


def _words(command: str | None) -> list[str]:
    """The command in words: no shell reads it, and nothing from a trail is part of it."""
    if command is None:
        return []
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise InputError("`--on-loss` is no command", hint="write it like --on-loss './page-me.sh --urgent'")
    return words


def _run(command: list[str], seen: Watched) -> None:
    """Whatever comes of it, the watch has ended with its answer; that the command failed is told."""
    import subprocess

    import msgspec

    from unassume.cli.terminal import complain

    if not command:
        return
    body = json.dumps({"format": 1, "document": "watched", **msgspec.to_builtins(seen)})
    try:
        # The words are the responder's own, and no shell reads them.
        ran = subprocess.run(command, input=body.encode(), timeout=SECONDS, check=False)  # noqa: S603  # see above
    except (OSError, subprocess.SubprocessError) as error:
        complain(f"the command of --on-loss could not be run ({type(error).__name__})")
        return
    if ran.returncode:
        complain(f"the command of --on-loss ended with {ran.returncode}")
