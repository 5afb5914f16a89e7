"""unassume prune: take away what of ours is no longer needed."""

from __future__ import annotations

import click

from unassume.cli.apply import agree, consent, leave
from unassume.cli.options import Aws, aws_options, organization_option, output_option
from unassume.errors import RefusedError


@click.command(short_help="Take away cuts that stop nobody any more.")
@click.option("--incident", metavar="NAME", help="Only those of this incident.")
@click.option("--yes", is_flag=True, help="Do not ask for a yes; guards still refuse.")
@output_option
@aws_options
@organization_option
@click.pass_context
def prune(context: click.Context, incident: str | None, yes: bool, output: str, aws: Aws) -> None:
    """Take away the cuts whose last session is dead by AWS's clock; holds, and what somebody edited, are left alone."""
    from unassume.cli.terminal import can_ask, show, show_json
    from unassume.means.mark import check_incident
    from unassume.steps.apply import apply
    from unassume.steps.prune import prune as step
    from unassume.steps.status import status

    named = check_incident(incident) if incident is not None else None
    here = aws.world(named or "prune")
    found = status(here)
    if found.scps_unread:
        here.progress.tell("prune", f"SCPs were not looked at: {found.scps_unread}")
    made = step(found, here, named)
    if not made.changes:
        show_json("plan", made) if output == "json" else show(["nothing to prune"])
        return
    if not yes and not can_ask():
        raise RefusedError("there is no terminal to ask on", hint="add --yes")
    agree(made, yes)
    leave(context, apply(made, here, consent("0", (), (), reopen=False)), output)
