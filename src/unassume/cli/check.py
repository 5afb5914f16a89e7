"""unassume check: policy tests as data."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit
from unassume.cli.options import output_option


@click.command(short_help="Run policy tests written as data.")
@click.argument("cases")
@output_option
@click.pass_context
def check(context: click.Context, cases: str, output: str) -> None:
    """Judge each case in CASES (JSON Lines; `-`: standard input) and name those that do not agree."""
    from unassume.cli.given import read_given
    from unassume.cli.terminal import show, show_json, width
    from unassume.iam.check import check as judged
    from unassume.report.check import check_lines
    from unassume.sources.blobs import LocalBlobs

    found = judged(read_given(LocalBlobs(), cases).splitlines())
    if output == "json":
        show_json("check", found)
    else:
        show(check_lines(found, width()))
    if found.failed:
        context.exit(Exit.FINDINGS)
