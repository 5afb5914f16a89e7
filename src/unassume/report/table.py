"""Tables as plain lines that fit a width, with rich; rich is imported only here and only when a table is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from textwrap import wrap
from unicodedata import east_asian_width

from unassume.report.escape import escape

_WHOLE = ("session", "issued", "left", "rung")  # what people copy or compare stays on one line

_FILLER = "\x00"
"""Stands for the second column of a wide letter while lines are broken; escaped text holds none."""


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], width: int = 80) -> list[str]:
    """The rows as lines no wider than `width`; long cells wrap, every cell is escaped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, show_edge=False, header_style="", padding=(0, 2, 0, 0))
    for heading in headings:
        drawn.add_column(heading, overflow="fold", no_wrap=heading in _WHOLE)
    for row in rows:
        drawn.add_row(*(Text(escape(cell)) for cell in row))
    out = StringIO()
    Console(file=out, width=width, color_system=None, markup=False, highlight=False, emoji=False).print(drawn)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def paragraph(text: object, width: int = 80, first: str = "", rest: str | None = None) -> list[str]:
    """One escaped sentence as lines no wider than `width`, with a lead-in and a hanging indent."""
    indent, shown = " " * len(first) if rest is None else rest, escape(text, longest=4000)
    filled = "".join(letter + _FILLER if east_asian_width(letter) in "WF" else letter for letter in shown)
    lines = wrap(
        filled,
        width=width - (filled != shown),
        initial_indent=first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return [line.replace(_FILLER, "") for line in lines] or [first.rstrip()]
