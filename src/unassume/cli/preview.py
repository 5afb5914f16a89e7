"""unassume preview: what a saved plan would do, session by session, as of now."""

from __future__ import annotations

import click

from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, output_option


@click.command(short_help="Show whom a saved plan would hit now.")
@click.argument("plan_file")
@output_option
@aws_options
@click.pass_context
def preview(
    context: click.Context, plan_file: str, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Show whom the plan in PLAN_FILE would hit if it were applied now; nothing is written."""
    import msgspec

    from unassume.cli.plan_files import read_plan
    from unassume.cli.terminal import show, show_json, width
    from unassume.model.leads import parse_lead
    from unassume.model.previews import Verdict
    from unassume.report.plan import gap_lines, preview_fields, preview_lines
    from unassume.rungs.targets import targets_of
    from unassume.steps.checks import check_plan
    from unassume.steps.find import find
    from unassume.steps.preview import preview as step

    here = aws.world()
    plan = read_plan(here.blobs, plan_file)
    check_plan(plan)
    lineage = find(parse_lead(plan.lead), here)
    current = msgspec.structs.replace(plan, sessions=lineage.sessions, coverage=lineage.coverage)
    cut_off = plan.cut_off.expected(here.accounts.now())
    targets = (one.id for one in targets_of(lineage, plan.leaked, plan.persons))
    seen = step(current, lineage.sessions, cut_off, targets=targets)
    if output == "json":
        show_json("preview", preview_fields(seen))
    else:
        show([*gap_lines(plan, width()), *preview_lines(current, seen, width())])
        show([f"next: unassume apply {plan_file}"] if plan_file != "-" else [])
    unsure = any(judgement.verdict is Verdict.UNSURE and judgement.is_live for judgement in seen.judgements)
    if unsure or seen.bystanders or not seen.bystanders_known:
        context.exit(Exit.FINDINGS)
