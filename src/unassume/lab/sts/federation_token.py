"""GetFederationToken: a session of a user's for somebody without one, bound by the policies passed with it.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from __future__ import annotations

from datetime import timedelta

from unassume.iam.principals import Root
from unassume.lab.access.context import context
from unassume.lab.access.credentials import Credentials, FederatedSession, Issued, new_secret, new_token
from unassume.lab.access.judge import judge
from unassume.lab.accounts import state
from unassume.lab.clock import whole_second
from unassume.lab.operations.needed import Needed
from unassume.lab.sts.granted import Asked, Granted, Realm, credential_fields, credentials_shown, key_resource
from unassume.lab.sts.parameters import HOUR, MOST_USER_SECONDS, NAME, check_names, duration, required
from unassume.lab.sts.session_bounds import packed_size, policies_of, read_bounds
from unassume.lab.sts.session_tags import SessionTags, read_tags
from unassume.lab.trail.events import Resource
from unassume.lab.wire.refusals import Refusal, Why

DEFAULT_SECONDS = 43_200


def federation_token(asked: Asked, realm: Realm) -> Granted:
    """A session of a federated user; callers without long-term keys are turned away before (`access.restrictions`)."""
    check_names(asked.given, ("Name", "Policy", "DurationSeconds"), ("PolicyArns", "Tags"))
    name = required(asked.given, "Name", 2, 32, NAME)
    tags, bounds = read_tags(asked.given), read_bounds(asked.given)
    seconds = duration(asked.given, MOST_USER_SECONDS) or DEFAULT_SECONDS
    _check_allowed(asked, realm, name, tags)
    percent = packed_size(bounds, tags)
    policies = policies_of(bounds, asked.caller.account, realm.history)
    session = _session(asked, realm, name, seconds, policies, tags)
    credentials = Credentials(session.key_id, new_secret(), new_token(), session.expires_at)
    realm.keyring.add(Issued(credentials, session.account, session))
    return _granted(session, credentials, percent)


def _check_allowed(asked: Asked, realm: Realm, name: str, tags: SessionTags) -> None:
    """ASSUMPTION: tags need sts:TagSession on the same resource; AWS documents the action, not the resource."""
    arn = f"arn:aws:sts::{asked.caller.account}:federated-user/{name}"
    for action in ("sts:GetFederationToken", *(("sts:TagSession",) if tags.tags else ())):
        needed = Needed(action, arn, tags.keys())
        keys = context(asked.caller, asked.incoming, asked.region, realm.clock.now(), needed.keys)
        judgement = judge(asked.caller, needed, keys, realm.history)
        if not judgement.allowed:
            raise Refusal(Why.DENIED, judgement.message, reason=judgement.reason)


def _session(
    asked: Asked, realm: Realm, name: str, seconds: int, policies: tuple[tuple[str, str], ...], tags: SessionTags
) -> FederatedSession:
    caller = asked.caller
    now = whole_second(realm.clock.now())
    # AWS: root's are cut to an hour, whatever was asked.
    seconds = min(seconds, HOUR) if isinstance(caller.principal, Root) else seconds
    return FederatedSession(
        key_id=state.new_session_key_id(caller.account),
        account=caller.account,
        name=name,
        user_id=caller.user_id,
        user_name=caller.name,
        issued_at=now,
        expires_at=now + timedelta(seconds=seconds),
        policies=policies,
        tags=tags.tags,
    )


def _granted(session: FederatedSession, credentials: Credentials, percent: int | None) -> Granted:
    user = {"FederatedUserId": session.federated_id, "Arn": session.arn}
    shown = {
        "credentials": credentials_shown(credentials),
        "federatedUser": {"federatedUserId": session.federated_id, "arn": session.arn},
    }
    fields = {"Credentials": credential_fields(credentials), "FederatedUser": user, "PackedPolicySize": percent}
    resources = (key_resource(credentials), Resource("AWS::STS::FederatedUser", session.arn))
    return Granted(fields, shown, resources, session.issued_at, credentials)
