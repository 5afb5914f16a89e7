"""GetSessionToken and GetFederationToken: a user takes temporary credentials of his own, or gives some out.

No policy stops GetSessionToken; both take a long-term key, which the event names. A token of the root user is not read:
no policy of the account binds it.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html
"""

from __future__ import annotations

from unassume.model.sightings import Issuance
from unassume.trail.events import Event, fields_of, text_of
from unassume.trail.origins.assume_role import expires_at

OWN, GIVEN_OUT = "GetSessionToken", "GetFederationToken"


def issuance_of(event: Event) -> Issuance | None:
    """The token such an event issued; None when it is the root user's, or does not name whose it is."""
    who = event.who
    if who.type != "IAMUser" or who.principal_id is None or who.arn is None:
        return None
    principal_id = who.principal_id
    if event.name == GIVEN_OUT:
        principal_id = text_of(fields_of(event.response.get("federatedUser")).get("federatedUserId")) or ""
    if event.name == GIVEN_OUT and ":" not in principal_id:
        return None
    key_id = text_of(fields_of(event.response.get("credentials")).get("accessKeyId"))
    return Issuance(
        origin=event.name, account=who.arn.split(":")[4], region=event.region,
        issued_at=event.at.replace(microsecond=0), caller=event.identity, holder_arn=who.arn,
        principal_id=principal_id, session_name=principal_id.partition(":")[2] or who.arn.rpartition("/")[2],
        user_id=who.principal_id if event.name == GIVEN_OUT else None, key_ids=(key_id,) if key_id else (),
        expires_at=expires_at(event), address=event.address, user_agent=event.user_agent, raw=event.raw,
    )  # fmt: skip
