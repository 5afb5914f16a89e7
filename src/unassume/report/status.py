"""What stands in an account, in words: what needs looking at comes first."""

from __future__ import annotations

from datetime import datetime

from unassume.model.inventories import HeldPolicy, Ours, Status
from unassume.model.slots import AnyScp
from unassume.report.table import paragraph, table

_STATES = {
    "needed": "needed",
    "over": "over: unassume prune takes it away",
    "hold": "a hold: until undo lifts it",
    "edited": "EDITED: not as we write them",
    "unattached": "attached nowhere: stops nobody",
}


def status_lines(status: Status, width: int = 80) -> list[str]:
    """Edited ones and leftovers first, then ours by incident, then what others left."""
    lines: list[str] = []
    for one in status.leftovers:
        lines += paragraph(f"receipt {one.receipt_id} is {one.state}: {one.what}", width, "! ")
    for ours in status.ours:
        if ours.state == "edited":
            lines += paragraph(f"somebody edited {_label(ours.policy)}, or made it: left alone", width, "! ")
        if ours.state == "unattached":
            lines += paragraph(f"{_label(ours.policy)} is still needed, and stops nobody", width, "! ")
    lines += [""] if lines else []
    lines += _ours(status, width)
    lines += _keys(status, width)
    lines += paragraph(f"SCPs were not looked at: {status.scps_unread}", width) if status.scps_unread else []
    return [*lines, *_theirs(status, width)]


def _ours(status: Status, width: int) -> list[str]:
    if not status.ours:
        return ["nothing of ours stands here"]
    rows = [(one.incident, _on(one), _who(one), _at(one.cut_off), _until(one)) for one in status.ours]
    return table(("incident", "on", "stops", "cut-off", "needed until"), rows, width)


def _keys(status: Status, width: int) -> list[str]:
    """AWS does not say who made a key inactive: the receipt is named that says we did."""
    lines: list[str] = []
    for one in status.keys:
        told = f"key {one.slot.key_id} of user {one.slot.user} is inactive, by us as receipt {one.receipt_id} has it"
        lines += paragraph(f"{told}; undo makes it active again", width)
    return lines


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
    if policy.holder == "account":
        return f"SCP `{policy.name}` on {policy.holder_name or 'nothing'}"
    kind = "managed" if policy.is_managed else "inline"
    return f"{kind} policy `{policy.short_name}` of {_holder(policy)}"


def _holder(policy: HeldPolicy) -> str:
    return f"{policy.holder} {policy.holder_name}"


def _on(one: Ours) -> str:
    if one.policy.holder != "account":
        return _holder(one.policy)
    of = f", for {one.slot.label.rpartition(', for ')[2]}" if isinstance(one.slot, AnyScp) else ""
    return f"SCP on {one.policy.holder_name or 'nothing'}{of}"


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
