"""The guards: what apply refuses, and what it does only with a person's consent.

Rule 1: a guard reads what would be written, never what a plan says of itself: a plan file is a way
to write IAM with the responder's rights, and may come from anywhere.
Rule 2: UNSURE counts as hit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from unassume.errors import RefusedError
from unassume.iam.principals import AssumedRole
from unassume.iam.values import UNKNOWN
from unassume.means.judge import judge
from unassume.means.mark import CANARY_PREFIX, POLICY_PREFIX, bind, instant, our_statements
from unassume.model.plans import FORMAT, Change, Plan
from unassume.model.previews import Preview, Verdict
from unassume.model.selectors import OlderSessionsSelector
from unassume.model.surveys import Caller

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


def check_plan(plan: Plan) -> None:
    """Refuse a plan that would do anything but write, or take back, statements of exactly our shapes."""
    if plan.format != FORMAT:
        raise RefusedError(f"the plan has format {plan.format}; this release applies format {FORMAT}")
    if not plan.changes:
        raise RefusedError("the plan has no changes", hint="read its gaps: nothing of it can be applied")
    if len({change.slot for change in plan.changes}) != len(plan.changes):
        raise RefusedError("the plan writes one slot twice")
    for change in plan.changes:
        _check_change(change, plan.created_at)
    _check_canary(plan)


def objections(plan: Plan, seen: Preview, caller: Caller, cut_off: datetime, now: datetime) -> tuple[Objection, ...]:
    """Every guard's no, strongest first."""
    return (
        *_own_session(plan, caller, cut_off),
        *_protected(plan),
        *_widest(plan),
        *_bystanders(plan, seen),
        *_reopening(plan, now),
    )


def insist(raised: Iterable[Objection], consent: Consent) -> None:
    """RefusedError for the first objection that neither a flag nor a person lifts."""
    for objection in raised:
        if not _is_lifted(objection, consent) and not (objection.lifted_by and consent.ask(objection)):
            hint = f"to do it all the same: {objection.lifted_by}" if objection.lifted_by else "nothing was written"
            raise RefusedError(objection.text, hint=hint, facts={"guard": objection.guard})


def _check_change(change: Change, any_cut_off: datetime) -> None:
    if not change.slot.policy.startswith(POLICY_PREFIX):
        raise RefusedError(f"the plan touches the {change.slot.label}, which is not ours by name")
    for text in (change.before, change.after):
        if text is None:
            continue
        if _has_allow(text):
            raise RefusedError(f"the plan holds an Allow for the {change.slot.label}")
        if our_statements(bind(text, any_cut_off) or "") is None:
            raise RefusedError(
                f"the plan holds a statement for the {change.slot.label} that is not exactly of our shapes"
            )


def _has_allow(text: str) -> bool:
    try:
        read = json.loads(text)
        statements = read["Statement"] if isinstance(read["Statement"], list) else [read["Statement"]]
        return any(statement.get("Effect") != "Deny" for statement in statements)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _check_canary(plan: Plan) -> None:
    canary = plan.canary
    if canary is None:
        return
    holders = {(change.slot.account, change.slot.role): change.holder_id for change in plan.changes}
    role_id = holders.get((canary.role.account, canary.role.name))
    own_arn = canary.role_arn.split(":")[4:5] == [canary.role.account] and canary.role_arn.endswith(
        f"/{canary.role.name}"
    )
    named = canary.session_name.startswith(CANARY_PREFIX) and canary.principal_id == f"{role_id}:{canary.session_name}"
    if role_id is None or not own_arn or not named:
        raise RefusedError("the plan's canary is not a session of a role the plan cuts")


def _texts(plan: Plan, cut_off: datetime) -> Iterable[tuple[Change, str]]:
    for change in plan.changes:
        if change.after is not None:
            yield change, bind(change.after, cut_off) or ""


def _own_session(plan: Plan, caller: Caller, cut_off: datetime) -> tuple[Objection, ...]:
    """Our own issue time is not told us, so anything that could match our user id counts as hitting us."""
    for change, text in _texts(plan, cut_off):
        if (caller.account, caller.role_name) != (change.slot.account, change.slot.role):
            continue
        own = AssumedRole(
            partition=caller.partition,
            account=caller.account,
            role_arn=_role_arn(caller),
            role_id=caller.user_id.partition(":")[0],
            session_name=caller.user_id.partition(":")[2],
            issued_at=UNKNOWN,
            source_identity=UNKNOWN,
            tags=UNKNOWN,
        )
        if judge(text, own) is not Verdict.SPARED:
            return (Objection(guard="own-session", text=f"the cut could hit your own session `{caller.arn}`"),)
    return ()


def _role_arn(caller: Caller) -> str:
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.role_name}"


def _protected(plan: Plan) -> tuple[Objection, ...]:
    roles = sorted({change.slot.role for change in plan.changes if change.after is not None})
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
    wide = {
        change.slot.role
        for change, text in _texts(plan, plan.created_at)
        if any(isinstance(ours.selector, OlderSessionsSelector) for ours in our_statements(text) or ())
    }
    return tuple(
        Objection(
            guard="name",
            text=f"the plan cuts every older session of role `{role}`",
            lifted_by=f"--confirm {role}",
            typed=role,
        )
        for role in sorted(wide)
    )


def _bystanders(plan: Plan, seen: Preview) -> tuple[Objection, ...]:
    if not any(change.after is not None for change in plan.changes):
        return ()
    if not seen.bystanders_known:
        return (
            Objection(
                guard="bystanders",
                text="bystanders unknown: no trail could be read",
                lifted_by="--max-bystanders unknown",
            ),
        )
    hit = {judgement.session_id for judgement in seen.bystanders}
    if not hit:
        return ()
    return (
        Objection(
            guard="bystanders",
            text=f"{len(hit)} live session(s) of others would or may be hit: {', '.join(sorted(hit))}",
            lifted_by=f"--max-bystanders {len(hit)}",
            hits=len(hit),
        ),
    )


def _reopening(plan: Plan, now: datetime) -> tuple[Objection, ...]:
    lifted: list[datetime] = []
    for change in plan.changes:
        kept = {ours.sid for ours in our_statements(bind(change.after, now) or "") or ()} if change.after else set()
        gone = [ours for ours in our_statements(change.before or "") or () if ours.sid not in kept]
        lifted.extend(ours.until for ours in gone if ours.until is not None and ours.until > now)
    if not lifted:
        return ()
    return (
        Objection(
            guard="reopen",
            text=f"sessions this cut stops may live until {instant(max(lifted))}: undoing it gives them access again",
            lifted_by="--reopen",
        ),
    )


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
