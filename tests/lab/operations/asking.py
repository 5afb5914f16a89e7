"""Operations and scenes made by hand, for asking the tables without a lab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unassume.lab.accounts.state import AccountView
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.table import Needs, needs
from unassume.lab.wire.incoming import Incoming

ACCOUNT, REGION = "123456789012", "us-east-1"


def request(headers: Mapping[str, str] | None = None, **environ: Any) -> Incoming:
    """A request with these headers."""
    sent = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in (headers or {}).items()}
    return Incoming({"REQUEST_METHOD": "GET", "RAW_URI": "/", "REMOTE_ADDR": "127.0.0.1", **sent, **environ})


def ask(service: str, name: str, headers: Mapping[str, str] | None = None, /, **given: Any) -> Needs:
    """What the call needs, made by an account that has nothing yet."""
    scene = Scene(ACCOUNT, REGION, AccountView({}, {}, {}), request(headers))
    return needs(Operation(service, service, name, given), scene)


def pairs(found: Needs) -> list[tuple[str, str]]:
    """The actions and resources asked for."""
    return [(each.action, each.resource) for each in found.all]
