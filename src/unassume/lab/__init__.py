"""A local AWS in which IAM is enforced on temporary credentials: our gate in front of moto's state.

    with Lab(seed="bob-mary-keith", propagation=5, trail_delay=300) as lab:
        session = boto3.Session(...)          # lab.credentials("keith"), lab.endpoint_url

Rule 1: imports only `unassume.iam` and `unassume.errors`; moto, flask and boto3 come in when a lab is entered.
Rule 2: what cannot be judged is refused, and says so; nothing is allowed by default.
Rule 3: no secret key or session token in an event, a call record, an error or a log line.
Judged: identity-based policies, role trust, session policies. Not yet: resource policies, boundaries, SCPs; calls that
would write one are answered 501. Not yet: presigned URLs, signed chunks, GetSessionToken and the federated calls.
"""

from __future__ import annotations

from unassume.lab.access.credentials import Credentials
from unassume.lab.calls import Call
from unassume.lab.clock import LabClock
from unassume.lab.server import ACCOUNT, REGION, Lab, serve_lines

__all__ = ["ACCOUNT", "REGION", "Call", "Credentials", "Lab", "LabClock", "serve_lines"]
