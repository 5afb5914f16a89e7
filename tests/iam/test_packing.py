"""Packing: documents within their limit that together hold every item once, in order, and no fewer would do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unassume.errors import InputError
from unassume.iam.limits import measure, pack

_names = st.lists(st.text(alphabet='abc-é"\\ ', min_size=1, max_size=40), max_size=60)


def _document(names: Sequence[str]) -> str:
    condition = {"StringEquals": {"aws:userid": list(names)}}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


@given(_names, st.integers(min_value=400, max_value=2_000))
def test_packing_loses_and_adds_nothing(names: list[str], limit: int) -> None:
    """The stretches one after the other are the items, each document fits, and none has room for its neighbour."""
    packed = pack(names, _document, limit)
    assert [name for stretch in packed for name in stretch] == names
    assert all(stretch and measure(_document(stretch)) <= limit for stretch in packed)
    for one, other in pairwise(packed):
        assert measure(_document([*one, other[0]])) > limit


def test_what_does_not_fit_alone_is_an_error_with_its_size() -> None:
    """One item longer than the limit is named by its size; it is never cut short."""
    with pytest.raises(InputError, match="of 100"):
        pack(["x" * 200], _document, 100)
