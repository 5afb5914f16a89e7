"""One statement of ours in a role's trust policy: GetRole, UpdateAssumeRolePolicy.

The trust is one text that others edit too, and AWS takes a whole new one without asking what stood before: so it is
read just before it is written and just after. What somebody else writes between our read and our write is lost, and
nothing shows it: that is as short as one call can be.
AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from unassume.aws.holders import found
from unassume.aws.refusals import asking
from unassume.errors import InputError, StaleError, UnassumeError
from unassume.means import trust
from unassume.means.splice import with_statement, without
from unassume.model.slots import RoleTrustStatement, Standing

_TRIES = 5


def read(iam: Any, slot: RoleTrustStatement) -> Standing:
    """Our statement as we write it, or as somebody edited it; None when it, or the role, is not there."""
    role_id, text = _role(iam, slot)
    if role_id is None:
        return Standing(text=None, holder_id=None)
    return Standing(text=_standing(text, slot), holder_id=role_id, around=text)


def write(iam: Any, slot: RoleTrustStatement, before: str | None, after: str | None) -> None:
    """Put our statement in, or take it out for None; twice is the same.

    Where somebody else's write took ours away at once, ours is written again on top of it. StaleError when the role is
    gone (unless ours went with it), somebody edited our statement, or others write faster than we do.
    """
    for tried in range(_TRIES):
        role_id, text = _role(iam, slot)
        if role_id is None and after is None:
            return  # the trust went with the role
        if role_id is None:
            raise StaleError(f"{slot.subject.label} is gone", hint="plan again")
        stands = _standing(text, slot)
        if stands == after:
            return
        if stands != before:
            raise StaleError(f"somebody else edited the {slot.label}", hint="look at it before going on")
        wanted = _spliced(text, slot, after)
        try:
            with asking("iam:UpdateAssumeRolePolicy"):
                iam.update_assume_role_policy(RoleName=slot.role, PolicyDocument=wanted)
        except UnassumeError as error:
            if tried:
                # AWS said no to this call, but an earlier one was taken: nobody may conclude that nothing was done.
                error.facts.pop("refused", None)
            raise
        _, read_back = _role(iam, slot)
        # The former text is a read that lags; whoever called us waits for it.
        if read_back == text or _standing(read_back, slot) == after:
            return
    raise StaleError(f"others keep writing the trust policy of role {slot.role}", hint="wait for them, then resume")


def _role(iam: Any, slot: RoleTrustStatement) -> tuple[str | None, str]:
    with asking("iam:GetRole"):
        answer = found(lambda: iam.get_role(RoleName=slot.role))
    if answer is None:
        return None, ""
    return str(answer["Role"]["RoleId"]), unquote(answer["Role"]["AssumeRolePolicyDocument"])


def _standing(text: str, slot: RoleTrustStatement) -> str | None:
    try:
        return trust.standing(text, slot.statement)
    except InputError as error:
        raise StaleError(f"{slot.subject.label}: {error.message}", hint="look at it by hand") from None


def _spliced(text: str, slot: RoleTrustStatement, after: str | None) -> str:
    if after is not None:
        return with_statement(text, after)
    places = trust.places_of(text, slot.statement)
    try:
        return without(text, places[0])
    except InputError as error:
        raise StaleError(f"the {slot.label} cannot be taken out: {error.message}", hint=error.hint) from None
