"""unassume drill: rehearse an incident against a local AWS, start to finish."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit
from unassume.cli.options import output_option
from unassume.errors import InputError


@click.command(short_help="Rehearse an incident against the lab.")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Rehearse every incident, one after the other.")
@output_option
@click.pass_context
def drill(context: click.Context, name: str | None, every: bool, output: str) -> None:
    """Rehearse the incident NAME (or --all) in a lab and print its story; without NAME, list them."""
    from unassume.cli.terminal import show, show_json
    from unassume.report.table import paragraph

    try:
        from unassume.drills.runner import DRILLS, rehearse
    except ImportError as error:
        raise InputError(
            f"the lab is not installed: {error.name} is missing", hint="pip install 'unassume[lab]'"
        ) from None
    if name is not None and name not in DRILLS:
        raise InputError(f"there is no drill `{name[:60]}`", hint=f"choose one of {', '.join(DRILLS)}")
    if name is None and not every:
        show(line for one, incident in DRILLS.items() for line in paragraph(incident.summary, 80, f"{one:<16}  "))
        return
    chosen = list(DRILLS) if every else [name or ""]
    results = [rehearse(one) for one in chosen]
    for rehearsal in results:
        if output == "table":
            show([*rehearsal.story, ""] if every else rehearsal.story)
    if output == "json":
        show_json("drills", {"drills": [rehearsal.result for rehearsal in results]}) if every else show_json(
            "drill", results[0].result
        )
    if not all(rehearsal.result.contained for rehearsal in results):
        context.exit(Exit.UNPROVEN)
