"""unassume verify: prove a cut, or say what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, organization_option, output_option
from unassume.cli.reaching import reach_options

if TYPE_CHECKING:
    from unassume.model.evidence import Evidence, Wait


@click.command(short_help="Prove a cut, or say what is missing.")
@click.argument("receipt")
@click.option("--wait", is_flag=True, help="Look again until it is proved, cannot be, or the time is up.")
@click.option("--timeout", type=click.IntRange(1, 7200), default=1200, help="How many seconds --wait may take.")
@click.option("--probe-profile", metavar="NAME", help="A profile with the leaked credentials, to ask by them.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def verify(
    context: click.Context, receipt: str, wait: bool, timeout: int, probe_profile: str | None, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Prove that the cut of RECEIPT (an id, a path, or `latest`) holds. Exit 0 means contained; 7 means not proven."""
    from unassume.model.receipts import fold
    from unassume.steps.verify import verify as step

    here = aws.world()
    read = fold(here.journal.entries(receipt))
    here = aws.world(read.plan.incident)
    patience = timedelta(seconds=timeout) if wait else None
    found = step(read, here, patience=patience, leaked_profile=probe_profile)
    leave_with(context, found, output)


def leave_with(context: click.Context, found: Evidence | Wait, output: str) -> None:
    """Print what verify found; short of every proof it is not contained."""
    from unassume.cli.terminal import show, show_json, width
    from unassume.model.evidence import Wait
    from unassume.report.proof import evidence_lines, unseen_lines

    evidence = found.evidence if isinstance(found, Wait) else found
    if output == "json":
        show_json(
            "evidence",
            {"contained": evidence.contained, "wait_until": getattr(found, "until", None), **_fields(evidence)},
        )
    else:
        show([*unseen_lines(found, width()), *evidence_lines(found, width())])
    if not evidence.contained:
        context.exit(Exit.UNPROVEN)


def _fields(evidence: object) -> dict[str, object]:
    import msgspec

    built = msgspec.to_builtins(evidence)
    assert isinstance(built, dict)
    return built
