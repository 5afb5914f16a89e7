"""unassume sessions: who is in there now."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, output_option, trail_option, utc_instant
from unassume.cli.reaching import reach_options


@click.command(short_help="Show who holds sessions, the odd ones first.")
@click.argument("role", required=False)
@click.option("--since", metavar="TIME", help="From this UTC instant on (default: 36 hours back).")
@click.option("--live", is_flag=True, help="Only sessions that have not expired.")
@click.option("--as-of", metavar="TIME", help="Look as if it were this UTC instant, such as 2026-11-23T18:30:00Z.")
@output_option
@aws_options
@trail_option
@reach_options
@click.pass_context
def sessions(
    context: click.Context, role: str | None, since: str | None, live: bool, as_of: str | None, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Show all sessions of ROLE (a name or ARN), or of every role, with what is odd about them first.

    With --trail the answer is read from CloudTrail's files, and no AWS is asked.
    """
    from unassume.cli.given import given_role
    from unassume.cli.terminal import show, show_json, width
    from unassume.report.sessions import roster_lines
    from unassume.steps.sessions import sessions as step

    of = None if role is None else given_role(role)
    first, last = utc_instant(since, "--since"), utc_instant(as_of, "--as-of")
    roster = step(aws.world(), role=of, since=first, as_of=last, live_only=live)
    if output == "json":
        show_json("sessions", roster)
    else:
        show(roster_lines(roster, width()))
    if of is not None and not roster.sessions and not roster.left_out:
        context.exit(Exit.NOT_FOUND)
    if not roster.coverage.readable or roster.coverage.gaps:
        context.exit(Exit.FINDINGS)
