"""Making a role session, however it was asked for: bound to the role's unique id, with times in whole seconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from unassume.lab.access.credentials import Credentials, Issued, RoleSession, new_secret, new_token
from unassume.lab.accounts import state
from unassume.lab.accounts.state import RoleView
from unassume.lab.clock import whole_second
from unassume.lab.sts.granted import Granted, Realm, credential_fields, credentials_shown, key_resource
from unassume.lab.sts.parameters import HOUR, invalid
from unassume.lab.sts.session_bounds import SessionBounds, packed_size, policies_of
from unassume.lab.sts.session_tags import SessionTags
from unassume.lab.trail.events import Resource


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The session to be made; `seconds` is how long it was asked to last and `until` an end it must not pass.

    `claims` are the condition keys of its identity provider that later calls carry.
    """

    name: str
    seconds: int | None = None
    until: datetime | None = None
    source_identity: str | None = None
    tags: SessionTags = SessionTags()
    bounds: SessionBounds = SessionBounds()
    via: Literal["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"] = "AssumeRole"
    federated_provider: str | None = None
    claims: Mapping[str, tuple[str, ...]] = {}


def issue(role: RoleView, account: str, wanted: Wanted, realm: Realm) -> Granted:
    """A session of the role, on the lab's keyring; a Refusal when it was asked to last longer than the role allows."""
    percent = packed_size(wanted.bounds, wanted.tags)
    policies = policies_of(wanted.bounds, account, realm.history)
    now = whole_second(realm.clock.now())
    ends = now + timedelta(seconds=_seconds(role, wanted))
    ends = min(ends, whole_second(wanted.until)) if wanted.until else ends
    session = RoleSession(
        key_id=state.new_session_key_id(account),
        account=account,
        role_arn=role.arn,
        role_id=role.id,
        role_name=role.name,
        name=wanted.name,
        issued_at=now,
        expires_at=ends,
        source_identity=wanted.source_identity,
        tags=wanted.tags.tags,
        transitive=wanted.tags.transitive,
        policies=policies,
        via=wanted.via,
        federated_provider=wanted.federated_provider,
        claims=wanted.claims,
    )
    credentials = Credentials(session.key_id, new_secret(), new_token(), ends)
    realm.keyring.add(Issued(credentials, account, session))
    return _granted(session, credentials, percent)


def _seconds(role: RoleView, wanted: Wanted) -> int:
    if wanted.seconds is not None and wanted.seconds > role.max_session:
        raise invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return wanted.seconds or HOUR


def _granted(session: RoleSession, credentials: Credentials, percent: int | None) -> Granted:
    fields = {
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "Credentials": credential_fields(credentials),
        "PackedPolicySize": percent,
        "SourceIdentity": session.source_identity,
    }
    resources = (
        key_resource(credentials),
        Resource("AWS::STS::AssumedRole", session.arn),
        Resource("AWS::IAM::Role", session.role_arn),
    )
    return Granted(fields, _shown(session, credentials, percent), resources, session.issued_at, credentials)


def _shown(session: RoleSession, credentials: Credentials, percent: int | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "credentials": credentials_shown(credentials),
        "assumedRoleUser": {"assumedRoleId": session.user_id, "arn": session.arn},
    }
    shown |= {"packedPolicySize": percent} if percent is not None else {}
    return shown | ({"sourceIdentity": session.source_identity} if session.source_identity else {})
