"""unassume plan: choose the cut, show whom it hits, save it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from unassume.cli.choosing import Chosen, choice_options
from unassume.cli.exits import Exit
from unassume.cli.given import given_lead
from unassume.cli.options import Aws, aws_options, lead_argument, organization_option, output_option, utc_instant
from unassume.cli.reaching import reach_options

if TYPE_CHECKING:
    from unassume.model.plans import Plan

EMITTED = ("terraform", "scp")


@click.command(short_help="Plan the narrowest cut; write nothing.")
@lead_argument
@click.option("--out", metavar="FILE", help="Save the plan, for unassume apply FILE.")
@choice_options
@click.option("--as-of", metavar="TIME", help="Look as if it were this UTC instant.")
@click.option("--emit", type=click.Choice(EMITTED), help="Print the cut for a pipeline to write, not the plan.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def plan(
    context: click.Context, lead: tuple[str, ...], chosen: Chosen, out: str | None, as_of: str | None,
    emit: str | None, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Plan the narrowest cut for LEAD; nothing is written to the account.

    Several leads may be given, also on standard input (-).
    """
    from unassume.cli.plan_files import write_plan
    from unassume.cli.terminal import show, show_json, show_not_found
    from unassume.report.emit import emitted
    from unassume.steps.find import find
    from unassume.steps.plan import plan as step
    from unassume.steps.surroundings import look_around
    from unassume.steps.survey import survey

    parsed, until = given_lead(lead), utc_instant(as_of, "--as-of")
    here = aws.world(chosen.incident)
    choices = chosen.choices(here.accounts.now)
    lineage = find(parsed, here, as_of=until)
    looked_at = survey(lineage, here)
    made = look_around(step(lineage, looked_at, choices), looked_at, here)
    if out and made.changes:
        write_plan(made, out)
    if emit and made.changes:
        show(emitted(made, emit, {one.id: one.arn for one in looked_at.holders}))
    elif output == "json":
        show_json("plan", made)
    elif lineage.holders:
        _show(made, out)
    if not lineage.holders:
        show_not_found(lineage)
        context.exit(Exit.NOT_FOUND)
    _leave(context, made, was_seen=lineage.seen_in_trail)


def _show(made: Plan, out: str | None) -> None:
    from unassume.cli.terminal import show

    show_plan(made)
    if made.changes:
        show([f"saved: {out}; next: unassume apply {out}" if out else "next: add --out FILE; this plan was not saved"])


def show_plan(made: Plan) -> None:
    """The plan, and whom it hits, session by session."""
    from unassume.cli.terminal import show, width
    from unassume.report.plan import plan_lines, preview_lines
    from unassume.steps.preview import preview

    show(plan_lines(made, width()))
    if not made.changes:
        return
    seen = preview(made, made.sessions, made.cut_off.expected(made.created_at), targets=made.targets)
    show(["", *preview_lines(made, seen, width())])


def leave_without_changes(context: click.Context) -> None:
    """Say that nothing can be written, and end with what that means."""
    from unassume.cli.terminal import complain

    complain("there is nothing this plan could write", "read its gaps, or choose another --rung")
    context.exit(Exit.FINDINGS)


def _leave(context: click.Context, made: Plan, *, was_seen: bool) -> None:
    if not made.changes:
        leave_without_changes(context)
    live = {session.id for session in made.sessions if session.live is not False}
    missed = any(live.intersection(made.targets).difference(one.cut) for one in made.outlooks if one.chosen)
    unsure = any(one.unsure for one in made.outlooks if one.chosen)
    if missed or unsure or not was_seen or any(gap.blocks_containment for gap in made.gaps):
        context.exit(Exit.FINDINGS)
