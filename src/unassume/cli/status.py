"""unassume status: what of ours stands in the account, and what others left there."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, organization_option, output_option
from unassume.errors import InputError


@click.command(short_help="Show which cuts stand, and since and until when.")
@click.argument("role", required=False)
@click.option("--all-roles", is_flag=True, help="Look at all roles and users of the account (the default).")
@output_option
@aws_options
@organization_option
@click.pass_context
def status(context: click.Context, role: str | None, all_roles: bool, output: str, aws: Aws) -> None:
    """Show which cuts of ours stand on ROLE, or in the whole account, and the denies of others beside them."""
    from unassume.cli.terminal import show, show_json, width
    from unassume.report.status import status_lines
    from unassume.steps.status import status as step

    if role is not None and all_roles:
        raise InputError("give a role, or `--all-roles`, and not both", hint="without either all are looked at")
    found = step(aws.world(), role)
    if output == "json":
        show_json("status", found)
    else:
        show(status_lines(found, width()))
    if not found.is_clean:
        context.exit(Exit.FINDINGS)
