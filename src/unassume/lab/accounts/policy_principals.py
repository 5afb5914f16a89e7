"""What becomes of a user or role in the resource policies that name it, when it goes or is renamed.

AWS keeps its unique id and shows the ARN while it is there: gone, its id stands in the policy, and one made anew under
its name is somebody else; renamed, its new ARN stands there.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
ASSUMPTION: a session's ARN in a policy stays as it is; so do trust policies in this lab, though not at AWS.
moto's models are internals: `tests/lab/accounts/test_policy_principals.py` holds every attribute used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from unassume.lab.accounts.state import AccountView


def follow_principals(before: AccountView, after: AccountView) -> None:
    """Write into every resource policy what became of the users and roles of an account."""
    was, now = _arns(before), _arns(after)
    changed = {arn: now.get(identifier, identifier) for identifier, arn in was.items() if now.get(identifier) != arn}
    if changed:
        for holder, name in _holders():
            _rewrite(holder, name, changed)


def _arns(view: AccountView) -> dict[str, str]:
    users = {each.id: each.arn for each in view.users.values()}
    return users | {each.id: each.arn for each in view.roles.values()}


def _rewrite(holder: Any, name: str, changed: Mapping[str, str]) -> None:
    """Put a new document in place of the old one, which whoever judges at the same time may still be reading."""
    held = getattr(holder, name)
    if not held:
        return
    is_tree = isinstance(held, dict | list)
    raw = json.dumps(held) if is_tree else held.decode() if isinstance(held, bytes) else str(held)
    if not any(arn in raw for arn in changed):
        return
    tree = json.loads(raw)
    statements = tree if isinstance(tree, list) else tree.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element)
            if isinstance(named, dict) and "AWS" in named:
                named["AWS"] = _renamed(named["AWS"], changed)
    text = json.dumps(tree)
    setattr(holder, name, tree if is_tree else text.encode() if isinstance(held, bytes) else text)


def _renamed(named: Any, changed: Mapping[str, str]) -> Any:
    if isinstance(named, list):
        return [_renamed(each, changed) for each in named]
    return changed.get(named, named)


def _holders() -> Iterator[tuple[Any, str]]:
    """What holds a policy in moto, and the attribute it stands in."""
    for backend in _standing("s3"):
        yield from ((each, "policy") for each in list(backend.buckets.values()))
    for service, attribute in (("sqs", "queues"), ("sns", "topics")):
        for backend in _standing(service):
            yield from ((each, "_policy_json") for each in list(getattr(backend, attribute).values()))
    for backend in _standing("kms"):
        yield from ((each, "policy") for each in list(backend.keys.values()))
    for backend in _standing("secretsmanager"):
        yield from ((each, "policy") for each in list(backend.secrets.values()) if hasattr(each, "policy"))
    for backend in _standing("lambda"):
        yield from ((each["latest"].policy, "statements") for each in list(backend._lambdas._functions.values()))


def _standing(service: str) -> Iterator[Any]:
    from moto.backends import get_backend

    backends = get_backend(service)  # type: ignore[call-overload]  # the names passed are moto's own
    for regions in list(backends.values()):
        yield from list(regions.values())
