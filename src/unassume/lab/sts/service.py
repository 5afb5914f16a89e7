"""STS in the lab's own code: AssumeRole, GetCallerIdentity, GetAccessKeyInfo.

A session is bound to the role's unique id, its times are whole seconds, its token and secret are never logged.
# AWS: https://docs.aws.amazon.com/STS/latest/APIReference/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unassume.errors import InputError
from unassume.iam.authorize import Layers, authorize
from unassume.iam.documents import DocumentKind
from unassume.iam.evaluate import Request
from unassume.iam.principals import Root
from unassume.iam.values import Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.access.context import context
from unassume.lab.access.credentials import Credentials, Issued, Keyring, RoleSession, new_secret, new_token
from unassume.lab.access.judge import Judgement, concluded, identity, is_role_gone, parsed, session_policies, unjudged
from unassume.lab.accounts import state
from unassume.lab.accounts.history import History
from unassume.lab.accounts.state import RoleView
from unassume.lab.clock import LabClock, iso, whole_second
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.sts.requests import AssumeRequest, invalid, read_assume_role
from unassume.lab.trail.events import FAKE_TOKEN, Resource, expiration_text
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Refusal, Why, not_implemented

_HOUR = 3600
JUDGED_HERE = frozenset({"AssumeRole"})
"""Calls whose permission hangs on a role's trust policy."""
NEVER_STOPPED = frozenset({"GetCallerIdentity"})
"""Calls that no policy stops."""


class Granted(msgspec.Struct, frozen=True):
    """What a call gave: the fields for the caller; for the record the response as CloudTrail shows it, and resources.

    `at` is the session's issue time, which the event of an issuing call carries.
    """

    fields: Mapping[str, Any]
    response: Mapping[str, Any] | None = None
    resources: tuple[Resource, ...] = ()
    at: datetime | None = None


class Scene(msgspec.Struct, frozen=True):
    """The role's account, and where the request came in."""

    account: str
    region: str
    incoming: Incoming


class Sts:
    """The lab's token service."""

    def __init__(self, keyring: Keyring, history: History, clock: LabClock) -> None:
        self._keyring = keyring
        self._history = history
        self._clock = clock

    def answer(self, caller: Caller, operation: Operation, incoming: Incoming, region: str) -> Granted:
        """The answer to one call; what is not judged here the gate has judged before."""
        match operation.name:
            case "GetCallerIdentity":
                return Granted(self.identity(caller))
            case "GetAccessKeyInfo":
                return Granted(self.key_account(operation.parameters))
            case "AssumeRole":
                return self.assume(caller, operation.parameters, incoming, region)
            case _:
                raise not_implemented(f"sts:{operation.name} yet")

    def identity(self, caller: Caller) -> dict[str, str]:
        """GetCallerIdentity: never denied, so it proves nothing about a revocation."""
        return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}

    def key_account(self, given: Mapping[str, Any]) -> dict[str, str]:
        """GetAccessKeyInfo: the account of any key the lab knows."""
        key_id = str(given.get("AccessKeyId", ""))
        issued, user_key = self._keyring.find(key_id), state.find_user_key(key_id)
        if issued is None and user_key is None:
            raise invalid(f"the access key id `{key_id}` is invalid")
        return {"Account": issued.account if issued else user_key.account if user_key else ""}

    def assume(self, caller: Caller, given: Mapping[str, Any], incoming: Incoming, region: str) -> Granted:
        """AssumeRole: the request, the role's trust, the caller's side, the limits, in this order."""
        request = _inheriting(read_assume_role(given), caller)
        role = self._history.enforced(request.account).role_at(request.role_arn)
        scene, keys = Scene(request.account, region, incoming), _sts_keys(request)
        for action in _actions(request):
            judgement = self._judge(caller, Needed(action, request.role_arn, keys), role, scene)
            if not judgement.allowed:
                raise Refusal(Why.DENIED, judgement.message, reason=judgement.reason)
        assert role is not None  # a role that is not there was denied just above
        session, credentials = self._issue(caller, role, request)
        self._keyring.add(Issued(credentials, session.account, session))
        return Granted(
            _fields(session, credentials, request), _shown(session), session_resources(session), session.issued_at
        )

    def _judge(self, caller: Caller, needed: Needed, role: RoleView | None, scene: Scene) -> Judgement:
        action, arn = needed.action, needed.resource
        if isinstance(caller.principal, Root):
            return Judgement(False, "root cannot assume roles", "Roles may not be assumed by root accounts.")
        view = self._history.enforced(caller.account)
        caller_is_gone = is_role_gone(caller, view)
        if role is None or caller_is_gone:
            message = f"User: {caller.arn} is not authorized to perform: {action} on resource: {arn}"
            return Judgement(False, "the role is gone" if caller_is_gone else "no such role", message)
        keys = context(caller, scene.incoming, scene.region, self._clock.now(), needed.keys)
        try:
            layers = Layers(
                identity=identity(caller, view),
                resource=parsed(role.trust, DocumentKind.TRUST),
                session=session_policies(caller),
            )
        except InputError as problem:
            return unjudged(needed, problem.message)
        decision = authorize(
            Request(action, arn, keys, caller.principal), layers, resource_account=scene.account, trust=True
        )
        return concluded(caller, needed, decision)

    def _issue(self, caller: Caller, role: RoleView, request: AssumeRequest) -> tuple[RoleSession, Credentials]:
        now = whole_second(self._clock.now())
        ends = now + timedelta(seconds=_duration(caller, role, request))
        key_id = state.new_session_key_id(role_account := request.account)
        credentials = Credentials(key_id, new_secret(), new_token(), ends)
        session = RoleSession(
            key_id=key_id,
            account=role_account,
            role_arn=role.arn,
            role_id=role.id,
            role_name=role.name,
            name=request.name,
            issued_at=now,
            expires_at=ends,
            source_identity=request.source_identity,
            tags=request.tags,
            transitive=request.transitive,
            policies=self._policies(request),
        )
        return session, credentials

    def _policies(self, request: AssumeRequest) -> tuple[tuple[str, str], ...]:
        """The session policies as texts; the managed ones as they stand at this moment."""
        found = [("Policy", request.policy)] if request.policy is not None else []
        managed = self._history.enforced(request.account).managed
        for arn in request.policy_arns:
            if arn not in managed:
                raise invalid(f"the policy {arn} does not exist")
            found.append((arn, managed[arn]))
        return tuple(found)


def _inheriting(request: AssumeRequest, caller: Caller) -> AssumeRequest:
    """The request with what a chained session hands on: its source identity and its transitive tags, unchangeable."""
    held = caller.role_session
    if held is None:
        return request
    inherited = {key: held.tags[key] for key in held.transitive}
    if {key.lower() for key in inherited} & {key.lower() for key in request.tags}:
        raise invalid("a transitive tag of the calling session cannot be passed again")
    if held.source_identity and request.source_identity not in (None, held.source_identity):
        message = f"User: {caller.arn} is not authorized to perform: sts:SetSourceIdentity on resource: "
        reason = "the source identity of a session cannot be changed"
        raise Refusal(Why.DENIED, message + request.role_arn, reason=reason)
    return msgspec.structs.replace(
        request,
        source_identity=held.source_identity or request.source_identity,
        tags={**inherited, **request.tags},
        transitive=(*held.transitive, *request.transitive),
    )


def _actions(request: AssumeRequest) -> tuple[str, ...]:
    """What trust and caller's side must allow; handing on a source identity or tags counts as setting them.

    ASSUMPTION: AWS asks sts:TagSession for transitive tags that are only inherited; it documents the same of
    sts:SetSourceIdentity.
    # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    extra = (("sts:TagSession",) if request.tags else ()) + (
        ("sts:SetSourceIdentity",) if request.source_identity else ()
    )
    return ("sts:AssumeRole", *extra)


def _duration(caller: Caller, role: RoleView, request: AssumeRequest) -> int:
    wanted = request.duration
    if caller.role_session is not None and wanted is not None and wanted > _HOUR:
        raise invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    if wanted is not None and wanted > role.max_session:
        raise invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return wanted or _HOUR


def _sts_keys(request: AssumeRequest) -> dict[str, Value]:
    keys: dict[str, Value] = {"sts:rolesessionname": Known((request.name,))}
    if request.external_id is not None:
        keys["sts:externalid"] = Known((request.external_id,))
    if request.source_identity is not None:
        keys["sts:sourceidentity"] = Known((request.source_identity,))
    if request.duration is not None:
        keys["sts:durationseconds"] = Known((str(request.duration),))
    if request.transitive:
        keys["sts:transitivetagkeys"] = Known(request.transitive, several=True)
    if request.tags:
        keys["aws:tagkeys"] = Known(tuple(request.tags), several=True)
        keys |= {f"aws:requesttag/{key.lower()}": Known((value,)) for key, value in request.tags.items()}
    return keys


def _shown(session: RoleSession) -> dict[str, Any]:
    """CloudTrail's responseElements: no secret, and a token that is none."""
    credentials = {
        "accessKeyId": session.key_id,
        "sessionToken": FAKE_TOKEN,
        "expiration": expiration_text(session.expires_at),
    }
    elements = {
        "credentials": credentials,
        "assumedRoleUser": {"assumedRoleId": session.user_id, "arn": session.arn},
    }
    return elements | ({"sourceIdentity": session.source_identity} if session.source_identity else {})


def session_resources(session: RoleSession) -> tuple[Resource, ...]:
    """What LookupEvents finds the issuing event by: the key, the session and the role."""
    return (
        Resource("AWS::IAM::AccessKey", session.key_id),
        Resource("AWS::STS::AssumedRole", session.arn),
        Resource("AWS::IAM::Role", session.role_arn),
    )


def _fields(session: RoleSession, credentials: Credentials, request: AssumeRequest) -> dict[str, Any]:
    return {
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": iso(session.expires_at),
        },
        "PackedPolicySize": len(request.policy) * 100 // 2048 if request.policy else None,
        "SourceIdentity": session.source_identity,
    }
