"""Instants: how they are written, and what an issue time can and cannot say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from unassume.iam.constants import parse_instant, quiet
from unassume.iam.lint.findings import CHECKS, GUIDE, KEYS, Rule, on_lines
from unassume.iam.lint.reading import Line, Spoken

_TIME_WITHOUT_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?", re.ASCII)
_TIME_WITH_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+[+-](\d{2}:\d{2})", re.ASCII)
_AHEAD = timedelta(hours=1)
"""How far a cut-off may stand ahead: a margin takes seconds, and a plan approved later takes minutes."""

_read = quiet(parse_instant)


def _zone(line: Line, _: Spoken) -> Iterator[str]:
    for value in line.values if line.operator.startswith("Date") else ():
        if _TIME_WITHOUT_ZONE.fullmatch(value):
            yield f"the time `{value}` has no zone: end it in `Z` if it is UTC"


def _not_utc(line: Line, _: Spoken) -> Iterator[str]:
    for value in line.values if line.operator.startswith("Date") else ():
        offset = _TIME_WITH_OFFSET.fullmatch(value)
        if offset and offset[1] != "00:00":
            yield f"the time `{value}` is a local time: write it in UTC, with a `Z`"


def _long_term_keys(line: Line, statement: Spoken) -> Iterator[str]:
    if line.name == "aws:tokenissuetime" and line.if_exists and statement.effect == "Deny":
        yield "long-term keys have no issue time, so `IfExists` denies them too"


def _in_the_future(line: Line, statement: Spoken) -> Iterator[str]:
    if statement.now is None or line.name != "aws:tokenissuetime" or statement.effect != "Deny":
        return
    for value in line.values if line.operator.startswith("DateLessThan") else ():
        instant = _read(value)
        if instant is not None and instant > statement.now + _AHEAD:
            yield f"`{value}` is to come: until then every new session is denied too, and none can be made that is not"


RULES = (
    # AWS says nowhere which zone a time without one has; `parse` refuses it.
    Rule("date-without-zone", "error", CHECKS, on_lines(_zone)),
    Rule("date-not-utc", "warning", KEYS, on_lines(_not_utc)),
    Rule("issue-time-if-exists", "warning", KEYS, on_lines(_long_term_keys)),
    Rule("issue-time-to-come", "warning", f"{GUIDE}id_roles_use_revoke-sessions.html", on_lines(_in_the_future)),
)
