"""AssumeRole: the request, the role's trust, the caller's side, the limits, in this order.

AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from unassume.iam.values import Known, Value
from unassume.lab.access.callers import Caller
from unassume.lab.sts.granted import Asked, Granted, Realm
from unassume.lab.sts.issuing import Wanted, issue
from unassume.lab.sts.mfa import Codes
from unassume.lab.sts.parameters import (
    HOUR,
    check_names,
    duration,
    invalid,
    role_arn,
    session_name,
    source_identity,
    text,
)
from unassume.lab.sts.session_bounds import read_bounds
from unassume.lab.sts.session_tags import SessionTags, read_tags
from unassume.lab.sts.trust import Entry, trusted_role
from unassume.lab.wire.refusals import Refusal, Why

_KNOWN = frozenset({
    "RoleArn", "RoleSessionName", "Policy", "DurationSeconds", "ExternalId", "SourceIdentity", "SerialNumber",
    "TokenCode",
})  # fmt: skip
_LISTS = frozenset({"Tags", "PolicyArns", "TransitiveTagKeys"})


def assume_role(asked: Asked, realm: Realm, codes: Codes) -> Granted:
    """A session of another role, or of one's own."""
    given = asked.given
    check_names(given, _KNOWN, _LISTS)
    arn, account = role_arn(given)
    wanted = _inheriting(_wanted(given), asked.caller, arn)
    keys = entry_keys(wanted) | _own_keys(given) | _mfa_keys(codes.is_proven(asked.caller, given))
    role = trusted_role(asked, Entry(entry_actions("sts:AssumeRole", wanted), arn, account, keys), realm)
    if asked.caller.role_session is not None and (wanted.seconds or 0) > HOUR:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise invalid(message)
    return issue(role, account, wanted, realm)


def entry_actions(action: str, wanted: Wanted) -> tuple[str, ...]:
    """What trust and caller's side must allow; handing on a source identity or tags counts as setting them.

    ASSUMPTION: AWS asks sts:TagSession for transitive tags that are only inherited; it documents the same of
    sts:SetSourceIdentity.
    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    tagging = ("sts:TagSession",) if wanted.tags.tags else ()
    return (action, *tagging, *(("sts:SetSourceIdentity",) if wanted.source_identity else ()))


def entry_keys(wanted: Wanted) -> dict[str, Value]:
    """The condition keys that a wish for a session brings, whoever vouches for it."""
    keys: dict[str, Value] = {"sts:rolesessionname": Known((wanted.name,)), **wanted.tags.keys()}
    if wanted.source_identity is not None:
        keys["sts:sourceidentity"] = Known((wanted.source_identity,))
    if wanted.seconds is not None:
        keys["sts:durationseconds"] = Known((str(wanted.seconds),))
    return keys


def _wanted(given: Mapping[str, Any]) -> Wanted:
    return Wanted(
        name=session_name(given),
        seconds=duration(given),
        source_identity=source_identity(given),
        tags=read_tags(given),
        bounds=read_bounds(given),
    )


def _own_keys(given: Mapping[str, Any]) -> dict[str, Value]:
    external_id = text(given, "ExternalId", 2, 1224, r"[\w+=,.@:\/-]*")
    return {"sts:externalid": Known((external_id,))} if external_id is not None else {}


def _mfa_keys(is_proven: bool) -> dict[str, Value]:
    """A code in the request counts for this call only: the session's own calls carry no word of it.

    AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """
    if not is_proven:
        return {}
    return {"aws:multifactorauthpresent": Known(("true",)), "aws:multifactorauthage": Known(("0",))}


def _inheriting(wanted: Wanted, caller: Caller, arn: str) -> Wanted:
    """The wish with what a chained session hands on: its source identity and its transitive tags, unchangeable."""
    held = caller.role_session
    if held is None:
        return wanted
    inherited = {key: held.tags[key] for key in held.transitive}
    if {key.lower() for key in inherited} & {key.lower() for key in wanted.tags.tags}:
        raise invalid("a transitive tag of the calling session cannot be passed again")
    if held.source_identity and wanted.source_identity not in (None, held.source_identity):
        message = f"User: {caller.arn} is not authorized to perform: sts:SetSourceIdentity on resource: {arn}"
        raise Refusal(Why.DENIED, message, reason="the source identity of a session cannot be changed")
    return msgspec.structs.replace(
        wanted,
        source_identity=held.source_identity or wanted.source_identity,
        tags=SessionTags({**inherited, **wanted.tags.tags}, (*held.transitive, *wanted.tags.transitive)),
    )
