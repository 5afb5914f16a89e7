"""The parts of the simulator that need no lab: keys, entries, exclusions, scenarios, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.simulation.simulating import policy, statement
from unassume.iam.documents import DocumentKind, parse
from unassume.iam.values import ABSENT, Known
from unassume.lab.simulation.asked import ContextEntry, CustomSimulation, Excluded, InlinePolicy, read
from unassume.lab.simulation.entities import caller, owner, source
from unassume.lab.simulation.entries import context
from unassume.lab.simulation.exclusions import check, is_type_excluded, remaining
from unassume.lab.simulation.keys import keys_of, missing
from unassume.lab.simulation.paging import MOST, MOST_STATEMENTS, page
from unassume.lab.simulation.scenarios import check_scenario
from unassume.lab.simulation.sources import Source, parsed
from unassume.lab.wire.refusals import Refusal

AWS, OWN = "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/team/Queues"
SOURCES = (
    Source("user_alice_Own", "", "inline", name="Own", holder_kind="user", holder="alice"),
    Source("group_readers_Own", "", "inline", name="Own", holder_kind="group", holder="readers"),
    Source("ReadOnlyAccess", "", "aws-managed", arn=AWS),
    Source("Queues", "", "user-managed", arn=OWN),
    Source("PolicyInputList.1", "", "given"),
)
_EC2 = "arn:aws:ec2:us-east-1:123456789012:"


def code_of(call: Callable[..., Any], *arguments: Any) -> str:
    try:
        call(*arguments)
    except Refusal as refusal:
        return refusal.code
    return "OK"


def test_keys_stand_as_the_policy_spells_them() -> None:
    """Resources come before conditions, a key counts once in any case, and variables in values count."""
    table = "arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}"
    dates = {"DateGreaterThan": {"aws:CurrentTime": "2015-08-16T12:00:00Z"}}
    names = {"StringLike": {"AWS:UserName": "${aws:PrincipalTag/Name, 'x'}"}}
    first = parse(policy(statement("Allow", "dynamodb:*", table, Condition=dates)))
    assert keys_of([first]) == ("aws:username", "aws:CurrentTime")
    second = parse(policy(statement("Deny", "s3:*", Condition=names)))
    assert keys_of([first, second]) == ("aws:username", "aws:CurrentTime", "aws:PrincipalTag/Name")
    older = parse(policy(statement("Allow", "s3:*", "arn:aws:s3:::${aws:userid}")).replace("2012-10-17", "2008-10-17"))
    assert keys_of([older]) == ()


def test_missing_keys() -> None:
    """A key is missing when it is not given, and when what is given is empty."""
    told = context((ContextEntry("aws:UserId", ("x",)), ContextEntry("aws:Referer", ("",))))
    assert missing(("aws:userid", "aws:referer", "aws:SourceIp"), told) == ("aws:referer", "aws:SourceIp")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("numeric", "3.5", "three"), ("boolean", "true", "yes"), ("ip", "203.0.113.7", "203.0.113"),
        ("binary", "aGk=", "?"), ("date", "2019-04-25T11:00:00Z", "yesterday"), ("string", "any", None),
    ],
)  # fmt: skip
def test_types_of_context_entries(kind: Any, good: str, bad: str | None) -> None:
    """A value is held to its type; a list type takes several values and a plain one takes one."""
    plural: Any = f"{kind}List"
    assert context((ContextEntry("aws:key", (good,), kind),)).values["aws:key"] == Known((good,))
    assert context((ContextEntry("aws:key", (good, good), plural),)).values["aws:key"] == Known((good, good), True)
    assert code_of(context, (ContextEntry("aws:key", (good, good), kind),)) == "InvalidInput"
    if bad is not None:
        assert code_of(context, (ContextEntry("aws:key", (bad,), kind),)) == "InvalidInput"
        assert code_of(context, (ContextEntry("aws:key", (good, bad), plural),)) == "InvalidInput"


def test_a_key_given_twice() -> None:
    """A key given twice, in whatever case, is refused; one that is not given is absent."""
    assert code_of(context, (ContextEntry("aws:key", ("a",)), ContextEntry("AWS:Key", ("b",)))) == "InvalidInput"
    assert context(()).unlisted is ABSENT


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        (Excluded(policy_type="inline"), (2, 3, 4)),
        (Excluded(policy_type="aws-managed"), (0, 1, 3, 4)),
        (Excluded(policy_type="user-managed"), (0, 1, 2, 4)),
        (Excluded(policy_type="rcp"), (0, 1, 2, 3, 4)),
        (Excluded(policy_arn=AWS), (0, 1, 3, 4)),
        (Excluded(policy_arn="arn:aws:iam::123456789012:policy/team/Q*"), (0, 1, 2, 4)),
        (Excluded(policy_arn="arn:aws:iam::aws:policy/None"), (0, 1, 2, 3, 4)),
        (Excluded(inline_policy_identifier=InlinePolicy("Own", "group", "r??ders")), (0, 2, 3, 4)),
        (Excluded(inline_policy_identifier=InlinePolicy("Own", "role", "*")), (0, 1, 2, 3, 4)),
    ],
)
def test_exclusions(excluded: Excluded, left: tuple[int, ...]) -> None:
    """A type, an ARN or an inline policy's name leaves out what it names and nothing that was sent with the call."""
    check((excluded,))
    assert remaining(SOURCES, (excluded,)) == tuple(SOURCES[each] for each in left)


@pytest.mark.parametrize(
    "excluded",
    [
        Excluded(),
        Excluded(policy_type="scp", policy_arn=AWS),
        Excluded(policy_arn="arn:aws:iam::*:policy/ReadOnlyAccess"),
        Excluded(policy_arn="arn:aws:iam::aws:policy/*Only*"),
        Excluded(policy_arn="arn:aws:iam::123456789012:role/work"),
        Excluded(inline_policy_identifier=InlinePolicy("Own", "user", "a*b*")),
    ],
)
def test_identifiers_that_are_none(excluded: Excluded) -> None:
    """No way or two ways to name a policy, and wildcards where none may stand, are refused."""
    assert code_of(check, (excluded,)) == "InvalidInput"


def test_whole_types() -> None:
    """The types that are no identity-based policies are asked for by themselves."""
    excluded = (Excluded(policy_type="scp"),)
    assert is_type_excluded(excluded, "scp")
    assert not is_type_excluded(excluded, "permission-boundary")


@pytest.mark.parametrize(
    ("arn", "as_source", "as_caller"),
    [
        ("arn:aws:iam::123456789012:user/team/alice", "OK", "OK"),
        ("arn:aws:iam::123456789012:group/readers", "OK", "OK"),
        ("arn:aws-cn:iam::123456789012:role/worker", "OK", "OK"),
        ("arn:aws:sts::123456789012:assumed-role/worker/me", "InvalidInput", "InvalidInput"),
        ("arn:aws:iam::123456789012:root", "InvalidInput", "InvalidInput"),
        ("arn:aws:iam::123456789012:policy/Queues", "InvalidInput", "InvalidInput"),
        ("ec2.amazonaws.com and more", "InvalidInput", "InvalidInput"),
    ],
)
def test_who_may_be_simulated(arn: str, as_source: str, as_caller: str) -> None:
    """Users, groups and roles are, and neither sessions nor services nor the root user."""
    assert (code_of(source, arn), code_of(caller, arn)) == (as_source, as_caller)


def test_owners() -> None:
    """The owner of a resource is named by the ARN of an account; its bare id is refused, as clients have met it."""
    assert owner("arn:aws:iam::112233445566:root") == "112233445566"
    with pytest.raises(Refusal, match="'123456789012' is not a valid as a Resource Owner"):
        owner("123456789012")


@pytest.mark.parametrize(
    ("option", "kinds", "code"),
    [
        (None, "", "OK"),
        ("EC2-VPC-InstanceStore", "instance image security-group network-interface", "OK"),
        ("EC2-VPC-EBS", "instance image security-group network-interface", "InvalidInput"),
        ("EC2-VPC-EBS-Subnet", "instance image security-group network-interface subnet volume", "OK"),
        ("EC2-Moon", "instance image security-group network-interface", "InvalidInput"),
    ],
)
def test_scenarios(option: str | None, kinds: str, code: str) -> None:
    """A scenario asks for its kinds of resources."""
    assert code_of(check_scenario, option, tuple(f"{_EC2}{kind}/x" for kind in kinds.split())) == code


@given(
    count=st.integers(1, 300), most=st.integers(1, 1000), resources=st.integers(1, 400), statements=st.integers(0, 1000)
)
def test_pages_cover_all_once(count: int, most: int, resources: int, statements: int) -> None:
    """Page after page, every action comes once and in order, and no page is larger than asked or than the most."""
    actions, marker = tuple(map(str, range(count))), None
    seen: list[str] = []
    while True:
        some, marker = page(actions, marker, most, resources, statements)
        seen += some
        assert 0 < len(some) <= most
        assert len(some) * resources <= MOST
        if marker is None:
            break
    assert tuple(seen) == actions


@pytest.mark.parametrize("marker", ["x", "YWZ0ZXI6MA==", "YWZ0ZXI6OTk=", "\xff"])
def test_markers_of_nobody(marker: str) -> None:
    """A marker that no answer gave is refused, and so is one behind the end."""
    assert code_of(page, ("s3:GetObject",), marker, 100, 1, 1) == "InvalidInput"


@pytest.mark.parametrize(
    ("resources", "statements", "code"),
    [
        (MOST, 99, "OK"), (MOST + 1, 0, "NotImplemented"), (MOST, 100, "NotImplemented"),
        (1, MOST_STATEMENTS, "OK"), (1, MOST_STATEMENTS + 1, "NotImplemented"),
    ],
)  # fmt: skip
def test_what_is_too_much_at_once(resources: int, statements: int, code: str) -> None:
    """More resources or statements than the lab judges in one answer are refused and not begun."""
    assert code_of(page, ("s3:GetObject",), None, 100, resources, statements) == code


def test_a_call_too_large_to_read() -> None:
    """A call of more characters than the lab reads is refused before it is read."""
    texts = {f"PolicyInputList.member.{number}": " " * 131_072 for number in range(1, 17)}
    assert code_of(read, "GetContextKeysForCustomPolicy", texts) == "NotImplemented"


def test_whose_policy_cannot_be_read() -> None:
    """A policy that was sent and cannot be read is the caller's fault, an attached one is not."""
    assert code_of(parsed, Source("PolicyInputList.1", "{", "given"), DocumentKind.IDENTITY) == "InvalidInput"
    assert code_of(parsed, Source("Queues", "", "user-managed", arn=OWN), DocumentKind.IDENTITY) == "PolicyEvaluation"


def test_a_list_sent_empty() -> None:
    """A list that is sent empty, as clients may, counts as not sent."""
    found = read(
        "SimulateCustomPolicy", {"PolicyInputList.1": "{}", "ActionNames.1": "s3:GetObject", "ResourceArns": ""}
    )
    assert isinstance(found, CustomSimulation)
    assert found.resource_arns == ("*",)


@pytest.mark.parametrize(
    "given_fields",
    [
        {},
        {"PolicyInputList.member.1": "{}"},
        {"PolicyInputList.member.1": "{}", "ActionNames": ""},
        {"PolicyInputList.member.1": "{}", "ActionNames.member.1": "s3"},
        {"PolicyInputList.member.x": "{}", "ActionNames.member.1": "s3:GetObject"},
        {"PolicyInputList.member.1": "☃", "ActionNames.member.1": "s3:GetObject"},
        {"PolicyInputList.member.1": "{}", "ActionNames.member.1": "s3:GetObject", "MaxItems": "\ud800"},
        {"PolicyInputList.member.1": "{}", "ActionNames.member.1": "s3:GetObject", "MaxItems": "0"},
        {"PolicyInputList.member.1": "{}", "ActionNames.member.1": "s3:GetObject", "MaxItems": "many"},
        {"PolicyInputList.member.1": "{}", "ActionNames.member.1": "s3:GetObject", "PolicySourceArn": AWS},
        {"PolicyInputList.member.1": "{}", "ActionNames.member.1": "s3:GetObject",
         "ContextEntries.member.1.ContextKeyName": "aws:userid", "ContextEntries.member.1.ContextKeyType": "text"},
    ],
)  # fmt: skip
def test_calls_that_break_the_model(given_fields: dict[str, str]) -> None:
    """What is missing, too short, of another type or not of this call is a ValidationError."""
    assert code_of(read, "SimulateCustomPolicy", given_fields) == "ValidationError"
