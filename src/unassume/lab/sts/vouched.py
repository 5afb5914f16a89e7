"""Somebody an identity provider vouches for, who wants into a role: judged by the role's trust alone.

Their calls need no signature, so no policy of an identity can stop them; the role's trust and its provider can.
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_assumerole.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from unassume.lab.access.callers import Caller
from unassume.lab.clock import iso
from unassume.lab.sts.granted import Asked, Granted, Realm
from unassume.lab.sts.issuing import Wanted, issue
from unassume.lab.sts.trust import Entry, trusted_role
from unassume.lab.wire.refusals import Refusal


class Vouched(msgspec.Struct, frozen=True):
    """A proven token or assertion: who it speaks of, and the session wanted; `fields` are the answer's own ones."""

    caller: Caller
    entry: Entry
    wanted: Wanted
    fields: Mapping[str, str]


def admit(asked: Asked, vouched: Vouched, realm: Realm) -> Granted:
    """The session, when the role's trust lets them in."""
    role = trusted_role(asked, vouched.entry, realm)
    granted = issue(role, vouched.entry.account, vouched.wanted, realm)
    shown = {name[:1].lower() + name[1:]: value for name, value in vouched.fields.items()}
    response = {**(granted.response or {}), **shown}
    return msgspec.structs.replace(granted, fields={**granted.fields, **vouched.fields}, response=response)


def bad_identity(message: str) -> Refusal:
    """STS's answer to a token or assertion that proves nothing."""
    return Refusal(code="InvalidIdentityToken", status=400, message=message)


def expired(now: datetime, end: datetime) -> Refusal:
    """STS's answer to a token or assertion whose time is over."""
    message = f"Token expired: current date/time {iso(now)} must be before the expiration date/time {iso(end)}"
    return Refusal(code="ExpiredTokenException", status=400, message=message)
