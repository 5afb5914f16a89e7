"""unassume lint: what is wrong with a revocation policy, and the policy put right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from unassume.cli.exits import Exit
from unassume.cli.options import output_option, utc_instant

if TYPE_CHECKING:
    from unassume.iam.lint import Holder

HOLDERS = (
    "role", "user", "group", "managed", "boundary", "trust", "session", "scp", "rcp", "bucket", "queue", "key",
    "endpoint",
)  # fmt: skip


@click.command(short_help="Name and correct mistakes in a revocation policy.")
@click.argument("policy_file")
@click.option(
    "--for",
    "holder",
    type=click.Choice(HOLDERS),
    metavar="HOLDER",
    help="What it is put on, such as role, managed, trust, scp or bucket (default: any identity).",
)
@click.option("--as-of", metavar="TIME", help="The UTC instant to write where a literal is missing (default: now).")
@output_option
@click.pass_context
def lint(context: click.Context, policy_file: str, holder: Holder | None, as_of: str | None, output: str) -> None:
    """Name the mistakes in the policy document in POLICY_FILE (`-`: standard input) and print it put right."""
    from unassume.cli.given import read_given
    from unassume.cli.terminal import show, show_json, width
    from unassume.means.lint import corrected, findings
    from unassume.report.lint import finding_lines
    from unassume.sources.blobs import LocalBlobs

    now = utc_instant(as_of, "--as-of") or datetime.now(UTC).replace(microsecond=0)
    text = read_given(LocalBlobs(), policy_file).decode("utf-8", "replace")
    found = findings(text, holder, now)
    right = corrected(text, found, now) if found else None
    if output == "json":
        show_json("lint", {"findings": found, "corrected": right})
    else:
        show(finding_lines(found, right, width()))
    if found:
        context.exit(Exit.FINDINGS)
