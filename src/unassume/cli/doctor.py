"""unassume doctor: would it work, tonight? And the responder's least-privilege policy."""

from __future__ import annotations

import json
import platform

import click

from unassume._version import __version__
from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, output_option

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


@click.command(short_help="Check credentials, clock, permissions, trail and disk.")
@click.option("--policy", is_flag=True, help="Print the responder's least-privilege policy; nothing is checked.")
@click.option("--role", metavar="ROLE", help="The role that may have to be cut (default: any).")
@output_option
@aws_options
@click.pass_context
def doctor(context: click.Context, policy: bool, role: str | None, output: str, aws: Aws) -> None:
    """Check what an incident would need, before there is one; nothing is written to the account. Exit 3: not all ok."""
    from unassume.cli.terminal import show, show_json, width
    from unassume.journal import FileJournal
    from unassume.report.checkup import checkup_lines
    from unassume.steps.doctor import doctor as step
    from unassume.steps.needs import check_role, responder_policy
    from unassume.wiring import default_state_dir, own_permissions

    named = check_role(role)
    if policy:
        document = responder_policy(partition=_partition(aws.region), role=named or "*")
        show([json.dumps(document, indent=2)])
        return
    found = step(
        aws.world(),
        own_permissions(aws.profile, aws.region, aws.endpoint_url, clock=aws.clock),
        FileJournal(aws.state_dir or default_state_dir()),
        version=f"unassume {__version__}, Python {platform.python_version()}",
        role=named,
    )
    if output == "json":
        show_json("doctor", {"checks": found})
    else:
        show(checkup_lines(found, width()))
    if any(each.state != "ok" for each in found):
        context.exit(Exit.FINDINGS)


def _partition(region: str | None) -> str:
    return next((name for start, name in _PARTITIONS.items() if (region or "").startswith(start)), "aws")
