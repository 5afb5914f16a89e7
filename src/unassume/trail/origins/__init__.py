"""One file per way a session starts; each reads an event into an Issuance, or None when it is not of its kind."""

from __future__ import annotations

from unassume.model.sightings import Issuance
from unassume.trail.events import Event
from unassume.trail.origins import assume_role, federated, user_tokens

EVENT_NAMES = (assume_role.ORIGIN, *federated.ORIGINS, user_tokens.OWN, user_tokens.GIVEN_OUT)
"""The calls that issue sessions."""


def issuance_of(event: Event) -> Issuance | None:
    """The session an event issued, if it issued one; a denied call issues nothing."""
    if event.error_code is not None:
        return None
    match (event.source, event.name):
        case ("sts.amazonaws.com", "AssumeRole"):
            return assume_role.issuance_of(event)
        case ("sts.amazonaws.com", name) if name in federated.ORIGINS:
            return federated.issuance_of(event)
        case ("sts.amazonaws.com", user_tokens.OWN | user_tokens.GIVEN_OUT):
            return user_tokens.issuance_of(event)
        case _:
            return None
