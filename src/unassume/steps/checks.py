"""What a plan or a receipt may hold at all: nothing but statements of exactly our shapes, put or taken away.

Rule: a check reads what would be written, never what a plan says of itself: a plan file is a way to write IAM with the
responder's rights, and may come from anywhere.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from unassume.errors import RefusedError
from unassume.means.access_key import ACTIVE, INACTIVE
from unassume.means.mark import POLICY_PREFIX, OurStatement, bind_changes, our_statements
from unassume.means.recognise import is_over
from unassume.means.scp import names_its_holder
from unassume.means.shapes import CANARY_PREFIX, instant
from unassume.means.trust import our_trust
from unassume.model.plans import FORMAT, Change, Plan, Purpose
from unassume.model.receipts import Receipt
from unassume.model.selectors import CanarySelector, ElsewhereSelector, HoldSelector, IssuanceSelector
from unassume.model.slots import AccessKeyStatus, AnyScp, RoleTrustStatement

_ONE_ISSUANCE = timedelta(seconds=3)
FARTHEST_CUT_OFF = timedelta(hours=1)
"""How far ahead of now a cut-off may lie: until it passes, nobody it hits can come back."""


def check_plan(plan: Plan) -> None:
    """Refuse a plan that would do anything but write, or take back, statements of exactly our shapes."""
    if plan.format != FORMAT:
        raise RefusedError(f"the plan has format {plan.format}; this release applies format {FORMAT}")
    if not plan.changes:
        raise RefusedError("the plan has no changes", hint="there is nothing to write")
    if len({change.slot for change in plan.changes}) != len(plan.changes):
        raise RefusedError("the plan writes one slot twice")
    if (plan.purpose == "undo") != (plan.undoes is not None):
        raise RefusedError("the plan does not say plainly whether it cuts or undoes")
    if not 0 <= plan.cut_off.margin_seconds <= FARTHEST_CUT_OFF.total_seconds():
        raise RefusedError(f"the plan's margin of {plan.cut_off.margin_seconds} s is out of bounds")
    for change in plan.changes:
        _check_change(change, plan.purpose)
    _check_canaries(plan)


def check_receipt(receipt: Receipt) -> None:
    """Refuse a receipt that speaks of anything but its own plan with the cut-off bound."""
    check_plan(receipt.plan)
    if receipt.begun.changes != bind_changes(receipt.plan.changes, receipt.begun.cut_off):
        raise RefusedError(f"receipt {receipt.id} holds something else than its plan", hint="it is damaged or foreign")


def check_cut_off(plan: Plan, cut_off: datetime, now: datetime) -> None:
    """Refuse a cut-off far ahead: it would deny whoever comes back until then."""
    latest = max((cut_off, *_windows(plan)))
    if plan.purpose == "cut" and latest > now + FARTHEST_CUT_OFF:
        raise RefusedError(
            f"the cut-off {instant(latest)} lies more than an hour ahead: nobody could come back before it",
            hint="plan again without --cut-off",
        )


def _check_change(change: Change, purpose: Purpose) -> None:
    """A cut puts open statements of ours where nothing stands; an undo and a prune remove bound ones."""
    if isinstance(change.slot, AccessKeyStatus):
        _check_key(change, purpose)
        return
    if isinstance(change.slot, RoleTrustStatement):
        _check_trust(change, change.slot, purpose)
        return
    if not change.slot.policy.startswith(POLICY_PREFIX):
        raise RefusedError(f"the plan touches the {change.slot.label}, which is not ours by name")
    text, other = (change.after, change.before) if purpose == "cut" else (change.before, change.after)
    if text is None or other is not None:
        raise RefusedError(f"the plan replaces what stands in the {change.slot.label}; a {purpose} never does")
    if _has_allow(text):
        raise RefusedError(f"the plan holds an Allow for the {change.slot.label}")
    found = our_statements(text)
    if found is None:
        raise RefusedError(f"the plan holds a statement for the {change.slot.label} that is not exactly of our shapes")
    is_put = purpose == "cut"  # what takes an SCP away binds nobody
    if is_put and isinstance(change.slot, AnyScp) and not names_its_holder(text, change.slot, change.holder_id):
        raise RefusedError(f"the plan would bind others of the account by the {change.slot.label}")
    windows = [ours.selector for ours in found if isinstance(ours.selector, IssuanceSelector)]
    if any(window.before - window.earliest > _ONE_ISSUANCE for window in windows):
        raise RefusedError(f"the plan cuts a longer time than one issuance by the {change.slot.label}")
    if any((ours.cut_off is None) != (purpose == "cut") for ours in found if _is_timed(ours)):
        raise RefusedError(f"the plan fixes a cut-off in the {change.slot.label} that is not apply's to choose")


def _check_key(change: Change, purpose: Purpose) -> None:
    """A cut makes an active key inactive, its undo makes it active again; nothing else is done to a key."""
    allowed = {"cut": (ACTIVE, INACTIVE), "undo": (INACTIVE, ACTIVE)}.get(purpose)
    if (change.before, change.after) != allowed:
        raise RefusedError(f"the plan does something to the {change.slot.label} that a {purpose} never does")


def _check_trust(change: Change, slot: RoleTrustStatement, purpose: Purpose) -> None:
    """A cut puts a deny of ours of one provider's named subjects in; an undo and a prune take just that out again."""
    text, other = (change.after, change.before) if purpose == "cut" else (change.before, change.after)
    ours = our_trust(text or "")
    if text is None or other is not None or ours is None or ours.name != slot.statement:
        raise RefusedError(f"the plan holds something else for the {slot.label} than a deny of exactly our shape")
    if ours.account not in (None, slot.account):
        raise RefusedError(f"the {slot.label} names a provider of another account")
    if (ours.until is None) != (purpose == "cut"):
        raise RefusedError(f"the plan fixes an expiry in the {slot.label} that is not apply's to choose")


def _has_allow(text: str) -> bool:
    """Whether a document holds anything but denies; one that cannot be read is refused for another reason."""
    try:
        read = json.loads(text)
        statements = read["Statement"] if isinstance(read["Statement"], list) else [read["Statement"]]
        return any(statement.get("Effect") != "Deny" for statement in statements)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def check_over(plan: Plan, now: datetime) -> None:
    """Refuse a prune of what may still be needed, whatever its plan says."""
    if plan.purpose == "prune" and (needed := [one for one in plan.changes if not is_over(one.before or "", now)]):
        raise RefusedError(f"the {needed[0].slot.label} may still be needed: a prune never takes that away")


def _windows(plan: Plan) -> list[datetime]:
    """Where the windows of single issuances end, which no cut-off moves."""
    found = [ours.selector for change in plan.changes for ours in our_statements(change.after or "") or ()]
    return [selector.before for selector in found if isinstance(selector, IssuanceSelector)]


def _is_timed(ours: OurStatement) -> bool:
    """Whether its cut-off is apply's to fill in."""
    return not isinstance(ours.selector, CanarySelector | HoldSelector | IssuanceSelector | ElsewhereSelector)


def _check_canaries(plan: Plan) -> None:
    """Each canary is a session of ours of a role the plan cuts, and every deny of a canary is of one of them."""
    holders = {(change.slot.account, change.slot.subject.name): change.holder_id for change in plan.changes}
    for canary in plan.canaries:
        role_id = holders.get((canary.role.account, canary.role.name))
        arn, name = canary.role_arn, canary.session_name
        is_own_arn = arn.split(":")[4:5] == [canary.role.account] and arn.endswith(f"/{canary.role.name}")
        is_named = name.startswith(CANARY_PREFIX) and canary.principal_id == f"{role_id}:{name}"
        if role_id is None or not is_own_arn or not is_named:
            raise RefusedError("the plan's canary is not a session of a role the plan cuts")
    texts = [change.after for change in plan.changes if change.after is not None]
    denied = [ours.selector for text in texts for ours in our_statements(text) or ()]
    named = [selector.principal_id for selector in denied if isinstance(selector, CanarySelector)]
    if plan.purpose == "cut" and sorted(named) != sorted(canary.principal_id for canary in plan.canaries):
        raise RefusedError("the plan's canaries are not those its policies deny")
