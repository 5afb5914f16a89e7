"""What to tell the people: whoever's session leaked, those who share the role, and whoever deploys to it.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html (clear `~/.aws/cli/cache`)
AWS: https://docs.aws.amazon.com/cli/latest/reference/sso/logout.html (what `aws sso logout` clears)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from unassume.means.trust import our_trust
from unassume.model.receipts import Receipt
from unassume.model.reports import Cut, Message
from unassume.model.sessions import Session

# ASSUMPTION: aws-vault and its like keep sessions as of their documentation at writing; nothing of AWS's says so.
_MOST_NAMED, _FIRST = 20, 5
CACHES = (
    "Then clear what keeps the old credentials: delete ~/.aws/cli/cache; `aws-vault clear` where you use aws-vault; "
    "restart programs that run (SDKs renew credentials only some minutes before they expire) and open new shells where "
    "AWS_SESSION_TOKEN is set. ~/.aws/sso/cache holds sign-ins to Identity Center, not sessions of this role: only if "
    "the sign-in itself leaked, `aws sso logout`."
)


def messages(receipt: Receipt, leaked: Iterable[Session], bystanders: Iterable[Session]) -> tuple[Message, ...]:
    """One message for those whose sessions leaked, one for the others on the role; none where nothing was cut."""
    if receipt.plan.purpose == "undo" or not {"written", "intended"}.intersection(receipt.states):
        return ()
    names = tuple(dict.fromkeys(each.session_name for each in leaked))
    owners = abridged(names, ", ") or "whoever holds the sessions named"
    return (
        Message(to=f"whoever's session leaked: {owners}", paragraphs=_to_the_leaked(receipt)),
        Message(to="everybody else on the role", paragraphs=_to_the_others(receipt, tuple(bystanders))),
    )


def abridged(words: Sequence[str], between: str) -> str:
    """The words one after the other; of dozens the first, and how many others there are."""
    if len(words) <= _MOST_NAMED:
        return between.join(words)
    return f"{between.join(words[:_FIRST])} and {len(words) - _FIRST:,} others"


def freeze(receipt: Receipt, cuts: Iterable[Cut]) -> str:
    """Until when nothing may deploy to what was written, in a sentence; empty where nothing of ours stands."""
    standing = [cut for cut in cuts if cut.state in ("written", "intended") and not cut.is_removal]
    if receipt.undone_by or receipt.plan.purpose == "undo" or not standing:
        return ""
    ends = [cut.until for cut in standing]
    known = [end for end in ends if end is not None]
    until = f"until {_instant(max(known))}" if len(known) == len(ends) else "until the cut is undone"
    return (
        f"Freeze Terraform, CloudFormation and Pulumi on {_holders(receipt)} {until}: a run that manages all policies "
        "of a role (Terraform: inline_policy, managed_policy_arns, aws_iam_role_policies_exclusive, "
        "aws_iam_role_policy_attachments_exclusive) takes the deny away, and the leaked sessions live again."
    )


def _to_the_leaked(receipt: Receipt) -> tuple[str, ...]:
    """His credentials were in other hands: a new session is of no use while whatever leaked it still does."""
    if receipt.undone_by:
        return (f"The deny on your leaked session was taken back ({receipt.undone_by}): if it lives, it works again.",)
    return (
        f"A session of {_holders(receipt)} that was issued to you leaked, and a deny of all it may do was written. "
        "That is why your calls fail.",
        *_shut_out(receipt),
        _when_again(receipt),
        "Before that, find where it leaked (a log, a ticket, a repository, a laptop): a new session would leak the "
        "same way. Tell the responders which calls in the evidence were not yours.",
        CACHES,
    )


def _to_the_others(receipt: Receipt, bystanders: tuple[Session, ...]) -> tuple[str, ...]:
    names = ", ".join(dict.fromkeys(each.session_name for each in bystanders))
    hit = f"May be hit, as the plan saw it: {names}." if names else "The plan saw nobody else who would be hit."
    if receipt.undone_by:
        return (f"The deny on {_holders(receipt)} was taken back ({receipt.undone_by}): go on as before.",)
    return (
        f"A session of {_holders(receipt)} leaked and was cut. {hit}",
        "If your calls work, do nothing. Only if they fail with an explicit deny, your session was hit.",
        _when_again(receipt),
        CACHES,
    )


def _shut_out(receipt: Receipt) -> tuple[str, ...]:
    """For those whom the trust keeps out: coming back is not theirs to do."""
    found = (our_trust(change.after or "") for change in receipt.begun.changes)
    names = sorted({subject for ours in found if ours is not None for subject in ours.subjects})
    if not names:
        return ()
    return (f"Whoever signs in as {', '.join(names)} is kept out of the role until the responders undo the cut.",)


def _when_again(receipt: Receipt) -> str:
    match receipt.plan.rung:
        case "hold" | "scp-hold":
            return "Nobody can come back before the responders lift it: a new session is denied too."
        case "issuance":
            return "Assume the role again: only what was issued in the seconds named in the cut is denied."
        case _:
            at = receipt.begun.cut_off
            return f"Assume the role again after {_instant(at)}: what was issued before it is denied."


def _holders(receipt: Receipt) -> str:
    subjects = dict.fromkeys(change.slot.subject for change in receipt.begun.changes)
    named = [f"role {each.name} in account {each.account}" for each in subjects]
    return " and ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
