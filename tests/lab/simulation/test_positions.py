"""Where statements stand, against AWS's own examples and against any layout."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.lab.simulation.positions import Place, positions

SOLE = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
    '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)
LISTED = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "codecommit:ListRepositories",
            "Resource": "*",
            "Sid": "1"
        }
    ]
}"""


@pytest.mark.parametrize(
    ("text", "path", "places"),
    [(SOLE, "$.Statement", ((1, 38), (1, 167))), (LISTED, "$.Statement[0]", ((3, 19), (9, 10)))],
)
def test_examples_of_the_aws_cli(text: str, path: str, places: tuple[Place, Place]) -> None:
    """A statement that stands alone and one of a list are where the examples of the AWS CLI say."""
    assert positions(text) == {path: places}


def test_a_later_statement_begins_where_the_one_before_ended() -> None:
    """Of a list on one line the first begins at its brace, and each later one behind the brace of the one before."""
    first, second = positions('{"Version":"2012-10-17","Statement":[{"Effect":"Deny"},{"Effect":"Allow"}]}').values()
    assert first[0] == (1, 38)
    assert second[0] == first[1]


def test_long_numbers() -> None:
    """A number of more digits than Python reads is no hindrance."""
    text = '{"Statement":[{"Condition":{"StringEquals":{"aws:userid":%s}}}]}' % ("1" * 5000)
    assert positions(text)["$.Statement[0]"] == ((1, 15), (1, len(text) - 1))


def offset(text: str, place: Place) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: place[0] - 1]) + place[1] - 1


statements = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.lists(st.text(max_size=3)), max_size=3), max_size=4
)
others = st.dictionaries(st.sampled_from(["Id", "Version", "Statemen\\t"]), st.text() | st.lists(st.integers()))


@given(found=statements, before=others, after=others, indent=st.sampled_from([None, 0, 1, 4]))
def test_the_text_between_is_the_statement(
    found: list[Any], before: dict[str, Any], after: dict[str, Any], indent: int | None
) -> None:
    """However a policy is laid out, the text from start to end is the statement with what separates it."""
    tail = {name: value for name, value in after.items() if name not in before}
    text = json.dumps({**before, "Statement": found, **tail}, indent=indent)
    places = positions(text)
    assert list(places) == [f"$.Statement[{number}]" for number in range(len(found))]
    for (start, end), statement in zip(places.values(), found, strict=True):
        assert json.loads(text[offset(text, start) : offset(text, end)].lstrip(", \n")) == statement
