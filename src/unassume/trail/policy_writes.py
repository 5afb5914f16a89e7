"""Who wrote a role's or user's policies, and with which tool, from the events that name it.

ASSUMPTION: a tool is known by its user agent, which whoever calls may choose; services by their own, or as the address.
AWS: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from unassume.model.preflights import PolicyWrite, Tool
from unassume.model.surveys import RoleSubject, Subject
from unassume.trail.events import Event, text_of

_WRITES = MappingProxyType(
    {
        "role": frozenset({
            "CreateRole", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy",
            "UpdateAssumeRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
        }),
        "user": frozenset({
            "CreateUser", "PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy", "DetachUserPolicy",
            "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary", "UpdateAccessKey",
        }),
    }
)  # fmt: skip
_CREATES = frozenset({"CreateRole", "CreateUser"})
_TOOLS: Mapping[Tool, re.Pattern[str]] = MappingProxyType(
    {
        "unassume": re.compile(r"\bunassume/"),
        "cloudformation": re.compile(r"\bcloudformation\.amazonaws\.com"),
        "identity-center": re.compile(r"\bsso\.amazonaws\.com"),
        "control-tower": re.compile(r"\bcontroltower\.amazonaws\.com"),
        "systems-manager": re.compile(r"\bssm\.amazonaws\.com"),
        "config": re.compile(r"\bconfig\.amazonaws\.com"),
        "terraform": re.compile(r"\b(terraform|opentofu)/|terraform-provider-aws", re.IGNORECASE),
        "pulumi": re.compile(r"\bpulumi", re.IGNORECASE),
        "kubernetes": re.compile(r"aws-controllers-k8s|crossplane|\bupbound", re.IGNORECASE),
        "aws-cli": re.compile(r"\baws-cli/", re.IGNORECASE),
        "console": re.compile(r"\b(console|signin)\.amazonaws\.com|\bMozilla/|\bAWS Internal\b"),
        "sdk": re.compile(r"\b(boto3|botocore|aws-sdk)", re.IGNORECASE),
    }
)


def policy_writes(events: Iterable[Event], subject: Subject) -> tuple[PolicyWrite, ...]:
    """The writes that AWS let through, newest first and each once; none before the role or user was made anew.

    Of one second, events come in the order they were given, which is CloudTrail's: the newest first.
    """
    found: list[PolicyWrite] = []
    by_id = {event.id: event for event in events}
    for event in sorted(by_id.values(), key=lambda event: event.at, reverse=True):
        if not _is_of(event, subject):
            continue
        found.append(_write(event))
        if event.name in _CREATES:
            break
    return tuple(found)


def _is_of(event: Event, subject: Subject) -> bool:
    kind, field = ("role", "roleName") if isinstance(subject, RoleSubject) else ("user", "userName")
    is_write = event.source == "iam.amazonaws.com" and event.name in _WRITES[kind] and event.error_code is None
    return is_write and event.request.get(field) == subject.name


def _write(event: Event) -> PolicyWrite:
    policy = text_of(event.request.get("policyName")) or text_of(event.request.get("policyArn")) or ""
    by = event.who.arn or event.who.principal_id or event.address or "unknown"
    agent = event.user_agent or ""
    return PolicyWrite(
        call=event.name, at=event.at, by=by, tool=_tool(f"{agent} {event.address or ''}"), user_agent=agent,
        policy=policy,
    )  # fmt: skip


def _tool(agent: str) -> Tool:
    return next((tool for tool, pattern in _TOOLS.items() if pattern.search(agent)), "unknown")
