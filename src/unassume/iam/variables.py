"""Policy variables: `${key}`, `${key, 'default'}` and the literal `${*}`, `${?}`, `${$}`.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
Rule 1: only where `Version` is 2012-10-17; elsewhere `${...}` is ordinary text.
Rule 2: what is substituted is literal: a `*` in it is no wildcard.
Rule 3: a variable without a value and without a default matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from unassume.iam.patterns import Pieces, Wild, pieces
from unassume.iam.values import ABSENT, UNKNOWN, Known, Unsaid, Value

_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^\s:${}',*?]+:[^${}',*?]*[^\s${}',*?])(?:, '([^'${}]*)')?)\}")


class Reference(msgspec.Struct, frozen=True):
    """A place where the value of a context key is put in; the key is in lower case."""

    key: str
    default: str | None = None


Template = tuple[str | Wild | Reference, ...]


def read_template(text: str) -> Template:
    """Read a text that may hold variables; ValueError, with the rule, when a variable is not well formed."""
    found: list[str | Wild | Reference] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        found.extend(_literal(text[end : variable.start()]))
        literal, key, default = variable.groups()
        found.append(literal if literal else Reference(key.lower(), default))
        end = variable.end()
    found.extend(_literal(text[end:]))
    return tuple(found)


def template_of(text: str, variables: bool) -> Template:
    """A text as a template; where variables do not work, `${...}` in it is ordinary text."""
    return read_template(text) if variables else pieces(text)


def references(template: Template) -> tuple[Reference, ...]:
    """The variables of a template."""
    return tuple(part for part in template if isinstance(part, Reference))


def fixed(template: Template) -> Pieces | None:
    """The pattern of a template without variables; None when it has some."""
    found = tuple(part for part in template if not isinstance(part, Reference))
    return found if len(found) == len(template) else None


def fill(template: Template, look_up: Callable[[str], Value]) -> Pieces | Unsaid:
    """Put the values in: a pattern, or ABSENT when a variable has no value, or UNKNOWN.

    ABSENT wins over UNKNOWN: a pattern that lacks one value matches nothing, whatever the others are.
    """
    filled: list[str | Wild] = []
    is_unknown = False
    for part in template:
        if not isinstance(part, Reference):
            filled.append(part)
            continue
        text = _substitute(part, look_up(part.key))
        if text is ABSENT:
            return ABSENT
        if isinstance(text, str):
            filled.append(text)
        else:
            is_unknown = True
    return UNKNOWN if is_unknown else tuple(filled)


def _substitute(reference: Reference, value: Value) -> str | Unsaid:
    """An empty value counts as none; several values cannot be substituted, and what AWS then does is not documented."""
    if value is ABSENT or (isinstance(value, Known) and value.texts in ((), ("",))):
        return ABSENT if reference.default is None else reference.default
    if isinstance(value, Known) and len(value.texts) == 1 and not value.several:
        return value.texts[0]
    return UNKNOWN


def _literal(text: str) -> Pieces:
    if "${" in text:
        raise ValueError("a variable is written `${key}` or `${key, 'default'}`")
    return pieces(text)
