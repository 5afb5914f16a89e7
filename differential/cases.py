"""Cases made up by chance from a seed: policies, session policies, session tags and one call.

Only what both engines support is in them. A statement's `{role}` stands for the role's unique id, which each engine
makes itself; `{past}` and `{future}` for instants an hour before and after the run, with `epoch` in seconds since 1970.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

Statement = dict[str, Any]

CALLS: Mapping[str, tuple[str, str]] = {
    "s3 get_object": ("s3:GetObject", "arn:aws:s3:::shelf/a/note"),
    "s3 put_object": ("s3:PutObject", "arn:aws:s3:::shelf/a/note"),
    "s3 list_objects_v2": ("s3:ListBucket", "arn:aws:s3:::shelf"),
    "dynamodb get_item": ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/orders"),
    "dynamodb scan": ("dynamodb:Scan", "arn:aws:dynamodb:us-east-1:123456789012:table/orders"),
    "sqs send_message": ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:jobs"),
    "sqs get_queue_attributes": ("sqs:GetQueueAttributes", "arn:aws:sqs:us-east-1:123456789012:jobs"),
    "iam get_role": ("iam:GetRole", "arn:aws:iam::123456789012:role/Tested"),
}
"""The calls, each with the one action and resource it needs."""

_ELSEWHERE = ["ec2:DescribeInstances", "s3:DeleteBucket", "sqs:PurgeQueue"]
_OTHER_RESOURCES = ["arn:aws:s3:::other/*", "arn:aws:sqs:*:*:other"]
_ROLE = "arn:aws:iam::123456789012:role/Tested"
_STRINGS: Mapping[str, list[str]] = {
    "aws:userid": ["{role}:keith", "{role}:mary", "*:keith", "{role}:k?ith", "*"],
    "aws:PrincipalTag/team": ["blue", "Blue", "red", "b*", "blu?"],
    "aws:PrincipalTag/project": ["apollo", "gemini", "a*"],
    "aws:PrincipalTag/none": ["anything", "*"],
    "AWS:USERID": ["{role}:keith"],
    "aws:PrincipalTag/TEAM": ["blue", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/none, 'blue'}"],
    "aws:PrincipalArn": [_ROLE, "arn:aws:sts::123456789012:assumed-role/Tested/keith", "arn:aws:iam::*:role/Test*"],
}
_STRING_OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
                     "StringNotEqualsIgnoreCase"]  # fmt: skip
_DATES: Mapping[str, list[str]] = {
    "aws:TokenIssueTime": ["{past}", "{future}", "{past offset}", "{future epoch}", "{past epoch}"],
    "aws:CurrentTime": ["{past}", "{future}", "{past epoch}"],
}
_DATE_OPERATORS = ["DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "DateNotEquals"]


class Case(msgspec.Struct, frozen=True):
    """One question to both engines: may a session with these tags, under these policies, make the call?"""

    call: str
    identity: tuple[Statement, ...]
    session: tuple[Statement, ...] | None = None
    tags: Mapping[str, str] = {}


def cases(seed: int, count: int) -> Iterator[Case]:
    """That many cases, the same ones for the same seed."""
    choose = random.Random(seed)  # noqa: S311  # cases, no secret
    for _ in range(count):
        call = choose.choice(list(CALLS))
        identity = [_statement(choose, call, "Allow", 0.3)]
        identity += [_statement(choose, call, "Deny", 0.9) for _ in range(choose.choice([0, 1, 1, 2]))]
        session = None
        if choose.random() < 0.3:
            session = tuple(_statement(choose, call, choose.choice(["Allow", "Allow", "Deny"]), 0.4) for _ in range(2))
        tags = {"project": "apollo"} if choose.random() < 0.5 else {}
        yield Case(call, tuple(identity), session, tags)


def _statement(choose: random.Random, call: str, effect: str, conditional: float) -> Statement:
    action, resource = CALLS[call]
    service, name = action.split(":")
    wide = [action, f"{service}:*", "*", f"{service}:{name[:3]}*", action.lower(), f"{service}:?{name[1:]}"]
    made: Statement = {"Effect": effect}
    if choose.random() < 0.2:
        made["NotAction"] = choose.choice([[*_ELSEWHERE], [choose.choice(wide[:2])], [_ELSEWHERE[0], f"{service}:*"]])
    else:
        made["Action"] = choose.choice([choose.choice(wide), [_ELSEWHERE[1], choose.choice(wide)], _ELSEWHERE])
    spots = [resource, "*", resource[:-2] + "*", resource[:-1] + "?", _OTHER_RESOURCES[0]]
    if choose.random() < 0.2:
        made["NotResource"] = choose.choice([_OTHER_RESOURCES, [choose.choice(spots)]])
    else:
        made["Resource"] = choose.choice([choose.choice(spots), "*", [_OTHER_RESOURCES[1], choose.choice(spots)]])
    if choose.random() < conditional:
        made["Condition"] = _condition(choose)
    return made


def _condition(choose: random.Random) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for _ in range(choose.choice([1, 1, 2])):
        kind, if_exists = choose.random(), choose.choice(["", "", "IfExists"])
        if kind < 0.2:
            key = choose.choice([*_STRINGS, *_DATES])
            made.setdefault("Null", {})[key] = choose.choice(["true", "false"])
        elif kind < 0.5:
            key = choose.choice(list(_DATES))
            made.setdefault(choose.choice(_DATE_OPERATORS) + if_exists, {})[key] = choose.choice(_DATES[key])
        elif kind < 0.6:
            operator = choose.choice(["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])
            made.setdefault(operator + if_exists, {})["aws:PrincipalArn"] = choose.choice(_STRINGS["aws:PrincipalArn"])
        elif kind < 0.65:
            made.setdefault("Bool" + if_exists, {})["aws:SecureTransport"] = choose.choice(["true", "false"])
        else:
            key = choose.choice(list(_STRINGS))
            values = choose.sample(_STRINGS[key], choose.randint(1, min(2, len(_STRINGS[key]))))
            made.setdefault(choose.choice(_STRING_OPERATORS) + if_exists, {})[key] = values
    return made


def smaller(case: Case) -> Iterator[Case]:
    """The cases one step simpler: a statement, a condition, a value, the session policy or the tags left out."""
    replace = msgspec.structs.replace
    if case.session is not None:
        yield replace(case, session=None)
        yield from (replace(case, session=session) for session in _thinner(case.session) if session)
    if case.tags:
        yield replace(case, tags={})
    yield from (replace(case, identity=identity) for identity in _thinner(case.identity) if identity)


def _thinner(statements: tuple[Statement, ...]) -> Iterator[tuple[Statement, ...]]:
    for index, statement in enumerate(statements):
        before, after = statements[:index], statements[index + 1 :]
        yield before + after
        for simpler in _plainer(statement):
            yield (*before, simpler, *after)


def _plainer(statement: Statement) -> Iterator[Statement]:
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        values = statement.get(element)
        if isinstance(values, list) and len(values) > 1:
            yield from ({**statement, element: [value]} for value in values)
    for element in ("Action", "Resource"):
        if f"Not{element}" in statement or statement[element] != "*":
            rest = {name: value for name, value in statement.items() if name not in (element, f"Not{element}")}
            yield {**rest, element: "*"}
    condition = statement.get("Condition", {})
    for operator, keys in condition.items():
        yield _with(statement, {name: value for name, value in condition.items() if name != operator})
        for key, values in keys.items():
            if len(keys) > 1:
                rest = {name: value for name, value in keys.items() if name != key}
                yield _with(statement, {**condition, operator: rest})
            if isinstance(values, list) and len(values) > 1:
                yield from (_with(statement, {**condition, operator: {**keys, key: [value]}}) for value in values)


def _with(statement: Statement, condition: dict[str, Any]) -> Statement:
    rest = {name: value for name, value in statement.items() if name != "Condition"}
    return {**rest, "Condition": condition} if condition else rest
