"""The options commands share, and the World they amount to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from unassume.errors import InputError

if TYPE_CHECKING:
    from unassume.ports import Clock, World


@dataclass(frozen=True)
class Aws:
    """Which AWS to speak to, as whom, and where receipts are kept."""

    profile: str | None
    region: str | None
    endpoint_url: str | None
    state_dir: str | None
    clock: Clock | None = None
    organization_profile: str | None = None
    reach_role: str | None = None
    reach_accounts: tuple[str, ...] = ()
    trails: tuple[str, ...] = ()

    def world(self, incident: str = "") -> World:
        """The World of the responder's own account; nothing is asked of AWS yet."""
        from unassume.cli.terminal import TerminalProgress
        from unassume.wiring import connect

        return connect(
            self.profile,
            self.region,
            self.endpoint_url,
            state_dir=self.state_dir,
            clock=self.clock,
            progress=TerminalProgress(),
            incident=incident,
            organization_profile=self.organization_profile,
            reach_role=self.reach_role,
            reach_accounts=self.reach_accounts,
            trails=self.trails,
        )


def aws_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--profile --region --endpoint-url --state-dir, the same on every command that asks AWS; they arrive as `aws`."""

    @functools.wraps(command)
    def called(
        *given: Any,
        profile: str | None,
        region: str | None,
        endpoint_url: str | None,
        state_dir: str | None,
        **others: Any,
    ) -> Any:
        clock: Clock | None = click.get_current_context().obj
        return command(*given, aws=Aws(profile, region, endpoint_url, state_dir, clock), **others)

    wrapped: Callable[..., Any] = called
    for option in (
        click.option("--state-dir", metavar="DIR", help="Where receipts are kept (UNASSUME_STATE_DIR)."),
        click.option("--endpoint-url", metavar="URL", help="Another AWS, such as the lab (AWS_ENDPOINT_URL)."),
        click.option("--region", metavar="REGION", help="The region to start from (AWS_REGION)."),
        click.option("--profile", metavar="NAME", help="The profile whose credentials to use (AWS_PROFILE)."),
    ):
        wrapped = option(wrapped)
    return wrapped


def organization_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--organization-profile: whose credentials write SCPs; it goes into the command's `aws`."""

    @functools.wraps(command)
    def called(*given: Any, aws: Aws, organization_profile: str | None, **others: Any) -> Any:
        return command(*given, aws=replace(aws, organization_profile=organization_profile), **others)

    told = "The profile of the organization's management account, for SCPs."
    return click.option("--organization-profile", metavar="NAME", help=told)(called)


def trail_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--trail, one or several; they go into the command's `aws`."""

    @functools.wraps(command)
    def called(*given: Any, aws: Aws, trails: tuple[str, ...], **others: Any) -> Any:
        return command(*given, aws=replace(aws, trails=trails), **others)

    told = "A file, folder or s3:// prefix of CloudTrail logs, or `lookup` (the event history, default); repeatable."
    return click.option("--trail", "trails", multiple=True, metavar="PATH|s3://...|lookup", help=told)(called)


def lead_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """LEAD, one or several; they arrive as `lead`, a tuple for `given_lead`."""
    return click.argument("lead", nargs=-1, required=True)(command)


def output_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """-o/--output table|json: how the answer is written to stdout."""
    return click.option(
        "-o", "--output", type=click.Choice(["table", "json"]), default="table", help="How to write the answer."
    )(command)


def consent_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags by which guards are answered beforehand."""
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask for a yes; guards still refuse."),
        click.option("--allow-protected", "protected", multiple=True, metavar="ROLE", help="Cut this protected role."),
        click.option("--confirm", "confirmed", multiple=True, metavar="ROLE", help="Cut or hold everybody on ROLE."),
        click.option(
            "--max-bystanders",
            default="0",
            metavar="N|unknown",
            help="Accept up to N live sessions of others being hit; `unknown` when nobody can say.",
        ),
    ):
        command = option(command)
    return command


def bystanders_allowed(text: str) -> int | None:
    """`--max-bystanders` as a number; None for `unknown`."""
    if text == "unknown":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise InputError(
            f"`--max-bystanders {text[:40]}` is neither a number nor `unknown`", hint="write it like --max-bystanders 2"
        )
    return int(text)


def utc_instant(text: str | None, option: str) -> datetime | None:
    """An instant given on the command line: ISO 8601 with `Z` or an offset, whole seconds; InputError otherwise."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.microsecond:
        raise InputError(
            f"`{option} {text[:40]}` is no UTC instant in whole seconds", hint="write it like 2026-11-23T18:30:00Z"
        )
    return at.astimezone(UTC)
