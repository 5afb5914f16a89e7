"""Does a statement apply to a request? True, False, or None where what is known does not decide it.

Each statement is compiled once to closures and kept. A part that is False ends it; None is remembered.
INVARIANT: learning more of an unknown never turns True into False or False into True (Kleene's logic throughout).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Literal

import msgspec

from unassume.iam.conditions import Judge, any_of, compile_condition, look_up, referenced_keys
from unassume.iam.patterns import EVERYTHING, Matcher, Pieces, action_matcher, arn_matcher
from unassume.iam.principals import AssumedRole, FederatedUser, Naming, Principal, User, is_everyone, namings
from unassume.iam.statements import Statement
from unassume.iam.values import ABSENT, UNKNOWN, Context, Known, Unsaid
from unassume.iam.variables import Template, fill, fixed, references, template_of


class Request(msgspec.Struct, frozen=True):
    """What is asked: an action on a resource (an ARN, `*` for actions without one, or UNKNOWN), in a context.

    `principal` is needed only where a policy has a Principal element; its condition keys are not added here.
    """

    action: str
    resource: str | Literal[Unsaid.UNKNOWN]
    context: Context
    principal: Principal | None = None


Check = Callable[[Request], bool | None]


def matches(statement: Statement, request: Request) -> bool | None:
    """Whether the statement applies to the request; None when that is not known."""
    return covers_action(statement, request.action) and compiled_but_action(statement)(request)


@lru_cache(maxsize=65_536)
def covers_action(statement: Statement, action: str) -> bool:
    """Whether the statement's Action, or NotAction, covers the action."""
    lowered = action.lower()
    return any(action_matcher(each)(lowered) for each in statement.actions) is not statement.actions_excluded


@lru_cache(maxsize=4096)
def compiled_but_action(statement: Statement) -> Check:
    """The test of one statement for requests whose action it covers, built once."""
    checks = (*_resource_checks(statement), *_principal_checks(statement))
    conditions = tuple(
        compile_condition(each.operator, each.key, each.values, statement.has_variables)
        for each in statement.conditions
    )

    if not checks and len(conditions) < 2:
        return _only(conditions)

    def check(request: Request) -> bool | None:
        result: bool | None = True
        for part in checks:
            answer = part(request)
            if answer is None:
                result = None
            elif not answer:
                return False
        context = request.context
        for condition in conditions:
            answer = condition(context)
            if answer is None:
                result = None
            elif not answer:
                return False
        return result

    return check


def always(request: Request) -> bool:
    """The test of a statement on everything and everybody, without a condition."""
    return True


def _only(conditions: tuple[Judge, ...]) -> Check:
    """The test of a statement on everything, with one condition or none."""
    if not conditions:
        return always
    judge = conditions[0]
    return lambda request: judge(request.context)


def open_keys(statement: Statement, request: Request) -> tuple[str, ...]:
    """The condition keys, as the policy writes them, that leave the statement undecided."""
    found: list[str] = []
    for each in statement.conditions:
        judge = compile_condition(each.operator, each.key, each.values, statement.has_variables)
        if judge(request.context) is None:
            inner = referenced_keys(each.operator, each.values, statement.has_variables)
            found += [each.key] if _is_open(each.key, request) else []
            found += [key for key in inner if _is_open(key, request)] or [each.key]
    for text in statement.resources or ():
        template = template_of(text, statement.has_variables)
        if _resource_check(template)(request) is None:
            found += [each.key for each in references(template) if _is_open(each.key, request)]
    return tuple(dict.fromkeys(found))


def _is_open(key: str, request: Request) -> bool:
    value = look_up(request.context, key.lower())
    return value is not ABSENT and not isinstance(value, Known)


def _resource_checks(statement: Statement) -> tuple[Check, ...]:
    """None where the document names no resource: it stands on the resource it speaks of."""
    if statement.resources is None or (statement.resources == ("*",) and not statement.resources_excluded):
        return ()
    tests = tuple(_resource_check(template_of(text, statement.has_variables)) for text in statement.resources)
    if not statement.resources_excluded:
        return (lambda request: any_of(test(request) for test in tests),)

    def excludes(request: Request) -> bool | None:
        answer = any_of(test(request) for test in tests)
        return None if answer is None else not answer

    return (excludes,)


def _resource_check(template: Template) -> Check:
    pattern = fixed(template)
    if pattern is not None:
        test = _resource_matcher(pattern)
        is_all = pattern == EVERYTHING
        return lambda request: test(request.resource) if isinstance(request.resource, str) else is_all or None

    first = template[0]
    prefix = first if isinstance(first, str) else ""

    def check(request: Request) -> bool | None:
        if not isinstance(request.resource, str):
            return None
        if not request.resource.startswith(prefix):
            return False
        filled = fill(template, partial(look_up, request.context))
        if filled is UNKNOWN:
            return None
        resource = request.resource
        return not isinstance(filled, Unsaid) and _resource_matcher(filled)(resource)

    return check


@lru_cache(maxsize=4096)
def _resource_matcher(pattern: Pieces) -> Matcher:
    """`*` alone matches all; any other pattern matches ARNs only, so never the `*` of an action without resources."""
    return (lambda text: True) if pattern == EVERYTHING else arn_matcher(pattern)


def _principal_checks(statement: Statement) -> tuple[Check, ...]:
    entries = statement.principals
    excluded = statement.principals_excluded
    if entries is None or (not excluded and any(is_everyone(entry) for entry in entries)):
        return ()

    def check(request: Request) -> bool | None:
        if request.principal is None:
            return None
        found = namings(entries, request.principal)
        return _is_not_excluded(found, request.principal) if excluded else bool(found)

    return (check,)


def _is_not_excluded(found: frozenset[Naming], principal: Principal) -> bool | None:
    """NotPrincipal spares a caller only when it names him, his role and his account; AWS says less "might" not do.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if not found:
        return True
    needed = {Naming.CALLER}
    if isinstance(principal, AssumedRole | FederatedUser):
        needed = {Naming.ACCOUNT, Naming.ROLE, Naming.CALLER}
    elif isinstance(principal, User):
        needed = {Naming.ACCOUNT, Naming.CALLER}
    is_root_named = Naming.ACCOUNT in found and not isinstance(principal, AssumedRole | FederatedUser | User)
    return False if Naming.EVERYONE in found or needed <= found or is_root_named else None
