"""unassume undo: put back what a receipt wrote, through the same apply."""

from __future__ import annotations

import click

from unassume.cli.apply import agree, consent, leave
from unassume.cli.options import Aws, aws_options, organization_option, output_option
from unassume.cli.reaching import reach_options
from unassume.errors import RefusedError


@click.command(short_help="Put back what a receipt wrote.")
@click.argument("receipt")
@click.option("--yes", is_flag=True, help="Do not ask for a yes; guards still refuse.")
@click.option("--reopen", is_flag=True, help="Take the cut back although sessions it stops may still live.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def undo(
    context: click.Context, receipt: str, yes: bool, reopen: bool, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Put back what RECEIPT (an id, a path, or `latest`) wrote; a policy of ours that somebody edited is left alone."""
    from unassume.cli.terminal import can_ask
    from unassume.model.receipts import fold
    from unassume.steps.apply import apply
    from unassume.steps.undo import undo as step

    if not yes and not can_ask():
        raise RefusedError(
            "there is no terminal to ask on", hint="add --yes, and --reopen if the sessions it stops may still live"
        )
    here = aws.world()
    read = fold(here.journal.entries(receipt))
    if read.plan.purpose == "undo" and read.is_complete:
        raise RefusedError(f"receipt {read.id} took a cut back already", hint="to cut again, plan again")
    here = aws.world(read.plan.incident)
    plan = step(read, here)
    agree(plan, yes)
    leave(context, apply(plan, here, consent("0", (), (), reopen)), output)
