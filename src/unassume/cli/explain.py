"""unassume explain: the decision on one request, and why."""

from __future__ import annotations

from collections.abc import Mapping

import click

from unassume.cli.options import Aws, aws_options, output_option
from unassume.errors import InputError


@click.command(short_help="Say whether a request is allowed, and why.")
@click.option("--principal", metavar="ARN", help="Who asks: a session, user, role or root ARN, or a service.")
@click.option("--action", metavar="ACTION", help="What is asked, such as s3:GetObject.")
@click.option("--resource", metavar="ARN", default="*", help="For which resource (default: *).")
@click.option("--resource-account", metavar="ID", help="The resource's account, where it is another one.")
@click.option("--context", "keys", multiple=True, metavar="KEY=VALUE", help="A condition key of the request.")
@click.option("--unknown", multiple=True, metavar="KEY", help="A condition key that may have any value.")
@click.option("--identity", multiple=True, metavar="FILE", help="An identity-based policy of the principal.")
@click.option("--resource-policy", metavar="FILE", help="The resource's policy, or the trust policy of the role.")
@click.option("--boundary", multiple=True, metavar="FILE", help="The permissions boundary of the principal.")
@click.option("--session-policy", multiple=True, metavar="FILE", help="A policy the session was made with.")
@click.option("--scp", multiple=True, metavar="FILE", help="A service control policy; each is a level of its own.")
@click.option("--rcp", multiple=True, metavar="FILE", help="A resource control policy; each is a level of its own.")
@click.option("--endpoint-policy", multiple=True, metavar="FILE", help="The policy of the VPC endpoint.")
@click.option("--case", "case_file", metavar="FILE", help="Explain a case of `unassume check` instead.")
@click.option("--id", "case_id", metavar="ID", help="Which case of the file (default: the only one).")
@click.option("--from-account", is_flag=True, help="Read the role's own policies with your credentials.")
@output_option
@aws_options
def explain(
    output: str, aws: Aws, from_account: bool, case_file: str | None, case_id: str | None, **given: object
) -> None:
    """Say whether a request is allowed, which layer and statements decide, and what each statement says."""
    from unassume.cli.asked import case_of, is_without_policies, question_of, with_account
    from unassume.cli.terminal import show, show_json, width
    from unassume.iam.explain import explain as explained
    from unassume.report.explain import answer, explanation_lines

    _check_options(case_file, case_id, given)
    question = question_of(given) if case_file is None else case_of(case_file, case_id)
    notes: tuple[str, ...] = ()
    if from_account:
        question, notes = with_account(question, aws.world().accounts)
    elif is_without_policies(question):
        notes = ("no policy was given, and nothing is allowed without one",)
    told = explained(question.request, question.layers, resource_account=question.resource_account)
    if output == "json":
        show_json("explanation", answer(told, notes))
    else:
        show(explanation_lines(told, notes, width()))


def _check_options(case_file: str | None, case_id: str | None, given: Mapping[str, object]) -> None:
    """InputError where options are missing, or exclude each other."""
    if case_file is not None:
        others = [name for name, value in given.items() if value and value != "*"]
        if others:
            raise InputError("--case holds the whole question", hint="leave the other options out, save --id")
        return
    if case_id is not None:
        raise InputError("--id names a case of a file", hint="give --case FILE")
    for name in ("principal", "action"):
        if not given[name]:
            raise InputError(f"--{name} is missing", hint="give --principal and --action, or --case FILE")
