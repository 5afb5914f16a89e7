"""The accounts in reach: the responder's own, and those in which a role is assumed for him."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from unassume.aws.connection import Connection
from unassume.errors import AccessError


class Reach:
    """One connection an account; nothing is asked before one is used.

    `others` are by account id; an entry for the responder's own account is not used, for his own credentials are.
    """

    def __init__(self, own: Connection, others: Mapping[str, Connection] | None = None) -> None:
        self.own = own
        self._others = dict(others or {})
        self._lock = threading.Lock()

    def accounts(self) -> tuple[str, ...]:
        """The accounts, the responder's own first; AccessError without usable credentials of his own."""
        own = self.own.identity()["Account"]
        return (own, *(account for account in self._others if account != own))

    def connection(self, account: str) -> Connection:
        """The way into one account; AccessError when it is out of reach."""
        own = self.own.identity()["Account"]
        if account == own:
            return self.own
        if account not in self._others:
            hint = f"use a profile of account {account}, or name it in --accounts FILE (with --reach ROLE)"
            raise AccessError(f"account {account} is out of reach: the credentials are of {own}", hint=hint)
        return self._others[account]
