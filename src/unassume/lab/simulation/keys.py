"""The context keys that policies refer to, spelled as the policies spell them.

Every statement counts, whatever its action: https://github.com/boto/boto3/issues/3111 (2022-01-15). A statement's
resources come before its conditions, as in the AWS CLI's example of get-context-keys-for-custom-policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unassume.iam.conditions import referenced_keys
from unassume.iam.statements import Policy, Statement
from unassume.iam.values import ABSENT, Context
from unassume.iam.variables import references, template_of


def keys_of(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Each key once, whatever its case, in the order it is met."""
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for key in _keys(statement):
                found.setdefault(key.lower(), key)
    return tuple(found.values())


def missing(keys: Iterable[str], context: Context) -> tuple[str, ...]:
    """The keys that the context has no value for."""
    return tuple(key for key in keys if context.values.get(key.lower(), ABSENT) is ABSENT)


def _keys(statement: Statement) -> Iterator[str]:
    for text in statement.resources or ():
        for reference in references(template_of(text, statement.has_variables)):
            yield _spelled(text, reference.key)
    for condition in statement.conditions:
        yield condition.key
        for text in condition.values:
            for key in referenced_keys(condition.operator, (text,), statement.has_variables):
                yield _spelled(text, key)


def _spelled(text: str, key: str) -> str:
    start = text.lower().index(key)
    return text[start : start + len(key)]
