"""unassume apply: carry out a saved plan, or finish a receipt that stopped half way."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from unassume.cli.exits import Exit
from unassume.cli.options import (
    Aws,
    aws_options,
    bystanders_allowed,
    consent_options,
    organization_option,
    output_option,
)
from unassume.cli.reaching import reach_options
from unassume.errors import AccessError, InputError, RefusedError

if TYPE_CHECKING:
    from unassume.model.plans import Plan
    from unassume.model.receipts import Receipt
    from unassume.steps.guards import Consent


@click.command(short_help="Carry out a saved plan and leave a receipt.")
@click.argument("plan_file", required=False)
@click.option("--resume", metavar="RECEIPT", help="Finish this receipt (an id, a path, or `latest`).")
@consent_options
@click.option("--reopen", is_flag=True, help="Take a cut back although sessions it stops may still live.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def apply(
    context: click.Context, plan_file: str | None, resume: str | None, yes: bool, protected: tuple[str, ...],
    confirmed: tuple[str, ...], max_bystanders: str, reopen: bool, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Write the plan in PLAN_FILE, exactly it, and leave a receipt. Written is not proven: verify comes next."""
    from unassume.cli.plan_files import read_plan
    from unassume.model.receipts import fold
    from unassume.steps.apply import apply as step
    from unassume.steps.apply import resume as step_on

    if (plan_file is None) == (resume is None):
        raise InputError(
            "give a plan file, or `--resume RECEIPT`, and not both", hint="make one with unassume plan LEAD --out FILE"
        )
    given = consent(max_bystanders, confirmed, protected, reopen)
    here = aws.world()
    if resume is not None:
        receipt = fold(here.journal.entries(resume))
        made = receipt.plan
        agree(made, yes)
        done = step_on(receipt, aws.world(made.incident), given)
    else:
        made = read_plan(here.blobs, plan_file or "")
        agree(made, yes)
        done = step(made, aws.world(made.incident), given)
    leave(context, done, output)


def consent(max_bystanders: str, confirmed: tuple[str, ...], protected: tuple[str, ...], reopen: bool) -> Consent:
    """What the flags agreed to; the rest is asked on a terminal, and refused without one."""
    from unassume.cli.terminal import ask_consent, can_ask
    from unassume.steps.guards import Consent

    said = Consent(
        max_bystanders=bystanders_allowed(max_bystanders),
        confirmed=frozenset(confirmed),
        protected=frozenset(protected),
        reopen=reopen,
    )
    return Consent(**{**vars(said), "ask": ask_consent}) if can_ask() else said


def agree(plan: Plan, yes: bool, *, is_shown: bool = False) -> None:
    """Show what will be written, unless it is shown; on a terminal ask for a yes.

    A saved plan without a terminal speaks for itself.
    """
    from unassume.cli.terminal import ask_yes, can_ask
    from unassume.report.plan import brief_lines
    from unassume.steps.checks import check_plan

    check_plan(plan)
    with suppress(OSError):
        for line in [] if is_shown else [*brief_lines(plan), *_hit_lines(plan)]:
            click.echo(line, err=True)
    question = "write this?" if plan.purpose == "cut" else "delete this?"
    if not yes and can_ask() and not ask_yes(question):
        raise RefusedError("nobody said yes", hint="nothing was written")


def _hit_lines(plan: Plan) -> list[str]:
    """Who would be hit, as far as the plan saw; apply looks again and asks about whoever came since."""
    from unassume.report.plan import preview_lines
    from unassume.steps.preview import preview

    if plan.purpose != "cut":
        return []
    cut_off = plan.cut_off.expected(plan.created_at)
    return preview_lines(plan, preview(plan, plan.sessions, cut_off, targets=plan.targets))


def leave(context: click.Context, receipt: Receipt, output: str) -> None:
    """Print the receipt; a cut that is written is still unproven."""
    from unassume.cli.terminal import show, show_error, show_json, width
    from unassume.report.proof import receipt_lines

    try:
        show_json("receipt", receipt) if output == "json" else show(receipt_lines(receipt, width()))
    except AccessError as error:
        show_error(error)  # the writing is done, and the exit code must say so
    if receipt.plan.purpose == "cut":
        context.exit(Exit.UNPROVEN)
