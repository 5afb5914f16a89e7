"""Preflight: what stands around a role or user that is to be cut: who writes it, what runs on it, what we may not do.

Questions go to the world all at once, and each has its answer; what could not be found out is said in words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from unassume.model.surveys import RoleSubject, Subject

Service = Literal["ec2", "lambda", "ecs", "eks"]
Tool = Literal[
    "cloudformation", "terraform", "pulumi", "kubernetes", "identity-center", "control-tower", "systems-manager",
    "config", "unassume", "console", "aws-cli", "sdk", "unknown",
]  # fmt: skip


class AskAllowed(msgspec.Struct, frozen=True, kw_only=True):
    """Would these calls on a resource be allowed to us?"""

    actions: tuple[str, ...]
    resource: str


class AskWrites(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote policies of that role or user, lately?"""

    subject: Subject
    partition: str


class AskWorkloads(msgspec.Struct, frozen=True, kw_only=True):
    """What of one service runs on the role in one region?"""

    role: RoleSubject
    role_arn: str
    service: Service
    region: str


Question = AskAllowed | AskWrites | AskWorkloads


class PolicyWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One call that wrote a policy of a role or user, or the role or user itself; `tool` is by its user agent."""

    call: str
    at: datetime
    by: str
    tool: Tool
    user_agent: str = ""
    policy: str = ""


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """Something that runs with the role's sessions: an instance, a function, a service or task, a pod's account."""

    role: str
    service: Service
    region: str
    name: str
    renews: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out of one question; `missing` says in words what was not, and is empty when all was."""

    allowed: dict[str, bool] = {}
    writes: tuple[PolicyWrite, ...] = ()
    workloads: tuple[Workload, ...] = ()
    missing: tuple[str, ...] = ()


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """A call of this plan that would be refused to us, or (`is_known` false) of which nobody could say."""

    action: str
    resource: str
    needed_for: str
    is_known: bool


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """The latest write of a role's or user's policies by one tool, and what the tool's next run does to our deny."""

    holder: str
    last: PolicyWrite
    times: int
    next_run: str


class Preflight(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found out; `not_known` is what was asked and got no whole answer."""

    lacking: tuple[Lack, ...] = ()
    writers: tuple[Writer, ...] = ()
    workloads: tuple[Workload, ...] = ()
    not_known: tuple[str, ...] = ()
