"""unassume explain: the decision on one request, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from unassume.cli.exits import Exit
from unassume.cli.options import Aws, aws_options, output_option
from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.iam.described import Question
    from unassume.iam.unread import Unread
    from unassume.report.explain import Told

LAYERS = ("resource", "session", "scp", "rcp", "endpoint")
_WITHOUT = "This layer is not there: resource, session, scp, rcp or endpoint."


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
@click.option("--from-account", is_flag=True, help="Read the policies that bear on it with your credentials.")
@click.option("--organization-profile", metavar="NAME", help="The profile that may read SCPs and RCPs.")
@click.option("--without", multiple=True, type=click.Choice(LAYERS), metavar="LAYER", help=_WITHOUT)
@output_option
@aws_options
def explain(
    output: str,
    aws: Aws,
    from_account: bool,
    organization_profile: str | None,
    without: tuple[str, ...],
    case_file: str | None,
    case_id: str | None,
    **given: object,
) -> None:
    """Say whether a request is allowed, which layer and statements decide, and what each statement says."""
    from unassume.cli.asked import case_of, is_without_policies, question_of
    from unassume.cli.terminal import show, show_json, width
    from unassume.report.explain import answer, explanation_lines

    _check_options(case_file, case_id, given)
    if (organization_profile or without) and not from_account:
        raise InputError("--organization-profile and --without matter with --from-account only")
    question = question_of(given) if case_file is None else case_of(case_file, case_id)
    unread: tuple[Unread, ...] = ()
    if from_account:
        question, unread = _from_account(question, aws, organization_profile, without)
    told = _told(question, unread, is_bare=not from_account and is_without_policies(question))
    if output == "json":
        show_json("explanation", answer(told))
    else:
        show(explanation_lines(told, width()))


def _from_account(
    question: Question, aws: Aws, organization_profile: str | None, without: tuple[str, ...]
) -> tuple[Question, tuple[Unread, ...]]:
    """The question with the account's policies; ends with 4 where there is no such role or user."""
    from unassume.cli.standing import with_account
    from unassume.cli.terminal import complain
    from unassume.iam.principals import session_arn
    from unassume.wiring import policy_reader

    reader = policy_reader(
        aws.profile, aws.region, aws.endpoint_url, organization_profile=organization_profile, clock=aws.clock
    )
    found = with_account(question, reader, without)
    if found is not None:
        return found
    principal = question.request.principal
    name = getattr(principal, "role_arn", None) or (session_arn(principal) if principal else "")
    complain(f"there is no `{name}` in the account `{reader.account()}`", "look at the name, and at --profile")
    raise click.exceptions.Exit(Exit.NOT_FOUND)


def _told(question: Question, unread: tuple[Unread, ...], *, is_bare: bool) -> Told:
    from unassume.iam.explain import explain as explained
    from unassume.iam.unread import is_certain
    from unassume.report.explain import Told

    request, layers, account = question.request, question.layers, question.resource_account
    told = explained(request, layers, resource_account=account)
    kinds = frozenset(each.layer for each in unread)
    notes = ("no policy was given, and nothing is allowed without one",) if is_bare else ()
    return Told(told, unread, is_certain(told.decision, request, layers, kinds, resource_account=account), notes)


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
