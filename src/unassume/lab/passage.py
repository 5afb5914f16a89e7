"""What becomes known of one request on its way through the gate, and what is written down of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unassume.lab.access.callers import Caller
from unassume.lab.backend.serving import owners_named
from unassume.lab.calls import Call
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.table import Needs
from unassume.lab.trail.events import Happening, Resource
from unassume.lab.wire.claims import Signed, Style
from unassume.lab.wire.incoming import Incoming
from unassume.lab.wire.refusals import Family
from unassume.lab.wire.shapes import request_id


class Passage:
    """One request's record; every field is filled as soon as it is known, and a refusal leaves the rest as they are."""

    def __init__(self, incoming: Incoming, at: datetime) -> None:
        self.incoming = incoming
        self.at = at
        self.request = request_id()
        self.family = Family.S3
        self.signed: Signed | None = None
        self.caller: Caller | None = None
        self.operation: Operation | None = None
        self.needs = Needs(())
        self.account = ""
        self.allowed = False
        self.is_reply_lost = False
        self.reason = ""
        self.error: tuple[str, str] = ("", "")
        self.response: Mapping[str, Any] | None = None
        self.resources: tuple[Resource, ...] = ()

    @property
    def region(self) -> str:
        """Where the request was signed for."""
        return self.signed.region if self.signed else ""

    def happening(self, event_id: str, sent: int) -> Happening:
        """What the event is written from; `sent` is the size of the answer."""
        return Happening(
            event_id=event_id,
            request_id=self.request,
            at=self.at,
            region=self.region,
            source_ip=self.incoming.source_ip,
            user_agent=self.incoming.user_agent,
            error_code=self.error[0],
            error_message=self.error[1],
            unmapped=not self.needs.mapped,
            response=self.response,
            resources=self.resources,
            incoming=self.incoming,
            style=self.signed.style if self.signed else Style.HEADER,
            sent=sent,
            owners=self._owners(),
        )

    def call(self, status: int, event_id: str) -> Call:
        """The line of the lab's own record."""
        caller, operation = self.caller, self.operation
        return Call(
            at=self.at,
            account=caller.account if caller else "",
            region=self.region,
            principal_arn=caller.arn if caller else "",
            session_name=caller.name if caller and caller.session else "",
            key_id=self.signed.key_id if self.signed else "",
            source_ip=self.incoming.source_ip,
            action=f"{operation.prefix}:{operation.name}" if operation else "",
            resource=self._resource(),
            allowed=self.allowed,
            reason=self.reason,
            code=self.error[0],
            status=status,
            unmapped=not self.needs.mapped,
            event_id=event_id,
        )

    def _owners(self) -> tuple[str, ...]:
        """The accounts whose things an allowed call named, that of its answer first; none before it is judged."""
        is_served = self.allowed and self.account and self.operation
        return owners_named(self.needs, self.operation, self.account) if is_served and self.operation else ()

    def _resource(self) -> str:
        if self.needs.all:
            return self.needs.all[0].resource
        return str(self.operation.parameters.get("RoleArn", "*")) if self.operation else ""
