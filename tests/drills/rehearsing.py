"""One rehearsal and what every drill has to come to; each opens a lab of its own and closes it again."""

from __future__ import annotations

from types import MappingProxyType

from rich.cells import cell_len

from tests.crash.recording import Recorder
from tests.crash.surviving import survives
from unassume.drills.runner import rehearse
from unassume.model.rehearsals import DrillResult

POINTS = MappingProxyType(
    {
        "bob-mary-keith": 24,
        "chained": 38,
        "crowd": 60,
        "federated": 60,
        "fighter": 48,
        "full-role": 24,
        "late-plan": 24,
        "older-sessions": 24,
        "same-name": 22,
        "same-second": 48,
        "stolen-instance": 24,
        "two-responders": 48,
        "user-token": 46,
    }
)
"""At how many points applying and undoing the cuts of each drill dies here; all of them are survived."""


def rehearsed(name: str) -> DrillResult:
    """The result of a drill that held: contained, the thief tried and got nothing, the story fits a screen.

    Every cut made in it is begun again in memory, by processes that die at every point of it.
    """
    recorder = Recorder()
    played = rehearse(name, recorder)
    result = played.result
    assert result.name == name
    assert result.gaps == ()
    assert result.contained
    assert result.thief_calls_tried > 0
    assert result.thief_calls_after_verified_cut == 0
    assert result.bystander_calls_made > 0
    assert 0 < len(played.story) <= 60
    assert [line for line in played.story if cell_len(line) > 80 or not line.isprintable()] == []
    assert sum(map(survives, recorder.cuts)) == POINTS[name]
    return result
