"""The incidents by name, and one way to run any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from unassume.drills import (
    bob_mary_keith,
    chained,
    crowd,
    federated,
    fighter,
    full_role,
    late_plan,
    older_sessions,
    same_name,
    same_second,
    stolen_instance,
    two_responders,
    user_token,
)
from unassume.drills.stage import Lens, Stage, stage
from unassume.drills.story import told
from unassume.model.rehearsals import Rehearsal


@dataclass(frozen=True)
class Incident:
    """One incident to rehearse: what happens in it, in a line, how it is played, and in how many accounts."""

    summary: str
    play: Callable[[Stage], Rehearsal]
    accounts: int = 1


DRILLS: Mapping[str, Incident] = MappingProxyType(
    {
        "bob-mary-keith": Incident(bob_mary_keith.SUMMARY, bob_mary_keith.play),
        "chained": Incident(chained.SUMMARY, chained.play),
        "federated": Incident(federated.SUMMARY, federated.play),
        "fighter": Incident(fighter.SUMMARY, fighter.play, accounts=2),
        "older-sessions": Incident(older_sessions.SUMMARY, older_sessions.play),
        "same-second": Incident(same_second.SUMMARY, same_second.play),
        "same-name": Incident(same_name.SUMMARY, same_name.play),
        "full-role": Incident(full_role.SUMMARY, full_role.play),
        "crowd": Incident(crowd.SUMMARY, crowd.play),
        "late-plan": Incident(late_plan.SUMMARY, late_plan.play),
        "stolen-instance": Incident(stolen_instance.SUMMARY, stolen_instance.play),
        "two-responders": Incident(two_responders.SUMMARY, two_responders.play),
        "user-token": Incident(user_token.SUMMARY, user_token.play),
    }
)


def rehearse(name: str, lens: Lens = lambda world: world) -> Rehearsal:
    """Play one incident in a lab of its own; KeyError for a name that is none."""
    incident = DRILLS[name]
    with stage(name, incident.accounts, lens) as opened:
        played = incident.play(opened)
    heading = told(f"drill {name}: {incident.summary}")
    return Rehearsal(result=played.result, story=(*heading, *played.story))
