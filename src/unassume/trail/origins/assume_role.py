"""AssumeRole: a user or a session takes a role.

Not read here: roles AWS's own services assume (EC2, Lambda). Their events name no `assumedRoleUser`, so the role's id
is unknown until a use shows it; their sessions are seen by use alone until they have a file of their own.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
"""

from __future__ import annotations

from datetime import datetime, timedelta

from unassume.model.sightings import Issuance
from unassume.trail.events import Event, fields_of, text_of
from unassume.trail.times import read_instant

ORIGIN = "AssumeRole"
_LONGEST = 129_600  # of any credentials: 36 h, for tokens of users


def issuance_of(event: Event, origin: str = ORIGIN) -> Issuance | None:
    """The session an AssumeRole event issued; None when the event does not name its role and id."""
    role_arn = text_of(event.request.get("roleArn"))
    assumed = fields_of(event.response.get("assumedRoleUser"))
    principal_id = text_of(assumed.get("assumedRoleId"))
    if role_arn is None or principal_id is None or ":" not in principal_id or role_arn.count(":") < 5:
        return None
    key_id = text_of(fields_of(event.response.get("credentials")).get("accessKeyId"))
    return Issuance(
        origin=origin, account=role_arn.split(":")[4], region=event.region, issued_at=event.at.replace(microsecond=0),
        caller=event.identity, holder_arn=role_arn, principal_id=principal_id,
        session_name=principal_id.partition(":")[2], key_ids=(key_id,) if key_id else (),
        expires_at=expires_at(event), source_identity=_source_identity(event),
        tags=_tags(event.request.get("tags")), address=event.address, user_agent=event.user_agent, raw=event.raw,
    )  # fmt: skip


def expires_at(event: Event) -> datetime | None:
    """When the credentials end: as the answer says, else by the duration asked for: AWS grants just that or refuses."""
    if said := read_instant(fields_of(event.response.get("credentials")).get("expiration")):
        return said
    seconds = event.request.get("durationSeconds")
    if isinstance(seconds, int) and 0 < seconds <= _LONGEST:
        return event.at + timedelta(seconds=seconds)
    return None


def _source_identity(event: Event) -> str | None:
    """The one asked for, or the one inherited: it cannot be changed along a chain."""
    said = text_of(event.response.get("sourceIdentity")) or text_of(event.request.get("sourceIdentity"))
    context = event.who.session_context
    return said or (context.source_identity if context else None)


def _tags(value: object) -> tuple[tuple[str, str], ...]:
    """Session tags as pairs, sorted; CloudTrail writes `key` and `value`, some producers `Key` and `Value`."""
    pairs: list[tuple[str, str]] = []
    for item in value if isinstance(value, list) else []:
        fields = {str(key).lower(): part for key, part in fields_of(item).items()}
        name = text_of(fields.get("key"))
        if name is not None:
            pairs.append((name, text_of(fields.get("value")) or ""))
    return tuple(sorted(pairs))
