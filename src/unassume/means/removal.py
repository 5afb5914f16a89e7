"""Whether sessions of a role could take our deny away again, as the role's own policies stand.

While the deny propagates, and from any session it does not hit, a role that may write IAM can delete, replace or
outflank it; only an SCP holds against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unassume.errors import InputError
from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, context_keys
from unassume.iam.values import UNKNOWN, Context
from unassume.means import role_inline_policy, role_managed_policy
from unassume.means.mark import our_statements
from unassume.model.slots import RoleManagedPolicy, Slot
from unassume.model.surveys import Role

_ESCAPES = ("iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy")
"""On the role: these give it back what the deny takes, or let it give itself the calls that remove it."""


def removable(role: Role, slots: Iterable[Slot] = ()) -> tuple[str, ...]:
    """How the role's sessions could remove our denies from these slots (none: from an inline policy of ours).

    A sentence each; what cannot be judged counts as possible.
    """
    texts = {name: text for name, text in role.inline.items() if our_statements(text) is None}
    texts |= {arn: text for arn, text in role.attached.items() if text is not None and our_statements(text) is None}
    try:
        layers = Layers(identity=tuple(NamedPolicy(name=name, policy=parse(text)) for name, text in texts.items()))
    except InputError as error:
        return (f"a policy of it cannot be judged: {error.message}",)
    for action, resource in _asked(role, tuple(slots)):
        if _may(role, layers, action, resource):
            why = f"its sessions may call {action}: they could remove our deny; only an SCP holds against that"
            return (f"{why} (--emit scp)",)
    if unread := sum(text is None for text in role.attached.values()):
        return (f"{unread} attached policies could not be read: whether it may remove our deny is unknown",)
    return ()


def _asked(role: Role, slots: tuple[Slot, ...]) -> Iterator[tuple[str, str]]:
    """The calls that would remove our denies, each with what it is called on."""
    own = [slot.arn for slot in slots if isinstance(slot, RoleManagedPolicy)]
    if len(own) < len(slots) or not slots:
        yield from ((action, role.arn) for action in role_inline_policy.REMOVED_BY)
    if own:
        yield from ((action, role.arn) for action in role_managed_policy.REMOVED_BY)
    yield from ((action, role.arn) for action in _ESCAPES)
    # Through an attached policy the role could also give itself the calls above.
    attached = [arn for arn in role.attached if ":aws:policy/" not in arn and arn not in own]
    yield from ((action, arn) for action in role_managed_policy.REWRITTEN_BY for arn in (*own, *attached))


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
