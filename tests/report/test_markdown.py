"""A Markdown page shows an attacker's text, and is made of nothing of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.report.hostile import TEXTS, is_raw
from unassume.report.escape import markdown
from unassume.report.pages import Grid, Items, Section, Sentence, markdown_lines

ATTACKS = (
    "<script>alert(1)</script>", "<img src=x onerror=y>", "&lt;b&gt;", "[click](http://e.example)", "![x](//e.example)",
    "https://e.example", "www.e.example", "a@e.example", "@team", "#12", "|", "`", "``", "```", "`x`", "` | `", "**b**",
    "__b__", "~~s~~", "# h", "---", "===", "1.", "1)", "- x", "> q", "\\", "\\`", "<!--", "-->", "[x]: //e", "$x$",
    ":x:", "<http://e.example>", "&#96;",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(ATTACKS) | TEXTS, max_size=8).map(" ".join) | st.lists(
    st.sampled_from(ATTACKS) | st.text(max_size=4), max_size=8
).map("".join)
RENDER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HARMLESS = {"text", "code_inline", "softbreak"}


def inside(source: str) -> set[str]:
    """The kinds of what stands within the blocks of a page, our own bold labels aside."""
    kinds = {child.type for token in RENDER.parse(source) for child in token.children or ()}
    return kinds - {"strong_open", "strong_close"}


@given(text=HOSTILE)
def test_hostile_text_is_text_and_code(text: str) -> None:
    """In a paragraph it renders as words and code spans alone: no HTML, link, image or emphasis."""
    shown = markdown(text)
    assert not is_raw(shown)
    assert inside(f"state: {shown}") <= HARMLESS
    assert [token.type for token in RENDER.parse(f"state: {shown}")] == ["paragraph_open", "inline", "paragraph_close"]


@given(text=HOSTILE)
def test_outside_of_code_there_are_words(text: str) -> None:
    """Beside its code spans nothing is left that other renderers link, mention, number or read as mark-up."""
    outside = re.sub(r"`[^`]*`|\b\d\d:\d\d:\d\dZ", "", markdown(text))
    assert re.search(r"[`|<>\[\]*_~#@\\&$=+{}/!]|\w[.:]\w|^\s*\d+[.)]", outside) is None


@given(cells=st.lists(HOSTILE, min_size=2, max_size=2), title=HOSTILE, item=HOSTILE)
def test_a_page_keeps_its_shape(cells: list[str], title: str, item: str) -> None:
    """A heading stays one heading, a table one row of two cells, a list one item, whatever they hold."""
    rows = (tuple(cells),)
    blocks = (Grid(("a", "b"), rows), Items((f"x {item}",)), Sentence(item, "label"))
    source = "\n".join(markdown_lines([Section(f"T {title}", blocks)]))
    counted = [token.type for token in RENDER.parse(source)]
    assert [counted.count(kind) for kind in ("heading_open", "td_open", "list_item_open")] == [1, 2, 1]
    assert inside(source) <= HARMLESS
    assert "html_block" not in counted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("session s-12ab of `keith`, which leaked.", "session s-12ab of `keith`, which leaked."),
        ("<b>|</b>", "`\\x3cb\\x3e\\x7c\\x3c/b\\x3e`"),
        ("see http://e.example now", "see `http://e.example` now"),
        ("\x1b[2J", "`\\x1b[2J`"),
        ("", ""),
        ("(at 18:04:05Z), on iam:GetRole, 1.2.", "(at 18:04:05Z), on `iam:GetRole`, `1.2`."),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    """Sentences of ours stay readable; what could act is in code, spelt out where it could end the code."""
    assert markdown(text) == shown
