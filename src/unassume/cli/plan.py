"""unassume plan: choose the cut, show whom it hits, save it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from unassume.cli.exits import Exit
from unassume.cli.given import given_lead
from unassume.cli.options import Aws, aws_options, lead_argument, organization_option, output_option, utc_instant
from unassume.cli.reaching import reach_options
from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.model.plans import Plan

# Written out, since the model takes a fifth of the time `--help` has; a test holds them to the ladder and the model.
RUNGS = (
    "issuance", "session-name", "person", "elsewhere", "older-sessions", "hold",
    "scp", "scp-older-sessions", "scp-hold",
)  # fmt: skip
EMITTED = ("terraform", "scp")
LEAKED = ("session", "person", "workload", "unknown")


@click.command(short_help="Plan the narrowest cut; write nothing.")
@lead_argument
@click.option("--out", metavar="FILE", help="Save the plan, for unassume apply FILE.")
@click.option("--rung", type=click.Choice(RUNGS), help="How wide to cut.")
@click.option("--leaked", type=click.Choice(LEAKED), default="unknown", help="What is known to have leaked.")
@click.option("--person-tag", metavar="KEY", help="The session tag that tells persons apart (else: source identity).")
@click.option("--cut-off", metavar="TIME", help="Cut sessions issued before this UTC instant, not before apply's now.")
@click.option("--canary", is_flag=True, help="Let a session of our own, denied by name, prove the cut enforced.")
@click.option("--egress", multiple=True, metavar="CIDR", help="Where a workload calls from (--rung elsewhere).")
@click.option("--vpc", "vpcs", multiple=True, metavar="ID", help="A VPC through whose endpoints it calls.")
@click.option("--no-presigned-urls", is_flag=True, help="It hands out no presigned URLs, which others use elsewhere.")
@click.option("--this-role-only", is_flag=True, help="Leave what leaked sessions issued on other roles uncut.")
@click.option("--deactivate-keys", is_flag=True, help="Make the keys behind a user's tokens inactive, for everybody.")
@click.option("--incident", metavar="NAME", help="The incident's name, in the policy's name and the user agent.")
@click.option("--as-of", metavar="TIME", help="Look as if it were this UTC instant.")
@click.option("--emit", type=click.Choice(EMITTED), help="Print the cut for a pipeline to write, not the plan.")
@output_option
@aws_options
@organization_option
@reach_options
@click.pass_context
def plan(
    context: click.Context, lead: tuple[str, ...], out: str | None, rung: str | None, leaked: str,
    person_tag: str | None, cut_off: str | None, canary: bool, egress: tuple[str, ...], vpcs: tuple[str, ...],
    no_presigned_urls: bool, this_role_only: bool, deactivate_keys: bool,
    incident: str | None, as_of: str | None, emit: str | None, output: str, aws: Aws,
) -> None:  # fmt: skip
    """Plan the narrowest cut for LEAD; nothing is written to the account.

    Several leads may be given, also on standard input (-).
    """
    import msgspec

    from unassume.cli.places import check_places
    from unassume.cli.plan_files import write_plan
    from unassume.cli.terminal import show, show_json, show_not_found
    from unassume.means.mark import check_incident
    from unassume.model.plans import Choices, CutOff
    from unassume.report.emit import emitted
    from unassume.steps.find import find
    from unassume.steps.plan import plan as step
    from unassume.steps.survey import survey

    parsed, at, until = given_lead(lead), utc_instant(cut_off, "--cut-off"), utc_instant(as_of, "--as-of")
    named = check_incident(f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}" if incident is None else incident)
    places = check_places(rung, egress, vpcs, no_presigned_urls=no_presigned_urls)
    here = aws.world(named)
    if at is not None:
        _check_cut_off(at, here.accounts.now())
    lineage = find(parsed, here, as_of=until)
    words: dict[str, object] = {
        "incident": named,
        "rung": rung,
        "leaked": leaked,
        "canary": canary,
        "person_tag": person_tag,
    }
    words |= {"egress": places[0], "vpcs": places[1], "no_presigned_urls": no_presigned_urls}
    words |= {"this_role_only": this_role_only, "deactivate_keys": deactivate_keys}
    choices = msgspec.structs.replace(msgspec.convert(words, Choices), cut_off=CutOff(at=at))
    looked_at = survey(lineage, here)
    made = step(lineage, looked_at, choices)
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
    from unassume.cli.terminal import show, width
    from unassume.report.plan import plan_lines, preview_lines
    from unassume.steps.preview import preview

    show(plan_lines(made, width()))
    if not made.changes:
        return
    seen = preview(made, made.sessions, made.cut_off.expected(made.created_at), targets=made.targets)
    show(["", *preview_lines(made, seen, width())])
    show([f"saved: {out}; next: unassume apply {out}" if out else "next: add --out FILE; this plan was not saved"])


def _leave(context: click.Context, made: Plan, *, was_seen: bool) -> None:
    from unassume.cli.terminal import complain

    if not made.changes:
        complain("there is nothing this plan could write", "read its gaps, or choose another --rung")
        context.exit(Exit.FINDINGS)
    live = {session.id for session in made.sessions if session.live is not False}
    missed = any(live.intersection(made.targets).difference(one.cut) for one in made.outlooks if one.chosen)
    unsure = any(one.unsure for one in made.outlooks if one.chosen)
    if missed or unsure or not was_seen or any(gap.blocks_containment for gap in made.gaps):
        context.exit(Exit.FINDINGS)


def _check_cut_off(at: datetime, now: datetime) -> None:
    """A cut-off far ahead is most often a slip, and would cut everybody who comes back before it."""
    from unassume.steps.checks import FARTHEST_CUT_OFF

    if at > now + FARTHEST_CUT_OFF:
        raise InputError(
            f"the cut-off {at:%Y-%m-%dT%H:%M:%SZ} is more than an hour ahead of AWS's clock ({now:%Y-%m-%dT%H:%M:%SZ})",
            hint="sessions issued until then would be cut too; leave --cut-off out to cut at apply's now",
        )
