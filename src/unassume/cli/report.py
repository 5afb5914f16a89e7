"""unassume report: tell an incident from its receipt, offline."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit

_OUTPUT = click.Choice(["text", "markdown", "json"])


@click.command(short_help="Tell an incident from its receipt, offline.")
@click.argument("receipt")
@click.option("--state-dir", metavar="DIR", help="Where receipts are kept (UNASSUME_STATE_DIR).")
@click.option("-o", "--output", type=_OUTPUT, default="text", help="How to write the report.")
@click.pass_context
def report(context: click.Context, receipt: str, state_dir: str | None, output: str) -> None:
    """Tell what RECEIPT (an id, a path, or `latest`) knows; AWS is not asked. Exit 3: a digest does not match."""
    from unassume.cli.terminal import complain, show, show_json, width
    from unassume.journal import FileJournal
    from unassume.report.incident import page
    from unassume.report.pages import markdown_lines, text_lines
    from unassume.steps.report import report as step
    from unassume.wiring import default_state_dir

    made = step(FileJournal(state_dir or default_state_dir()).entries(receipt))
    match output:
        case "json":
            show_json("report", made)
        case "markdown":
            show(markdown_lines(page(made)))
        case _:
            show(text_lines(page(made), width()))
    if made.broken:
        complain(f"{len(made.broken)} digest(s) of this receipt do not match what it holds", "it was damaged or edited")
        context.exit(Exit.FINDINGS)
