"""Our marks: what we write we recognise, and nothing that is even slightly different."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.means.made import CUT_OFFS, INCIDENTS, SELECTORS
from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.means.mark import (
    NEEDED_FOR,
    bind,
    canary_name,
    check_incident,
    document,
    our_statements,
    ours,
    policy_name,
)
from unassume.means.shapes import CANARY_PREFIX
from unassume.model.plans import CUT_OFF, UNTIL
from unassume.model.selectors import (
    SOURCE_IDENTITY,
    CanarySelector,
    HoldSelector,
    IssuanceSelector,
    OlderSessionsSelector,
    PersonSelector,
    Selector,
    SessionNameSelector,
    user_id,
)

AT = datetime(2026, 11, 23, 18, 0, 30, tzinfo=UTC)
KEITH = "AROAEXAMPLEANALYST000:keith"
CANARY = f"AROAEXAMPLEANALYST000:{CANARY_PREFIX}0123456789ab"
ALL: tuple[Selector, ...] = (SessionNameSelector(KEITH), OlderSessionsSelector(), CanarySelector(CANARY))
WINDOW = IssuanceSelector(KEITH, AT, AT + timedelta(seconds=1))


def bound(selectors: tuple[Selector, ...], at: datetime = AT) -> str:
    text = bind(document(selectors), at)
    assert text is not None
    return text


@given(selectors=SELECTORS, at=CUT_OFFS)
def test_what_we_write_we_read_back(selectors: tuple[Selector, ...], at: datetime) -> None:
    """Bound, every statement is ours, with its selector, its cut-off and the instant it is needed until."""
    found = our_statements(bound(selectors, at))
    assert found is not None
    assert tuple(one.selector for one in found) == selectors
    for one in found:
        match one.selector:
            case CanarySelector() | HoldSelector():
                assert (one.cut_off, one.until) == (None, None)
            case IssuanceSelector(before=before):
                assert (one.cut_off, one.until) == (before, before + NEEDED_FOR)
            case _:
                assert (one.cut_off, one.until) == (at, at + NEEDED_FOR)


@given(selectors=SELECTORS)
def test_a_template_is_ours_without_its_time(selectors: tuple[Selector, ...]) -> None:
    """Before it is bound the same statements are recognised, with cut-off and expiry open but for an issuance's."""
    found = our_statements(document(selectors))
    assert found is not None
    ends = [each.before if isinstance(each, IssuanceSelector) else None for each in selectors]
    assert [(one.selector, one.cut_off) for one in found] == list(zip(selectors, ends, strict=True))
    assert [one.until for one in found] == [end and end + NEEDED_FOR for end in ends]


@given(at=CUT_OFFS, apart=st.integers(-(10**6), 10**6).filter(bool))
def test_an_expiry_that_is_not_its_cut_off_s_is_not_ours(at: datetime, apart: int) -> None:
    """The Sid says when the statement is no longer needed: one that says another instant than its cut-off does is no
    statement of ours, nor is one of which only one half is open."""
    text = bound((SessionNameSelector(KEITH),), at)
    right, wrong = (f"Until{one + NEEDED_FOR:%Y%m%dT%H%M%SZ}" for one in (at, at + timedelta(seconds=apart)))
    assert our_statements(text) is not None
    assert our_statements(text.replace(right, wrong)) is None
    assert our_statements(text.replace(right, f"Until{UNTIL}")) is None


@given(selectors=SELECTORS, at=CUT_OFFS)
def test_binding_fills_both_tokens_and_nothing_else(selectors: tuple[Selector, ...], at: datetime) -> None:
    """The bound text parses as a policy, and what names somebody is as it was, even a session named like a token."""
    policy = parse(bound(selectors, at))
    named = [value for one in policy.statements for each in one.conditions for value in each.values]
    principals = [user_id(one) or _named(one) for one in selectors]
    assert [value for value in named if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)] == [
        each for each in principals if each is not None
    ]
    assert CUT_OFF not in named
    assert not any(UNTIL in (statement.sid or "") for statement in policy.statements)


def _named(selector: Selector) -> str | None:
    """Whom a selector without a user id names, as the policy writes it."""
    match selector:
        case PersonSelector(value=value):
            return value
        case OlderSessionsSelector(role_id=role_id) | HoldSelector(role_id=role_id) if role_id:
            return f"{role_id}:*"
        case _:
            return None


@given(selectors=SELECTORS)
def test_sids_are_unique_and_alphanumeric(selectors: tuple[Selector, ...]) -> None:
    """IAM takes each Sid once, of letters and digits."""
    sids = [statement["Sid"] for statement in json.loads(bound(selectors))["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


@given(incident=INCIDENTS, seed=st.text())
def test_names_fit_iam(incident: str, seed: str) -> None:
    """A policy name keeps to 128 and a session name to 64 characters of IAM's set."""
    assert check_incident(incident) == incident
    assert re.fullmatch(r"[\w+=,.@-]{1,128}", policy_name(incident, seed), re.ASCII)
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", canary_name(incident, seed), re.ASCII)


@pytest.mark.parametrize("incident", ["", "a" * 41, "-a", "../x", "a b", "é", "a\n"])
def test_an_incident_that_fits_no_policy_name_is_bad_input(incident: str) -> None:
    """What could not stand in a policy name, a path or a user agent is refused."""
    with pytest.raises(InputError, match="the incident's name"):
        check_incident(incident)


def test_nothing_is_bound_into_nothing() -> None:
    """A deletion has no text to fill."""
    assert bind(None, AT) is None


Change = Callable[[dict[str, Any]], object]


def _set(*keys: str | int, to: object) -> Change:
    def change(read: dict[str, Any]) -> None:
        at: Any = read
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = to

    return change


def _in_statement(*keys: str | int, to: object) -> Change:
    return _set("Statement", 0, *keys, to=to)


def _condition(to: object) -> Change:
    return _in_statement("Condition", to=to)


TIME = {"DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:00:30Z"}}
WHO = {"StringEquals": {"aws:userid": KEITH}}
MUTATIONS: dict[str, Change] = {
    "allow": _in_statement("Effect", to="Allow"),
    "one action": _in_statement("Action", to="s3:*"),
    "listed action": _in_statement("Action", to=["*"]),
    "one resource": _in_statement("Resource", to="arn:aws:s3:::x"),
    "not action": lambda read: read["Statement"][0].update(NotAction=read["Statement"][0].pop("Action")),
    "extra key": _in_statement("Principal", to="*"),
    "no condition": lambda read: read["Statement"][0].pop("Condition"),
    "no sid": lambda read: read["Statement"][0].pop("Sid"),
    "foreign sid": _in_statement("Sid", to="KeepOut"),
    "sid of the other kind": _in_statement("Sid", to="UnassumeCanary"),
    "sid with no day": _in_statement("Sid", to="UnassumeUntil20269999T000000Z"),
    "other operator": _condition({"StringLike": {"aws:userid": KEITH}, **TIME}),
    "other time operator": _condition({**WHO, "DateLessThanEquals": TIME["DateLessThan"]}),
    "if exists": _condition({**WHO, "DateLessThanIfExists": TIME["DateLessThan"]}),
    "other key": _condition({"StringEquals": {"aws:SourceIdentity": KEITH}, **TIME}),
    "further key": _condition({"StringEquals": {"aws:userid": KEITH, "aws:SourceIp": "192.0.2.1"}, **TIME}),
    "further operator": _condition({**WHO, **TIME, "Null": {"aws:userid": "false"}}),
    "empty operator": _condition({**WHO, **TIME, "Null": {}}),
    "empty time": _condition({**WHO, "DateLessThan": {}}),
    "null id": _condition({"StringEquals": {"aws:userid": None}, **TIME}),
    "wildcard id": _condition({"StringEquals": {"aws:userid": "AROAEXAMPLEANALYST000:*"}, **TIME}),
    "listed ids": _condition({"StringEquals": {"aws:userid": [KEITH]}, **TIME}),
    "id of a group": _condition({"StringEquals": {"aws:userid": "AGPAEXAMPLEKEITH00000"}, **TIME}),
    "user id with a name": _condition({"StringEquals": {"aws:userid": "AIDAEXAMPLEKEITH00000:x"}, **TIME}),
    "no time": _condition(WHO),
    "no condition in it": _condition({}),
    "no Z": _condition({**WHO, "DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:00:30"}}),
    "offset": _condition({**WHO, "DateLessThan": {"aws:TokenIssueTime": "2026-11-23T18:00:30+01:00"}}),
    "short date": _condition({**WHO, "DateLessThan": {"aws:TokenIssueTime": "2026-11-3T8:0:30Z"}}),
    "epoch": _condition({**WHO, "DateLessThan": {"aws:TokenIssueTime": 1}}),
    "variable": _condition({**WHO, "DateLessThan": {"aws:TokenIssueTime": "${aws:CurrentTime}"}}),
    "no statement": _set("Statement", to=[]),
    "bare statement": lambda read: read.update(Statement=read["Statement"][0]),
    "extra statement": lambda read: read["Statement"].append({**read["Statement"][0], "Sid": "x", "Effect": "Allow"}),
    "text for a statement": lambda read: read["Statement"].append("x"),
    "id": _set("Id", to="x"),
    "old version": _set("Version", to="2008-10-17"),
    "no version": lambda read: read.pop("Version"),
}


@pytest.mark.parametrize("change", MUTATIONS.values(), ids=MUTATIONS)
def test_any_single_change_makes_it_somebody_else_s(change: Change) -> None:
    """Ours is exactly our shape: whatever else carries our name and Sid is not."""
    read = json.loads(bound((SessionNameSelector(KEITH),)))
    assert our_statements(json.dumps(read)) is not None
    changed = deepcopy(read)
    change(changed)
    assert our_statements(json.dumps(changed)) is None


def test_a_repeated_key_is_not_ours() -> None:
    """Of two keys of one name nobody knows which AWS reads: such a text is never ours."""
    text = bound(ALL)
    allow = '{"Statement":[{"Sid":"x","Effect":"Allow","Action":"*","Resource":"*"}],'
    assert our_statements(allow + text[1:]) is None
    assert our_statements(text.replace('"Effect":"Deny"', '"Effect":"Allow","Effect":"Deny"')) is None


def test_a_canary_denies_nobody_but_canaries() -> None:
    """The statement without a time is ours only when it names a session that can be nobody's but ours."""
    read = json.loads(bound((CanarySelector(CANARY),)))
    read["Statement"][0]["Condition"] = WHO
    assert ours(read["Statement"][0]) is None


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_window_without_an_instant_is_not_ours(seconds: int) -> None:
    """An issuance's window that ends where it begins, or before, would cut nobody: nothing we write."""
    text = document((WINDOW,))
    assert our_statements(text) is not None
    first = f"{AT + timedelta(seconds=1 - seconds):%Y-%m-%dT%H:%M:%SZ}"
    assert our_statements(text.replace("2026-11-23T18:00:30Z", first)) is None


@pytest.mark.parametrize("value", [CUT_OFF, f"UnassumeUntil{UNTIL}", "a*b?", "${aws:userid}", "é", "x" * 65, "y"])
def test_a_person_who_cannot_be_written_is_not_ours(value: str) -> None:
    """A source identity that AWS gives to none, or that reads like an open place of a plan, is refused."""
    assert our_statements(document((PersonSelector(SOURCE_IDENTITY, value),))) is None


def test_two_instants_that_turn_out_one_keep_their_sids_apart() -> None:
    """An issuance that ends at the very cut-off another statement is bound to: AWS wants each Sid once."""
    text = bound((WINDOW, SessionNameSelector(KEITH)), WINDOW.before)
    sids = [statement["Sid"] for statement in json.loads(text)["Statement"]]
    assert len(set(sids)) == 2
    assert our_statements(text) is not None


def test_a_hold_has_no_condition_and_no_end() -> None:
    """A hold denies everybody on the role, and nothing in it says when it is over."""
    (statement,) = json.loads(document((HoldSelector(),)))["Statement"]
    assert statement == {"Sid": "UnassumeHold", "Effect": "Deny", "Action": "*", "Resource": "*"}
    assert ours({**statement, "Condition": {}}) is None


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '"x"', "[" * 100_000], ids=lambda text: text[:3])
def test_no_document_is_not_ours(text: str) -> None:
    """A text that is no policy at all is no policy of ours, and no error."""
    assert our_statements(text) is None


def test_a_cut_off_of_another_zone_stays_ours() -> None:
    """A cut-off written with an offset is bound in UTC, so that the policy is known as ours and can be undone."""
    cut_off = datetime(2026, 11, 23, 20, 30, tzinfo=timezone(timedelta(hours=2)))
    text = bind(document((SessionNameSelector("AROAEXAMPLEROLEID1234:keith"),)), cut_off)
    assert text is not None
    found = our_statements(text)
    assert found is not None
    assert found[0].cut_off == cut_off
