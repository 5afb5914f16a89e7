"""Whether sessions of a role could take our deny away again, as the role's own policies stand.

While the deny propagates, and from any session it does not hit, a role that may write IAM can delete, replace or
outflank it; only an SCP holds against that.
"""

from __future__ import annotations

from unassume.errors import InputError
from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, context_keys
from unassume.iam.values import UNKNOWN, Context
from unassume.means.mark import our_statements
from unassume.model.surveys import Role

_REMOVES = (
    "iam:DeleteRolePolicy",
    "iam:PutRolePolicy",
    "iam:DeleteRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:AttachRolePolicy",
)
_REWRITES = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
"""These take the ARN of an attached policy: through it the role could give itself the calls above."""


def removable(role: Role) -> tuple[str, ...]:
    """How the role's sessions could remove our deny, a sentence each; what cannot be judged counts as possible."""
    texts = {name: text for name, text in role.inline.items() if our_statements(text) is None}
    texts |= {arn: text for arn, text in role.attached.items() if text is not None}
    try:
        layers = Layers(identity=tuple(NamedPolicy(name=name, policy=parse(text)) for name, text in texts.items()))
    except InputError as error:
        return (f"a policy of it cannot be judged: {error.message}",)
    asked = [(action, role.arn) for action in _REMOVES]
    asked += [(action, arn) for action in _REWRITES for arn in role.attached if ":aws:policy/" not in arn]
    for action, resource in asked:
        if _may(role, layers, action, resource):
            return (f"its sessions may call {action}: they could remove our deny; only an SCP holds against that",)
    if unread := sum(text is None for text in role.attached.values()):
        return (f"{unread} attached policies could not be read: whether it may remove our deny is unknown",)
    return ()


def _may(role: Role, layers: Layers, action: str, resource: str) -> bool:
    principal = AssumedRole(
        partition=role.arn.split(":")[1],
        account=role.account,
        role_arn=role.arn,
        role_id=role.id,
        session_name="any",
        issued_at=UNKNOWN,
        source_identity=UNKNOWN,
        tags=UNKNOWN,
        federated_provider=UNKNOWN,
    )
    keys = {key: value for key, value in context_keys(principal).items() if key != "aws:userid"}
    context = Context(values=keys, unlisted=UNKNOWN)
    request = Request(action=action, resource=resource, context=context, principal=principal)
    return authorize(request, layers).outcome in ("allow", "unknown")
