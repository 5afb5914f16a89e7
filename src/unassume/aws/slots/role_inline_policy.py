"""One inline policy of one role: GetRolePolicy, PutRolePolicy, DeleteRolePolicy."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from unassume.aws.refusals import asking, code_of
from unassume.errors import StaleError
from unassume.model.slots import RoleInlinePolicy, Standing


def read(iam: Any, slot: RoleInlinePolicy) -> Standing:
    """The policy's text exactly as IAM keeps it, and the role's unique id; None for what is not there."""
    with asking("iam:GetRole"):
        role = found(lambda: iam.get_role(RoleName=slot.role))
    if role is None:
        return Standing(text=None, holder_id=None)
    with asking("iam:GetRolePolicy"):
        policy = found(lambda: iam.get_role_policy(RoleName=slot.role, PolicyName=slot.policy))
    text = None if policy is None else unquote(policy["PolicyDocument"])
    return Standing(text=text, holder_id=role["Role"]["RoleId"])


def write(iam: Any, slot: RoleInlinePolicy, after: str | None) -> None:
    """Put the text, or remove the policy for None; doing either twice is the same. StaleError when the role is gone."""
    if after is None:
        with asking("iam:DeleteRolePolicy"):
            found(lambda: iam.delete_role_policy(RoleName=slot.role, PolicyName=slot.policy))
        return
    with asking("iam:PutRolePolicy"):
        put = found(lambda: iam.put_role_policy(RoleName=slot.role, PolicyName=slot.policy, PolicyDocument=after))
    if put is None:
        raise StaleError(f"role `{slot.role}` is gone", hint="plan again")


def found(call: Any) -> Any:
    """What the call answers, or None where AWS knows no such thing (NoSuchEntity); other errors pass."""
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise
