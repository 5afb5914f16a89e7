"""Many leaked sessions of one role: few statements, few documents, none too long, nobody lost and nobody added."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.means.made import CUT_OFFS, SELECTORS
from tests.steps.made import ROLE_ID
from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.iam.limits import LIMITS, measure
from unassume.means.mark import bind, document, our_statements
from unassume.means.packing import documents, packed, size
from unassume.model.selectors import OlderSessionsSelector, Selector, SessionNameSelector

AT = datetime(2026, 11, 23, 18, 0, 30, tzinfo=UTC)


def people(count: int, length: int = 12) -> tuple[Selector, ...]:
    """So many sessions of one role, with names of one length."""
    return tuple(SessionNameSelector(f"{ROLE_ID}:{number:0{length}}") for number in range(count))


@given(selectors=SELECTORS, limit=st.integers(450, 1_500), at=CUT_OFFS)
def test_packing_selectors_loses_and_adds_nothing(selectors: tuple[Selector, ...], limit: int, at: datetime) -> None:
    """Bound, every document is ours and fits; read back one after the other they hold every selector, in order."""
    bound = [bind(text, at) or "" for text in documents(selectors, limit)]
    assert all(measure(text) <= limit for text in bound)
    found = [ours.selector for text in bound for ours in our_statements(text) or ()]
    assert found == list(selectors)


@given(selectors=SELECTORS, limit=st.integers(450, 1_500))
def test_no_document_has_room_for_the_next_one_s_first(selectors: tuple[Selector, ...], limit: int) -> None:
    """A new document is begun only where the last is full."""
    stretches = packed(selectors, limit)
    for one, other in pairwise(stretches):
        assert size(document((*one, other[0]))) > limit


def test_names_share_one_statement() -> None:
    """Hundreds of names are one statement with one list, which AWS reads as any of them."""
    (statement,) = parse(bind(document(people(200)), AT) or "").statements
    (named,) = [each for each in statement.conditions if each.key == "aws:userid"]
    assert len(named.values) == 200
    assert size(document(people(200))) < LIMITS["role"]


def test_one_name_is_written_as_a_text() -> None:
    """A cut of one session stays as it always was: a text, not a list."""
    (statement,) = json.loads(document(people(1)))["Statement"]
    assert statement["Condition"]["StringEquals"] == {"aws:userid": f"{ROLE_ID}:000000000000"}


def test_what_stands_between_names_parts_them() -> None:
    """The order is kept, and Sids stay unique, where another kind of selector stands between names."""
    text = bind(document((*people(2), OlderSessionsSelector(), *people(3))), AT) or ""
    sids = [each["Sid"] for each in json.loads(text)["Statement"]]
    assert len(set(sids)) == 3
    assert [ours.sid for ours in our_statements(text) or ()] == [sids[0]] * 2 + [sids[1]] + [sids[2]] * 3


@pytest.mark.parametrize("ids", [[], [f"{ROLE_ID}:keith"], [f"{ROLE_ID}:keith", "*"], [f"{ROLE_ID}:keith", 1]])
def test_a_list_written_otherwise_is_not_ours(ids: list[object]) -> None:
    """A list of none, of one, or with anything but ids of sessions is nothing that we write."""
    read = json.loads(document(people(2)))
    read["Statement"][0]["Condition"]["StringEquals"]["aws:userid"] = ids
    assert our_statements(json.dumps(read)) is None


def test_names_without_a_time_are_not_ours() -> None:
    """Only a canary is denied without a time, and canaries share no statement."""
    read = json.loads(document(people(2)))
    del read["Statement"][0]["Condition"]["DateLessThan"]
    assert our_statements(json.dumps(read)) is None


def test_one_that_fits_nowhere_is_an_error() -> None:
    """A limit below one statement is said, never cut through."""
    with pytest.raises(InputError, match="of 100"):
        documents(people(1), 100)
