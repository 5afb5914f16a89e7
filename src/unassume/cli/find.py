"""unassume find: from a lead to its sessions."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit
from unassume.cli.given import given_lead
from unassume.cli.options import Aws, aws_options, lead_argument, output_option, trail_option, utc_instant
from unassume.cli.reaching import reach_options


@click.command(short_help="Show who holds sessions of the role a lead leads to.")
@lead_argument
@click.option("--as-of", metavar="TIME", help="Look as if it were this UTC instant, such as 2026-11-23T18:30:00Z.")
@output_option
@aws_options
@trail_option
@reach_options
@click.pass_context
def find(
    context: click.Context, lead: tuple[str, ...], as_of: str | None, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Show the sessions behind LEAD, who else is on the role, and what that rests on.

    LEAD is a session ARN, AROA...:name, a role name or ARN, an ASIA... key id, or the id
    (s-...) that an answer showed; several may be given, also on standard input (-).
    """
    from unassume.cli.terminal import show, show_json, show_not_found, width
    from unassume.report.lineage import lineage_lines
    from unassume.steps.find import find as step

    parsed, at = given_lead(lead), utc_instant(as_of, "--as-of")
    lineage = step(parsed, aws.world(), as_of=at)
    if output == "json":
        show_json("lineage", lineage)
    elif lineage.holders:
        show(lineage_lines(lineage, width()))
    if not lineage.holders or not lineage.seen_in_trail:
        show_not_found(lineage)
        context.exit(Exit.NOT_FOUND)
    if not lineage.coverage.readable:
        context.exit(Exit.FINDINGS)
