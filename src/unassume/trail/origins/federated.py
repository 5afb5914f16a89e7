"""AssumeRoleWithSAML and AssumeRoleWithWebIdentity: somebody an identity provider vouches for takes a role.

They have no parent session. Read here so that no session of a role goes unseen before it is used; what tells one
federated person from another is not read yet.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
"""

from __future__ import annotations

from unassume.model.sightings import Issuance
from unassume.trail.events import Event
from unassume.trail.origins import assume_role

ORIGINS = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


def issuance_of(event: Event) -> Issuance | None:
    """The session such an event issued: it is answered like AssumeRole, the caller being no AWS principal."""
    return assume_role.issuance_of(event, origin=event.name)
