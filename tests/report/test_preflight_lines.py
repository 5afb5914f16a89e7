"""What we may not do, in words: short, escaped, and silent where all is allowed."""

from __future__ import annotations

import msgspec

from tests.steps.made import KEITH, scene
from unassume.model.preflights import Lack, Preflight
from unassume.report.preflight import lacking_lines


def lack(action: str, resource: str = "arn:aws:iam::111122223333:role/DataAnalyst", *, is_known: bool = True) -> Lack:
    return Lack(action=action, resource=resource, needed_for="apply", is_known=is_known)


def lines(*lacking: Lack) -> list[str]:
    return lacking_lines(msgspec.structs.replace(scene().planned(KEITH), preflight=Preflight(lacking=lacking)))


def test_nothing_is_said_of_what_is_allowed() -> None:
    """Where nothing lacks there is no line."""
    assert lines() == []


def test_refused_and_unknown_are_told_apart() -> None:
    """What would be refused has a line each and a count; what nobody knows is one sentence, each call once."""
    told = lines(
        lack("iam:PutRolePolicy"), lack("iam:GetPolicy", is_known=False), lack("iam:GetPolicy", is_known=False)
    )
    assert told[0].startswith("NOT ALLOWED (1)")
    assert told[-1] == "not known: whether we may call iam:GetPolicy"
    assert all(len(line) <= 80 for line in told)


def test_no_letter_of_a_name_moves_the_cursor() -> None:
    """A resource is text from an account."""
    assert "\x1b" not in "".join(lines(lack("iam:PutRolePolicy", "arn:\x1b[2J")))
