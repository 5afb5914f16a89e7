"""--reach ROLE and --accounts FILE: other accounts of the organization, entered by one role."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from unassume.cli.given import read_given
from unassume.cli.options import Aws
from unassume.errors import InputError

# AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (names, and paths before them)
_ROLE = re.compile(r"(?:[\x21-\x7e]{1,500}/)?[\w+=,.@-]{1,64}", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def reach_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--reach and --accounts, the same on every command that goes into other accounts; they go into its `aws`."""

    @functools.wraps(command)
    def called(*given: Any, aws: Aws, reach: str | None, accounts: str | None, **others: Any) -> Any:
        return command(*given, aws=reaching(aws, reach, accounts), **others)

    told = "The accounts to go into, an id a line, or - (with --reach)."
    wrapped: Callable[..., Any] = click.option("--accounts", metavar="FILE", help=told)(called)
    told = "The role to assume in each of --accounts, by name (with its path)."
    return click.option("--reach", metavar="ROLE", help=told)(wrapped)


def reaching(aws: Aws, role: str | None, file: str | None) -> Aws:
    """The same with these accounts in reach; InputError for half of the pair, or what is no role or account."""
    if role is None and file is None:
        return aws
    if role is None or file is None:
        raise InputError("`--reach ROLE` and `--accounts FILE` go together", hint="give both, or neither")
    if not _ROLE.fullmatch(role) or role.startswith("arn:"):
        raise InputError(f"`--reach {role[:60]}` is no role name", hint="one name that the role bears in every account")
    return replace(aws, reach_role=role.strip("/"), reach_accounts=_accounts(file))


def _accounts(file: str) -> tuple[str, ...]:
    from unassume.sources.blobs import LocalBlobs

    lines = [line.strip() for line in read_given(LocalBlobs(), file).decode(errors="replace").splitlines()]
    found = []
    for number, line in enumerate(lines, start=1):
        if line and not line.startswith("#"):
            if not _ACCOUNT.fullmatch(line):
                raise InputError(f"`{file}` line {number} is no account id", hint="write 12 digits a line, # for notes")
            found.append(line)
    if not found:
        raise InputError(f"`{file}` names no account", hint="write an account id (12 digits) a line")
    return tuple(dict.fromkeys(found))
