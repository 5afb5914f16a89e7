"""One rehearsal and what every drill has to come to; each opens a lab of its own and closes it again."""

from __future__ import annotations

from rich.cells import cell_len

from unassume.drills.runner import rehearse
from unassume.model.rehearsals import DrillResult


def rehearsed(name: str) -> DrillResult:
    """The result of a drill that held: contained, the thief tried and got nothing, the story fits a screen."""
    played = rehearse(name)
    result = played.result
    assert result.name == name
    assert result.gaps == ()
    assert result.contained
    assert result.thief_calls_tried > 0
    assert result.thief_calls_after_verified_cut == 0
    assert result.bystander_calls_made > 0
    assert 0 < len(played.story) <= 60
    assert [line for line in played.story if cell_len(line) > 80 or not line.isprintable()] == []
    return result
