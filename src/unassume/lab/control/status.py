"""The status page: what the lab is and what it holds now, without a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from unassume.lab.control.faults import Standing


class Delays(msgspec.Struct, frozen=True):
    """How far the lab lags behind its writes, in lab-seconds."""

    propagation: float
    read_delay: float
    trail_delay: float


class Status(msgspec.Struct, frozen=True):
    """What `GET /_lab/status` answers; `profiles` are names with their access key ids."""

    version: str
    endpoint: str
    seed: str | None
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    clock: datetime
    delays: Delays
    profiles: Mapping[str, str]
    oidc_issuer: str
    faults: tuple[Standing, ...]
    calls: int
    events: int
    trail_dir: str | None
    format: int = 1
    document: str = "lab-status"
