"""Selector: whom a deny hits, apart from how it is written. Rendering is the business of `means`."""

from __future__ import annotations

import msgspec


class SessionNameSelector(msgspec.Struct, frozen=True, tag="session_name", tag_field="selector"):
    """Sessions of one role id under one name, issued before the cut-off."""

    principal_id: str


class OlderSessionsSelector(msgspec.Struct, frozen=True, tag="older_sessions", tag_field="selector"):
    """Every session of the role issued before the cut-off."""


class CanarySelector(msgspec.Struct, frozen=True, tag="canary", tag_field="selector"):
    """Our own canary session, whatever its issue time; it exists to be denied."""

    principal_id: str


Selector = SessionNameSelector | OlderSessionsSelector | CanarySelector
