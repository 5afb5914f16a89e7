"""Selector: whom a deny hits, apart from how it is written. Rendering is the business of `means`.

`matches` says of a session what the evaluator says of the rendered condition: True, False, or None where it is not
known. A property in `tests/means/test_selectors.py` holds the two together.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from unassume.model.sessions import Session


class SessionNameSelector(msgspec.Struct, frozen=True, tag="session_name", tag_field="selector"):
    """Sessions of one role id under one name, issued before the cut-off."""

    principal_id: str

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session: never one of another name."""
        return _is_before(session, cut_off) if session.principal_id == self.principal_id else False


class OlderSessionsSelector(msgspec.Struct, frozen=True, tag="older_sessions", tag_field="selector"):
    """Every session of the role issued before the cut-off."""

    def matches(self, session: Session, cut_off: datetime) -> bool | None:
        """Whether it hits the session, whatever its name."""
        return _is_before(session, cut_off)


class CanarySelector(msgspec.Struct, frozen=True, tag="canary", tag_field="selector"):
    """Our own canary session, whatever its issue time; it exists to be denied."""

    principal_id: str

    def matches(self, session: Session, cut_off: datetime) -> bool:
        """Whether it is the canary."""
        return session.principal_id == self.principal_id


Selector = SessionNameSelector | OlderSessionsSelector | CanarySelector


def _is_before(session: Session, cut_off: datetime) -> bool | None:
    within = session.issued_within
    if within is None:
        return None
    earliest, latest = within
    return True if latest <= cut_off else False if earliest >= cut_off else None
