"""Whether sessions of a role, or a user's tokens, could take our deny away again, as the policies stand.

While the deny propagates, and from any session it does not hit, whoever may write IAM can delete, replace or outflank
it; only an SCP holds against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unassume.errors import InputError
from unassume.iam.authorize import Layers, NamedPolicy, authorize
from unassume.iam.documents import parse
from unassume.iam.evaluate import Request
from unassume.iam.principals import AssumedRole, Principal, context_keys
from unassume.iam.principals import User as UserPrincipal
from unassume.iam.values import UNKNOWN, Context
from unassume.means import inline_policy, managed_policy
from unassume.means.mark import our_statements
from unassume.model.slots import AnyScp, ManagedPolicy, Slot
from unassume.model.surveys import Role, Surveyed

_OF_ROLES = ("iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy")
_OF_USERS = ("iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:CreateLoginProfile", "iam:AttachUserPolicy")
"""On the role or user: these give it back what the deny takes, or let it give itself the calls that remove it."""


def removable(holder: Surveyed, slots: Iterable[Slot] = ()) -> tuple[str, ...]:
    """How its sessions could remove our denies from these slots (none: from an inline policy of ours).

    A sentence each; what cannot be judged counts as possible. An SCP is out of reach of the account's own sessions:
    ASSUMPTION: the account is no delegated administrator of the organization's policies.
    """
    slots = tuple(slots)
    if slots and all(isinstance(slot, AnyScp) for slot in slots):
        return ()
    of_groups = {} if isinstance(holder, Role) else holder.of_groups
    texts = {name: text for name, text in holder.inline.items() if our_statements(text) is None}
    attached = {**holder.attached, **of_groups}
    texts |= {name: text for name, text in attached.items() if text is not None and our_statements(text) is None}
    try:
        layers = Layers(identity=tuple(NamedPolicy(name=name, policy=parse(text)) for name, text in texts.items()))
    except InputError as error:
        return (f"a policy of it cannot be judged: {error.message}",)
    for action, resource in _asked(holder, slots):
        if _may(holder, layers, action, resource):
            why = f"its sessions may call {action}: they could remove our deny; only an SCP holds against that"
            return (f"{why} (--rung scp, --emit scp)",)
    if unread := sum(text is None for text in attached.values()):
        return (f"{unread} attached policies could not be read: whether it may remove our deny is unknown",)
    return ()


def _asked(holder: Surveyed, slots: tuple[Slot, ...]) -> Iterator[tuple[str, str]]:
    """The calls that would remove our denies, each with what it is called on."""
    own = [slot.arn for slot in slots if isinstance(slot, ManagedPolicy)]
    if len(own) < len(slots) or not slots:
        yield from ((action, holder.arn) for action in inline_policy.removed_by(holder))
    if own:
        yield from ((action, holder.arn) for action in managed_policy.removed_by(holder))
    yield from ((action, holder.arn) for action in (_OF_ROLES if isinstance(holder, Role) else _OF_USERS))
    # Through an attached policy it could also give itself the calls above.
    attached = [arn for arn in holder.attached if ":aws:policy/" not in arn and arn not in own]
    yield from ((action, arn) for action in managed_policy.REWRITTEN_BY for arn in (*own, *attached))


def _may(holder: Surveyed, layers: Layers, action: str, resource: str) -> bool:
    principal = any_session(holder)
    keys = {key: value for key, value in context_keys(principal).items() if key != "aws:userid"}
    context = Context(values=keys, unlisted=UNKNOWN)
    request = Request(action=action, resource=resource, context=context, principal=principal)
    return authorize(request, layers).outcome in ("allow", "unknown")


def any_session(holder: Surveyed) -> Principal:
    """Some session of a role, or token of a user, of which nothing else is known."""
    partition = holder.arn.split(":")[1]
    if not isinstance(holder, Role):
        return UserPrincipal(
            partition=partition, account=holder.account, arn=holder.arn, id=holder.id, name=holder.name,
            token_issued_at=UNKNOWN, tags=UNKNOWN, has_mfa=UNKNOWN,
        )  # fmt: skip
    return AssumedRole(
        partition=partition, account=holder.account, role_arn=holder.arn, role_id=holder.id, session_name="any",
        issued_at=UNKNOWN, source_identity=UNKNOWN, tags=UNKNOWN, federated_provider=UNKNOWN,
    )  # fmt: skip
