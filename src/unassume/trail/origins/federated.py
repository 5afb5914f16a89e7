"""AssumeRoleWithSAML and AssumeRoleWithWebIdentity: somebody an identity provider vouches for takes a role.

They have no parent session; what tells one federated person from another is his name at the provider.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
"""

from __future__ import annotations

import msgspec

from unassume.model.sightings import FederatedSubject, Issuance
from unassume.trail.events import Event, text_of
from unassume.trail.origins import assume_role
from unassume.trail.secrets import DROPPED

SAML, WEB_IDENTITY = "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"
ORIGINS = (SAML, WEB_IDENTITY)


def issuance_of(event: Event) -> Issuance | None:
    """The session such an event issued: it is answered like AssumeRole, the caller being no AWS principal."""
    found = assume_role.issuance_of(event, origin=event.name)
    return None if found is None else msgspec.structs.replace(found, federated=_subject(event))


def _subject(event: Event) -> FederatedSubject | None:
    """Whom the answer names, and by whose word; None where the event does not tell both.

    ASSUMPTION: CloudTrail writes the name exactly as the token or the assertion had it.
    """
    if event.name == SAML:
        # AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html: a transient subject
        # is another at every sign-in.
        provider, subject = text_of(event.request.get("principalArn")), text_of(event.response.get("subject"))
        is_lasting = text_of(event.response.get("subjectType")) not in (None, "transient")
    else:
        provider = text_of(event.response.get("provider")) or event.who.identity_provider
        subject = text_of(event.response.get("subjectFromWebIdentityToken")) or event.who.user_name
        is_lasting = True
    if not provider or not subject or DROPPED in subject:
        return None
    return FederatedSubject(provider=provider, subject=subject, is_lasting=is_lasting)
