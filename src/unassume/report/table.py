"""Tables as plain lines that fit a width, with rich; rich is imported only here and only when a table is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from textwrap import wrap

from unassume.report.escape import escape


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], width: int = 80) -> list[str]:
    """The rows as lines no wider than `width`; long cells wrap, every cell is escaped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, show_edge=False, header_style="", padding=(0, 2, 0, 0))
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(escape(cell)) for cell in row))
    out = StringIO()
    Console(file=out, width=width, color_system=None, markup=False, highlight=False, emoji=False).print(drawn)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def paragraph(text: object, width: int = 80, first: str = "", rest: str | None = None) -> list[str]:
    """One escaped sentence as lines no wider than `width`, with a lead-in and a hanging indent."""
    indent = " " * len(first) if rest is None else rest
    lines = wrap(
        escape(text, longest=4000), width=width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )
    return lines or [first.rstrip()]
