"""What IAM checks of a write before its documents: the parameters as AWS's own model bounds them, and taken names.

moto takes nearly any. # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (names)
ASSUMPTION: the sentences are those AWS's services use in common; its documents give the code ValidationError only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from moto.core.utils import get_service_model

from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.resolve import Operation
from unassume.lab.wire.refusals import Refusal

_NAMES = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
_PATHS = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
_TYPES = frozenset({"string", "integer"})


class Bounds(msgspec.Struct, frozen=True):
    """What one plain parameter of an operation must be."""

    name: str
    kind: str
    required: bool
    least: float | None
    most: float | None
    pattern: re.Pattern[str] | None


def check_parameters(operation: Operation) -> None:
    """A Refusal for a parameter that is missing, too long, too large or of letters it may not have."""
    for bounds in _bounds(operation.name):
        given = operation.parameters.get(bounds.name)
        if given is None:
            if bounds.required:
                raise _constraint("Value null", bounds, "Member must not be null")
            continue
        if isinstance(given, str | int):
            _check(str(given), bounds)


def check_unique(operation: Operation, view: AccountView) -> None:
    """A Refusal when the name is taken; names differing in case alone are the same to IAM."""
    if operation.name not in _UNIQUE:
        return
    parameter, taken, words = _UNIQUE[operation.name]
    name = str(operation.parameters.get(parameter))
    if name.lower() in {each.lower() for each in taken(view)}:
        raise Refusal(code="EntityAlreadyExists", status=409, message=words.format(name))


_UNIQUE: Mapping[str, tuple[str, Callable[[AccountView], Iterator[str]], str]] = {
    "CreateRole": ("RoleName", lambda view: (r.name for r in view.roles.values()), "Role with name {} already exists."),
    "CreateUser": ("UserName", lambda view: (u.name for u in view.users.values()), "User with name {} already exists."),
    "CreateGroup": (
        "GroupName", lambda view: (g.name for g in view.groups.values()), "Group with name {} already exists."
    ),
    "CreatePolicy": (
        "PolicyName",
        lambda view: (arn.rpartition("/")[2] for arn in view.managed if ":iam::aws:" not in arn),
        "A policy called {} already exists. Duplicate names are not allowed.",
    ),
}  # fmt: skip


def _check(given: str, bounds: Bounds) -> None:
    if bounds.kind == "integer":
        if not re.fullmatch(r"-?[0-9]{1,18}", given):
            raise Refusal(code="MalformedInput", status=400, message="The request has a value that is not a number.")
        _within(int(given), "value", given, bounds)
        return
    _within(len(given), "length", given, bounds)
    if bounds.pattern is not None and not bounds.pattern.fullmatch(given):
        rule = _NAMES if bounds.name.endswith("Name") else _PATHS if bounds.name == "Path" else "Its letters are wrong."
        raise Refusal(
            code="ValidationError", status=400, message=f"The specified value for {_shown(bounds)} is invalid. {rule}"
        )


def _within(number: int, what: str, given: str, bounds: Bounds) -> None:
    for limit, word, is_out in (
        (bounds.least, "greater", bounds.least is not None and number < bounds.least),
        (bounds.most, "less", bounds.most is not None and number > bounds.most),
    ):
        if is_out:
            shown = f" '{given}'" if what == "value" else ""
            rule = f"Member must have {what} {word} than or equal to {limit:.0f}"
            raise _constraint(f"Value{shown}", bounds, rule)


@lru_cache(maxsize=256)
def _bounds(name: str) -> tuple[Bounds, ...]:
    model = get_service_model("iam").operation_model(name).input_shape
    members: Mapping[str, Any] = model.members if model else {}
    required = model.required_members if model else ()
    return tuple(
        Bounds(each, shape.type_name, each in required, shape.metadata.get("min"), shape.metadata.get("max"),
               _pattern(shape.metadata.get("pattern")))
        for each, shape in members.items() if shape.type_name in _TYPES
    )  # fmt: skip


def _pattern(text: str | None) -> re.Pattern[str] | None:
    """The model's pattern; AWS writes them in Java's dialect, and what Python cannot read is not held."""
    try:
        return re.compile(text, re.ASCII) if text else None
    except re.error:
        return None


def _shown(bounds: Bounds) -> str:
    return bounds.name[:1].lower() + bounds.name[1:]


def _constraint(value: str, bounds: Bounds, rule: str) -> Refusal:
    message = f"1 validation error detected: {value} at '{_shown(bounds)}' failed to satisfy constraint: {rule}"
    return Refusal(code="ValidationError", status=400, message=message)
