"""unassume contain: plan, show, ask, apply and prove in one command, while every second counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from unassume.cli.apply import agree, consent
from unassume.cli.choosing import Chosen, choice_options
from unassume.cli.exits import Exit
from unassume.cli.given import given_lead
from unassume.cli.options import (
    Aws,
    aws_options,
    consent_options,
    lead_argument,
    organization_option,
    output_option,
)
from unassume.cli.plan import leave_without_changes, show_plan
from unassume.cli.reaching import reach_options
from unassume.cli.verify import leave_with
from unassume.errors import RefusedError

if TYPE_CHECKING:
    from unassume.model.evidence import Evidence, Wait
    from unassume.model.leads import Lead
    from unassume.model.plans import Plan
    from unassume.model.receipts import Receipt
    from unassume.ports import World
    from unassume.steps.freshness import Looked


@click.command(short_help="Plan, show, ask, apply and prove in one go.")
@lead_argument
@choice_options
@consent_options
@click.option("--timeout", type=click.IntRange(1, 7200), default=1200, help="How many seconds the proof may take.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def contain(
    context: click.Context, lead: tuple[str, ...], chosen: Chosen, yes: bool, protected: tuple[str, ...],
    confirmed: tuple[str, ...], max_bystanders: str, timeout: int, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Cut the session LEAD names: show who is hit, ask, write, and wait for the proof.

    The same as plan, apply and verify --wait, but what the plan was made of is not looked at twice. Exit 0 means
    contained; 7 means written and not proven.
    """
    from unassume.cli.terminal import can_ask, show_not_found

    parsed = given_lead(lead)
    given = consent(max_bystanders, confirmed, protected, reopen=False)
    if not yes and not can_ask():
        raise RefusedError("nobody can be asked here", hint="say --yes, or save a plan first: unassume plan --out FILE")
    here = aws.world(chosen.incident)
    made, looked = _planned(parsed, chosen, here)
    if not looked.lineage.holders:
        show_not_found(looked.lineage)
        context.exit(Exit.NOT_FOUND)
    if not made.changes:
        show_plan(made)
        leave_without_changes(context)
    if output != "json":
        show_plan(made)
    agree(made, yes, is_shown=output != "json")
    from unassume.steps.apply import apply

    leave_with(context, _proved(apply(made, here, given, looked), here, timeout), output)


def _planned(lead: Lead, chosen: Chosen, here: World) -> tuple[Plan, Looked]:
    from unassume.steps.aims import Known
    from unassume.steps.find import find
    from unassume.steps.freshness import Looked
    from unassume.steps.plan import plan
    from unassume.steps.survey import survey

    choices = chosen.choices(here.accounts.now)
    known: Known = {}
    lineage = find(lead, here, in_haste=True, known=known)
    looked = Looked(lineage=lineage, survey=survey(lineage, here, known))
    return plan(lineage, looked.survey, choices), looked


def _proved(receipt: Receipt, here: World, timeout: int) -> Evidence | Wait:
    """What verify found; Ctrl-C ends the waiting, never what was written."""
    from unassume.cli.terminal import complain
    from unassume.steps.verify import verify

    here.progress.tell("contain", "written, not yet proven; waiting for the proof")
    try:
        return verify(receipt, here, patience=timedelta(seconds=timeout))
    except KeyboardInterrupt:
        complain("interrupted; what was written stands", f"unassume verify {receipt.id} --wait")
        raise click.exceptions.Exit(Exit.UNPROVEN) from None
