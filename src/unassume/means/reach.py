"""What sessions of a role or user could do before the cut: telling calls, judged by its own policies.

On some resource at least: which one is not asked. A boundary, an SCP or a session policy may take more away; what the
policies leave open, or could not be read, counts as possible.
"""

from __future__ import annotations

from unassume.errors import InputError
from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import context_keys
from unassume.iam.values import UNKNOWN, Context
from unassume.means.mark import our_statements
from unassume.means.removal import any_session
from unassume.model.surveys import Role, Surveyed

TELLING = (
    "s3:GetObject", "s3:DeleteObject", "dynamodb:Scan", "rds:CopyDBSnapshot", "secretsmanager:GetSecretValue",
    "ssm:GetParameter", "kms:Decrypt", "lambda:UpdateFunctionCode", "ec2:RunInstances", "ssm:StartSession",
    "sts:AssumeRole", "iam:PassRole", "iam:CreateUser", "iam:CreateAccessKey", "iam:PutRolePolicy",
    "cloudtrail:StopLogging",
)  # fmt: skip
"""Calls that tell how far a thief could go: to read, to destroy, to run code, to stay, to hide."""


def reach(holder: Surveyed) -> tuple[str, ...]:
    """Those of the telling calls that it could make on something; all of them where a policy cannot be judged."""
    attached = {**holder.attached, **({} if isinstance(holder, Role) else holder.of_groups)}
    if any(text is None for text in attached.values()):
        return TELLING
    texts = {**holder.inline, **{name: text for name, text in attached.items() if text is not None}}
    try:
        policies = [
            NamedPolicy(name=name, policy=parse(text)) for name, text in texts.items() if our_statements(text) is None
        ]
    except InputError:
        return TELLING
    principal, layers = any_session(holder), Layers(identity=tuple(policies))
    context = Context(values=context_keys(principal), unlisted=UNKNOWN)
    asked = (Request(action=one, resource=UNKNOWN, context=context, principal=principal) for one in TELLING)
    return tuple(one.action for one in asked if authorize(one, layers).outcome in ("allow", "unknown"))
