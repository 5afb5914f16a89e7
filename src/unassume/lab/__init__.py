"""A local AWS in which IAM is enforced on temporary credentials: our gate in front of moto's state.

    with Lab(seed="bob-mary-keith", propagation=5, trail_delay=300) as lab:
        session = boto3.Session(...)          # lab.credentials("keith"), lab.endpoint_url

Rule 1: imports only `unassume.iam` and `unassume.errors`; moto, flask and boto3 come in when a lab is entered.
Rule 2: what cannot be judged is refused, and says so; nothing is allowed by default.
Rule 3: no secret key or session token in an event, a call record, an error or a log line.
Judged: identity-based policies, role trust, session policies, permissions boundaries, SCPs and RCPs. Not yet: resource
policies; calls that would write one are answered 501.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unassume.lab.access.credentials import Credentials as Credentials
    from unassume.lab.calls import Call as Call
    from unassume.lab.clock import LabClock as LabClock
    from unassume.lab.control.faults import Fault as Fault
    from unassume.lab.server import ACCOUNT as ACCOUNT
    from unassume.lab.server import REGION as REGION
    from unassume.lab.server import Lab as Lab
    from unassume.lab.server import environment as environment
    from unassume.lab.server import serve_lines as serve_lines

_HOMES = {
    "ACCOUNT": "unassume.lab.server",
    "REGION": "unassume.lab.server",
    "Call": "unassume.lab.calls",
    "Credentials": "unassume.lab.access.credentials",
    "Fault": "unassume.lab.control.faults",
    "Lab": "unassume.lab.server",
    "LabClock": "unassume.lab.clock",
    "environment": "unassume.lab.server",
    "serve_lines": "unassume.lab.server",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    """Load a name on first use, so that a command line that only wants the seeds' names stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module `unassume.lab` has no attribute `{name}`")
    from importlib import import_module

    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
