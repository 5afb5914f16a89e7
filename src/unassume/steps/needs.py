"""What the tool needs to be allowed, part by part, and the least-privilege policy that they amount to.

A kind of slot says in `means/` what it needs; the reads stand here.
"""

from __future__ import annotations

import re

from unassume.errors import InputError
from unassume.means import access_key, inline_policy, managed_policy, trust
from unassume.means.mark import POLICY_PREFIX
from unassume.model.checkups import Need
from unassume.model.leads import RoleLead, parse_lead

FIND = Need(name="find", sid="Find", actions=("cloudtrail:LookupEvents", "account:ListRegions"))
_USERS = (
    "iam:GetUser", "iam:ListUserPolicies", "iam:ListGroupsForUser", "iam:ListGroupPolicies", "iam:GetGroupPolicy",
    "iam:ListAttachedGroupPolicies",
)  # fmt: skip
NEEDS = (
    Need(
        name="survey",
        sid="Survey",
        actions=(
            "iam:GetRole",
            "iam:ListRolePolicies",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
        ),
    ),
    Need(name="cut by inline policy", sid="CutByInlinePolicy", actions=inline_policy.ON_ROLES),
    Need(
        name="cut by managed policy",
        sid="CutByManagedPolicy",
        actions=managed_policy.ON_ROLES,
        optional=True,
        without="a role whose inline quota is used up cannot be cut",
    ),
    Need(
        name="close a role's trust",
        sid="CloseTrust",
        actions=trust.PERMISSIONS,
        optional=True,
        without="whoever began a leaked session by web identity or SAML can begin another",
    ),
    Need(
        name="cut a user's tokens",
        sid="CutUserTokens",
        actions=tuple(
            dict.fromkeys((*_USERS, *inline_policy.ON_USERS, *managed_policy.ON_USERS, *access_key.PERMISSIONS))
        ),
        optional=True,
        without="tokens of GetSessionToken and GetFederationToken cannot be cut, nor the keys behind them",
    ),
    Need(
        name="canary",
        sid="Canary",
        actions=("sts:AssumeRole",),
        optional=True,
        without="verify waits for a leaked session to be refused; the role's trust must let you in too",
    ),
    Need(
        name="status and prune",
        sid="Status",
        actions=("iam:GetAccountAuthorizationDetails",),
        optional=True,
        without="status looks at one role at a time, and prune cannot look at all",
    ),
    Need(
        name="workloads",
        sid="Workloads",
        actions=(
            "iam:ListInstanceProfilesForRole",
            "ec2:DescribeInstances",
            "lambda:ListFunctions",
            "ecs:ListClusters",
            "ecs:ListTasks",
            "ecs:DescribeTasks",
            "ecs:DescribeTaskDefinition",
            "eks:ListClusters",
            "eks:ListPodIdentityAssociations",
            "eks:DescribePodIdentityAssociation",
        ),
        optional=True,
        without="a plan cannot say which workloads run on a role",
    ),
)
_SIMULATE = Need(name="doctor", sid="Doctor", actions=("iam:SimulatePrincipalPolicy",), optional=True)
_ROLE = re.compile(r"[\w+=,.@/-]{1,600}", re.ASCII)
_BY_POLICY = frozenset({"iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:AttachUserPolicy", "iam:DetachUserPolicy"})
_WHOLE = frozenset({"cloudtrail", "account", "organizations", "ec2", "lambda", "ecs", "eks"})


def check_role(role: str | None) -> str | None:
    """A role's name, or path and name where its ARN is given; InputError for what can be none, or may be a secret."""
    if role is None:
        return None
    lead = parse_lead(role)
    name = role.partition(":role/")[2] or role
    if not isinstance(lead, RoleLead) or not _ROLE.fullmatch(name):
        raise InputError("`--role` names no role", hint="give its name or its ARN")
    return name


def resource_of(action: str, place: str, role: str) -> tuple[str, ...]:
    """The narrowest resources an action is needed on; `place` is an ARN of the account's IAM up to its last colon."""
    service, _, call = action.partition(":")
    if service in _WHOLE or call == "GetAccountAuthorizationDetails":
        return ("*",)
    if call == "SimulatePrincipalPolicy":
        return f"{place}role/*", f"{place}user/*"
    if service == "sts" or "Role" in call:
        return (f"{place}role/{role}",)
    if "User" in call or "AccessKey" in call:
        return (f"{place}user/*",)
    if "Group" in call:
        return (f"{place}group/*",)
    if call in ("GetPolicy", "GetPolicyVersion"):
        return f"{place}policy/*", f"{':'.join(place.split(':')[:4])}:aws:policy/*"
    return (f"{place}policy/{POLICY_PREFIX}*",)


def responder_policy(*, account: str = "*", partition: str = "aws", role: str = "*") -> dict[str, object]:
    """The policy of a responder who may do all of it and nothing more, on one role or on all."""
    place = f"arn:{partition}:iam::{account}:"
    granted: set[str] = set()
    statements: list[dict[str, object]] = []
    for need in (FIND, *NEEDS, _SIMULATE):
        left = [action for action in need.actions if action not in granted]
        granted.update(left)
        statements += _statements(need.sid, left, place, role)
    return {"Version": "2012-10-17", "Statement": statements}


def _statements(sid: str, actions: list[str], place: str, role: str) -> list[dict[str, object]]:
    """One statement for the actions that share their resources and whether only policies of ours may be meant."""
    grouped: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for action in actions:
        grouped.setdefault((resource_of(action, place, role), action in _BY_POLICY), []).append(action)
    made: list[dict[str, object]] = []
    for number, ((resources, is_by_policy), named) in enumerate(grouped.items(), 1):
        written: dict[str, object] = {
            "Sid": sid if number == 1 else f"{sid}{number}",
            "Effect": "Allow",
            "Action": named,
            "Resource": resources[0] if len(resources) == 1 else list(resources),
        }
        if is_by_policy:
            # AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
            written["Condition"] = {"ArnLike": {"iam:PolicyARN": f"{place}policy/{POLICY_PREFIX}*"}}
        made.append(written)
    return made
