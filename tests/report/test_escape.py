"""One function stands between an attacker's text and the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.hostile import TEXTS, WIDTHS, faults, is_raw
from unassume.report.escape import escape
from unassume.report.table import paragraph, table


@given(text=TEXTS | st.text(), longest=st.integers(1, 300))
def test_nothing_raw_and_nothing_longer(text: str, longest: int) -> None:
    """Escaped text has no control, format, surrogate or private character, and keeps to its length."""
    shown = escape(text, longest)
    assert not is_raw(shown)
    assert len(shown) <= longest


@given(text=st.text("abcXYZ 019-_=+,.@/:éß", max_size=200))
def test_ordinary_text_is_as_it_was(text: str) -> None:
    """Names, addresses and sentences are shown unchanged."""
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x1b[31m", "\\x1b[31m"), ("a\nb", "a\\nb"), ("\u202ecod", "\\u202ecod"), ("\x00", "\\x00")],
)
def test_what_is_hidden_is_spelt(text: str, shown: str) -> None:
    """A character that would act is shown by its escape, so that the reader sees that it was there."""
    assert escape(text) == shown


@given(text=TEXTS, first=st.sampled_from(["", "lead: ", "    ", "✓ proved trail-caught-up   "]), width=WIDTHS)
def test_a_paragraph_fits(text: str, first: str, width: int) -> None:
    """A paragraph of anything keeps to the width and is one line at least."""
    lines = paragraph(text, width, first)
    assert lines != []
    assert faults(lines, width) == []


@given(rows=st.lists(st.lists(TEXTS, min_size=4, max_size=4), max_size=4), width=WIDTHS)
def test_a_table_fits(rows: list[list[str]], width: int) -> None:
    """A table of anything keeps to the width, and no cell brings mark-up."""
    assert faults(table(("", "one", "two", "three"), rows, width), width) == []


def test_mark_up_is_text() -> None:
    """A cell that looks like rich's mark-up or an emoji code is shown as it is."""
    assert table(("a",), [("[bold]x[/bold] :smile:",)], 80)[1] == "[bold]x[/bold] :smile:"
