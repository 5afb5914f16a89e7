"""What stands in an account, in words: what needs looking at comes first."""

from __future__ import annotations

from datetime import datetime

from unassume.model.inventories import HeldPolicy, Ours, Status
from unassume.report.table import paragraph, table

_STATES = {
    "needed": "needed",
    "over": "over: unassume prune takes it away",
    "hold": "a hold: until undo lifts it",
    "edited": "EDITED: not as we write them",
}


def status_lines(status: Status, width: int = 80) -> list[str]:
    """Edited ones and leftovers first, then ours by incident, then what others left."""
    lines: list[str] = []
    for one in status.leftovers:
        lines += paragraph(f"receipt {one.receipt_id} is {one.state}: {one.what}", width, "! ")
    for ours in status.ours:
        if ours.state == "edited":
            lines += paragraph(f"somebody edited {_label(ours.policy)}, or made it: left alone", width, "! ")
    lines += [""] if lines else []
    lines += _ours(status, width)
    return [*lines, *_theirs(status, width)]


def _ours(status: Status, width: int) -> list[str]:
    if not status.ours:
        return ["nothing of ours stands here"]
    rows = [(one.incident, _holder(one.policy), _who(one), _at(one.cut_off), _until(one)) for one in status.ours]
    return table(("incident", "on", "stops", "cut-off", "needed until"), rows, width)


def _theirs(status: Status, width: int) -> list[str]:
    lines: list[str] = []
    for one in status.theirs:
        whose = "AWS's button" if one.kind == "aws-button" else "made by hand"
        lines += ["", *paragraph(f"{_label(one.policy)}, {whose}", width, "another's: ")]
        for mistake in one.mistakes:
            lines += paragraph(f"{mistake.path}: {mistake.message}", width, "  ! ")
    return lines


def _label(policy: HeldPolicy) -> str:
    if policy.is_in_trust:
        return f"trust statement `{policy.short_name}` of {_holder(policy)}"
    kind = "managed" if policy.is_managed else "inline"
    return f"{kind} policy `{policy.short_name}` of {_holder(policy)}"


def _holder(policy: HeldPolicy) -> str:
    return f"{policy.holder} {policy.holder_name}"


def _who(one: Ours) -> str:
    if one.state == "edited":
        return "?"
    if one.policy.is_in_trust:
        return f"{one.sessions} from coming in"
    return "everybody, or a person" if one.sessions is None else f"{one.sessions} named"


def _until(one: Ours) -> str:
    state = _STATES[one.state]
    return f"{_at(one.until)}" if one.state == "needed" and one.until else state


def _at(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M:%SZ}"
