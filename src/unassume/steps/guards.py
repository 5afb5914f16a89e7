"""The guards: what apply refuses, and what it does only with a person's consent.

Rule 1: a guard reads what would be written, never what a plan says of itself: a plan file is a way
to write IAM with the responder's rights, and may come from anywhere.
Rule 2: UNSURE counts as hit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from unassume.errors import RefusedError
from unassume.iam.principals import AssumedRole, FederatedUser, Principal, User
from unassume.iam.values import UNKNOWN
from unassume.means.access_key import ACTIVE, INACTIVE
from unassume.means.judge import judge
from unassume.means.mark import bind, our_statements
from unassume.means.scp import given_out
from unassume.means.shapes import instant
from unassume.means.trust import our_trust
from unassume.model.plans import Change, Plan, of_policies
from unassume.model.previews import Preview, Verdict
from unassume.model.selectors import ElsewhereSelector, HoldSelector, OlderSessionsSelector
from unassume.model.slots import AccessKeyStatus, AnyScp, RoleTrustStatement, UserScp
from unassume.model.surveys import Caller, RoleSubject, UserSubject

# AWS: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
# AWS: https://docs.aws.amazon.com/controltower/latest/userguide/roles-how.html
# AWS: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html
_PROTECTED = re.compile(
    r"OrganizationAccountAccessRole|AWSControlTower.*|AWSCloudFormationStackSet.*|stacksets-exec-.*"
    r"|.*break-?glass.*|.*NodeInstanceRole.*|.*node-?group.*",
    re.IGNORECASE | re.ASCII,
)


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """One guard's no: which, in words, and the flag or the typed name that would lift it (empty: nothing would).

    `hits` is how many bystanders, for that guard; None where nobody can say.
    """

    guard: Literal["own-session", "bystanders", "name", "protected", "reopen"]
    text: str
    lifted_by: str = ""
    typed: str = ""
    hits: int | None = None


def _nobody_asks(_: Objection) -> bool:
    return False


@dataclass(frozen=True)
class Consent:
    """What the responder agreed to beforehand, and how to ask him about the rest (default: nobody to ask).

    `max_bystanders` None accepts any number, also an unknown one.
    """

    max_bystanders: int | None = 0
    confirmed: frozenset[str] = frozenset()
    protected: frozenset[str] = frozenset()
    reopen: bool = False
    ask: Callable[[Objection], bool] = _nobody_asks


def objections(
    plan: Plan, seen: Preview, callers: Iterable[Caller], cut_off: datetime, now: datetime
) -> tuple[Objection, ...]:
    """Every guard's no, strongest first; `callers` are we ourselves, in each account we act in."""
    return (
        *(objection for caller in callers for objection in _own_session(plan, caller, cut_off)),
        *_protected(plan),
        *_widest(plan),
        *_bystanders(plan, seen),
        *_reopening(plan, now),
    )


def insist(raised: Iterable[Objection], consent: Consent) -> tuple[str, ...]:
    """What was agreed to, and how; RefusedError for what neither a flag nor a person lifts.

    Without anybody to ask, all of it at once.
    """
    left, agreed = list[Objection](), list[str]()
    for objection in raised:
        if _is_lifted(objection, consent):
            agreed.append(f"{objection.text}: agreed to beforehand ({objection.lifted_by})")
            continue
        if objection.lifted_by and consent.ask(objection):
            agreed.append(f"{objection.text}: agreed to when asked")
            continue
        left.append(objection)
        if consent.ask is not _nobody_asks:
            break
    if left:
        flags = " ".join(objection.lifted_by for objection in left)
        is_liftable = all(objection.lifted_by for objection in left)
        raise RefusedError(
            "; ".join(objection.text for objection in left),
            hint=f"to do it all the same: {flags}" if is_liftable else "nothing was written",
            facts={"guard": left[0].guard},
        )
    return tuple(agreed)


def _texts(plan: Plan, cut_off: datetime) -> Iterable[tuple[Change, str]]:
    for change in of_policies(plan.changes):
        if change.after is not None:
            yield change, bind(change.after, cut_off) or ""


def _own_session(plan: Plan, caller: Caller, cut_off: datetime) -> tuple[Objection, ...]:
    """Our own issue time is not told us, so anything that could match our user id counts as hitting us."""
    own = _principal(caller)
    on_us = {change.slot for change in plan.changes if _may_be_on_us(change, caller)}
    hit = any(
        own is None or judge(text, own) is not Verdict.SPARED
        for change, text in _texts(plan, cut_off)
        if change.slot in on_us
    )
    if hit:
        return (Objection(guard="own-session", text=f"the cut could hit your own session `{caller.arn}`"),)
    if any(isinstance(slot, AccessKeyStatus) for slot in on_us):
        text = f"the plan makes a key of your own user inactive, and you are `{caller.arn}`"
        return (Objection(guard="own-session", text=text),)
    return ()


def _may_be_on_us(change: Change, caller: Caller) -> bool:
    """Whether a change is on the role or user we act as; whose token a federated caller holds is not told."""
    kind, _, name = caller.arn.split(":", 5)[5].partition("/")
    if change.slot.account != caller.account:
        return False
    match change.slot.subject:
        case RoleSubject(name=role):
            return caller.role_name == role
        case UserSubject(name=user):
            return kind == "federated-user" or (kind == "user" and name.rpartition("/")[2] == user)


def _principal(caller: Caller) -> Principal | None:
    """Whoever we are, as the evaluator sees it; None where that cannot be told."""
    kind, _, name = caller.arn.split(":", 5)[5].partition("/")
    match kind:
        case "assumed-role":
            return AssumedRole(
                partition=caller.partition, account=caller.account,
                role_arn=f"arn:{caller.partition}:iam::{caller.account}:role/{caller.role_name}",
                role_id=caller.user_id.partition(":")[0], session_name=caller.user_id.partition(":")[2],
                issued_at=UNKNOWN, source_identity=UNKNOWN, tags=UNKNOWN,
            )  # fmt: skip
        case "user":
            return User(
                partition=caller.partition, account=caller.account, arn=caller.arn, id=caller.user_id,
                name=name.rpartition("/")[2], token_issued_at=UNKNOWN, tags=UNKNOWN, has_mfa=UNKNOWN,
            )  # fmt: skip
        case "federated-user":
            return FederatedUser(
                partition=caller.partition, account=caller.account, name=name, user_arn="", user_id="",
                issued_at=UNKNOWN, tags=UNKNOWN,
            )  # fmt: skip
        case _:
            return None


def _protected(plan: Plan) -> tuple[Objection, ...]:
    subjects = [change.slot.subject for change in plan.changes if change.after is not None]
    roles = sorted({subject.name for subject in subjects if isinstance(subject, RoleSubject)})
    return tuple(
        Objection(
            guard="protected",
            text=f"role `{role}` is one an account is run or rescued by",
            lifted_by=f"--allow-protected {role}",
            typed=role,
        )
        for role in roles
        if _PROTECTED.fullmatch(role)
    )


def _widest(plan: Plan) -> tuple[Objection, ...]:
    """What hits everybody on a role, or whoever uses a key, asks for the role or user to be typed."""
    wide: dict[str, list[str]] = {}
    for change, text in _texts(plan, plan.created_at):
        subject = change.slot.subject
        for ours in our_statements(text) or ():
            match ours.selector:
                case HoldSelector():
                    wide.setdefault(subject.name, []).append(
                        f"denies everybody on {subject.label}, and whoever comes to it, until it is undone"
                    )
                case OlderSessionsSelector():
                    wide.setdefault(subject.name, []).append(f"cuts every older session of {subject.label}")
                case _:
                    pass
    for change in plan.changes:
        if isinstance(change.slot, AnyScp) and change.after is not None:
            does = f"attaches an SCP to account {change.slot.account}"
            wide[change.slot.account] = [does]
        if isinstance(change.slot, AccessKeyStatus) and change.after == INACTIVE:
            does = f"makes key {change.slot.key_id} of user `{change.slot.user}` inactive, for whoever uses it"
            wide.setdefault(change.slot.user, []).append(does)
        if isinstance(change.slot, RoleTrustStatement) and (shut := our_trust(change.after or "")) is not None:
            names = ", ".join(f"`{one}`" for one in shut.subjects)
            does = f"lets nobody in any more whom {shut.provider} calls {names}, until it is undone"
            wide.setdefault(change.slot.role, []).append(does)
    return tuple(
        Objection(guard="name", text=f"the plan {' and '.join(does)}", lifted_by=f"--confirm {name}", typed=name)
        for name, does in sorted(wide.items())
    )


def _bystanders(plan: Plan, seen: Preview) -> tuple[Objection, ...]:
    if plan.purpose != "cut":
        return ()
    if not seen.bystanders_known:
        return (
            Objection(
                guard="bystanders",
                text="bystanders unknown: not all of the trail could be read, or the lead leads nowhere now",
                lifted_by="--max-bystanders unknown",
            ),
        )
    given = [
        one for change in plan.changes if isinstance(change.slot, UserScp) for one in given_out(change.after or "")
    ]
    if given:
        # No condition key tells who gave a token out.
        text = f"bystanders unknown: an SCP cuts every token `{given[0]}` of the account, whoever gave it out"
        return (Objection(guard="bystanders", text=text, lifted_by="--max-bystanders unknown"),)
    hit = sorted({judgement.session_id[:12] for judgement in seen.bystanders})
    if hit:
        return (_hits(len(hit), f"{len(hit)} live session(s) of others would or may be hit: {', '.join(hit)}"),)
    if seen.sharers:
        text = (
            f"the leaked name is shared: {seen.sharers} live session(s) under it were issued to somebody else, "
            "as far as the trail says"
        )
        return (_hits(seen.sharers, text),)
    return ()


def _hits(count: int, text: str) -> Objection:
    return Objection(guard="bystanders", text=text, lifted_by=f"--max-bystanders {count}", hits=count)


def _reopening(plan: Plan, now: datetime) -> tuple[Objection, ...]:
    again = [change.slot.label for change in plan.changes if plan.purpose == "undo" and change.after == ACTIVE]
    texts = [change.before for change in plan.changes if change.after is None and change.before is not None]
    removed = [ours for text in texts for ours in our_statements(text) or ()]
    opened = [our_trust(text) for text in texts]
    lifted = [ours.until for ours in removed if ours.until is not None and ours.until > now]
    if again:
        text = f"the {again[0]} is to be active again: whoever holds that key can take tokens again"
    elif any(ours is not None and ours.until is not None and ours.until > now for ours in opened):
        text = "whoever began the leaked sessions is shut out of the role: undoing it lets him in again"
    elif lifted:
        text = f"sessions this cut stops may live until {instant(max(lifted))}: undoing it gives them access again"
    elif any(isinstance(ours.selector, HoldSelector | ElsewhereSelector) for ours in removed):
        text = "a hold stops whoever comes, whenever issued: undoing it lets them in again"
    else:
        return ()
    return (Objection(guard="reopen", text=text, lifted_by="--reopen"),)


def _is_lifted(objection: Objection, consent: Consent) -> bool:
    match objection.guard:
        case "own-session":
            return False
        case "bystanders":
            allowed = consent.max_bystanders
            return allowed is None or (objection.hits is not None and objection.hits <= allowed)
        case "name":
            return objection.typed in consent.confirmed
        case "protected":
            return objection.typed in consent.protected
        case "reopen":
            return consent.reopen
