"""AssumeRole by an AWS service for itself: how an instance or a function comes by its role.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html (service role)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from unassume.iam.principals import Service
from unassume.iam.values import ABSENT
from unassume.lab.access.callers import Caller
from unassume.lab.sts.granted import Asked, Granted, Realm
from unassume.lab.sts.issuing import Wanted, issue
from unassume.lab.sts.parameters import role_arn, session_name
from unassume.lab.sts.trust import Entry, trusted_role

_MUTE = frozenset({"ec2.amazonaws.com", "lambda.amazonaws.com"})
"""Services whose AssumeRole events show no assumedRoleUser, as real logs have it."""


def service_caller(service: str, account: str) -> Caller:
    """The service, as a caller in the role's account."""
    return Caller("", account, Service(name=service))


def assume_by_service(asked: Asked, realm: Realm, seconds: int) -> Granted:
    """A session for the service; it lasts as long as the service says, past the role's maximum too."""
    arn, account = role_arn(asked.given)
    wanted = Wanted(name=session_name(asked.given))
    entry = Entry(("sts:AssumeRole",), arn, account, {"aws:sourceip": ABSENT})
    role = trusted_role(asked, entry, realm)
    unbounded = msgspec.structs.replace(role, max_session=max(role.max_session, seconds))
    granted = issue(unbounded, account, msgspec.structs.replace(wanted, seconds=seconds), realm)
    assert isinstance(asked.caller.principal, Service)  # `service_caller` made it
    return msgspec.structs.replace(granted, response=_shown(granted, asked.caller.principal.name))


def _shown(granted: Granted, service: str) -> Mapping[str, Any]:
    response = dict(granted.response or {})
    if service in _MUTE:
        response.pop("assumedRoleUser", None)
    return response
