"""A statement put into a text and taken out again leaves the text as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.errors import InputError
from unassume.means.splice import statements, with_statement, without

OURS, THEIRS = '{"Sid":"Ours","Effect":"Deny"}', '{"Sid":"Theirs","Effect":"Deny"}'
SPACES = st.text(" \t\r\n", max_size=3)
VALUES = st.sampled_from(['"a,b]"', '{"Statement": [1]}', "[ ]", '"\\"}"', "1.50"])


@st.composite
def policies(draw: st.DrawFn) -> str:
    """A policy in any spelling: one statement alone or several in a list, keys in any order."""
    found = [f'{{{draw(SPACES)}"Sid"{draw(SPACES)}:{draw(VALUES)}}}' for _ in range(draw(st.integers(1, 3)))]
    between = f"{draw(SPACES)},{draw(SPACES)}"
    is_alone = len(found) == 1 and draw(st.booleans())
    listed = found[0] if is_alone else f"[{draw(SPACES)}{between.join(found)}{draw(SPACES)}]"
    members = [f'"Version"{draw(SPACES)}:{draw(VALUES)}', f'"Statement":{draw(SPACES)}{listed}', f'"Id":{draw(VALUES)}']
    return f"{draw(SPACES)}{{{draw(SPACES)}{between.join(draw(st.permutations(members)))}{draw(SPACES)}}}"


def taken_out(text: str, sid: str) -> str:
    return without(text, next(one for one in statements(text) if json.loads(text[one.start : one.end])["Sid"] == sid))


@given(policies())
def test_out_is_the_inverse_of_in(text: str) -> None:
    """Whatever the spelling, byte for byte; and what stands meanwhile is what stood, with ours before it."""
    spliced = with_statement(text, OURS)
    stood, stands = json.loads(text)["Statement"], json.loads(spliced)["Statement"]
    assert stands == [json.loads(OURS), *(stood if isinstance(stood, list) else [stood])]
    assert taken_out(spliced, "Ours") == text


@given(policies(), st.booleans())
def test_two_responders_leave_in_any_order(text: str, is_first_out: bool) -> None:
    """Each takes out his own, the second to come first or last: in the end the text is as it was."""
    both = with_statement(with_statement(text, OURS), THEIRS)
    order = ("Ours", "Theirs") if is_first_out else ("Theirs", "Ours")
    assert taken_out(taken_out(both, order[0]), order[1]) == text


@given(policies(), st.sampled_from([None, 1, 2]))
def test_a_text_that_was_rendered_anew_loses_ours_alone(text: str, indent: int | None) -> None:
    """Once somebody re-rendered it, or moved ours to the end, the statements of others stay as they mean."""
    read = json.loads(with_statement(text, OURS))
    for listed in (read["Statement"], [*read["Statement"][1:], read["Statement"][0]]):
        left = json.loads(taken_out(json.dumps({**read, "Statement": listed}, indent=indent), "Ours"))["Statement"]
        assert (left if isinstance(left, list) else [left]) == read["Statement"][1:]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Version": "1"}', '{"Statement": [}', "nothing", "{" * 5000])
def test_what_is_no_policy_is_refused(text: str) -> None:
    """In one line, never a traceback."""
    with pytest.raises(InputError, match="cannot be read"):
        with_statement(text, OURS)


def test_the_last_statement_is_not_taken_out() -> None:
    """AWS takes no trust policy without a statement."""
    alone = f'{{"Statement":[{OURS}]}}'
    with pytest.raises(InputError, match="only statement"):
        taken_out(alone, "Ours")
