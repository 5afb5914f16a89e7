"""A plan is a value and a file; only its cut-off is open."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import START
from tests.steps.made import scene
from unassume.model.plans import CutOff, Plan

INSTANTS = st.integers(0, 2**51).map(lambda microseconds: START + timedelta(microseconds=microseconds))


@given(now=INSTANTS)
def test_the_cut_off_is_a_whole_second_and_never_less_than_the_margin(now: datetime) -> None:
    """`now` is rounded up to the full second, and 30 s are added."""
    cut_off = CutOff().expected(now)
    assert cut_off.microsecond == 0
    assert timedelta(seconds=30) <= cut_off - now < timedelta(seconds=31)


@given(now=INSTANTS, at=INSTANTS)
def test_a_pinned_cut_off_stays(now: datetime, at: datetime) -> None:
    """`--cut-off` is taken as it is, whatever the time."""
    assert CutOff(at=at).expected(now) == at


def test_a_plan_travels_as_json() -> None:
    """A plan written to a file reads back as the same value."""
    made = scene().planned()
    assert msgspec.json.decode(msgspec.json.encode(made), type=Plan) == made


def test_a_plan_with_a_field_we_do_not_know_is_not_read() -> None:
    """A newer version's field is never dropped in silence."""
    fields = msgspec.json.decode(msgspec.json.encode(scene().planned()))
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({**fields, "also_delete": "everything"}, Plan)
