"""A page as plain values, written once and drawn twice: as text of a width, and as Markdown.

Everything in a page is raw text; whoever draws it escapes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

import msgspec

from unassume.report.escape import markdown
from unassume.report.table import paragraph, table

_LONGEST = 4000


class Sentence(msgspec.Struct, frozen=True):
    """One paragraph; `label` leads it in."""

    text: str
    label: str = ""


class Items(msgspec.Struct, frozen=True):
    """A list."""

    texts: tuple[str, ...]


class Grid(msgspec.Struct, frozen=True):
    """A table; the headings are ours."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Sentence | Items | Grid


class Section(msgspec.Struct, frozen=True):
    """A heading of ours and what stands below it; level 1 is the page's own."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 2


def text_lines(page: Iterable[Section], width: int = 80) -> list[str]:
    """The page for a terminal, no line wider than `width`."""
    lines: list[str] = []
    for section in page:
        lines += ["", *paragraph(section.title.upper() if section.level < 3 else section.title, width)]
        lines += [line for block in section.blocks for line in _text(block, width)]
    return lines[1:]


def markdown_lines(page: Iterable[Section]) -> list[str]:
    """The page in Markdown: what came out of logs can be neither markup, nor a link, nor HTML."""
    lines: list[str] = []
    for section in page:
        lines += [f"{'#' * section.level} {markdown(section.title, _LONGEST)}", ""]
        for block in section.blocks:
            lines += [*_markdown(block), ""]
    return lines


def _text(block: Block, width: int) -> list[str]:
    match block:
        case Sentence(text=text, label=label):
            return paragraph(text, width, f"{label}: " if label else "")
        case Items(texts=texts):
            return [line for text in texts for line in paragraph(text, width, "  - ")]
        case Grid(headings=headings, rows=rows):
            return table(headings, rows, width)
        case _:
            assert_never(block)


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Sentence(text=text, label=label):
            yield (f"**{label}:** " if label else "") + markdown(text, _LONGEST)
        case Items(texts=texts):
            yield from (f"- {markdown(text, _LONGEST)}" for text in texts)
        case Grid(headings=headings, rows=rows):
            yield f"| {' | '.join(headings)} |"
            yield f"|{'---|' * len(headings)}"
            yield from (f"| {' | '.join(markdown(cell, _LONGEST) for cell in row)} |" for row in rows)
        case _:
            assert_never(block)
