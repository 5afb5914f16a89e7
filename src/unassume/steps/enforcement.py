"""Measure E, the instant from which the deny is seen enforced, and what showed it.

Rule 1: only a refusal with an explicit deny shows it, and only where nothing else could have refused: a canary that
was let in before the cut, or a leaked session of a role on which no other policy denies.
Rule 2: where the cut goes by an issue time alone, only the leaked session's refusal shows that it meets it.
Rule 3: a leaked session that was allowed a call after E proves E wrong; it is measured anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from unassume.errors import AccessError, InputError
from unassume.iam.documents import parse
from unassume.means.mark import our_statements
from unassume.model.evidence import Probe, ProfileProbe
from unassume.model.plans import Canary
from unassume.model.receipts import Observed, Receipt
from unassume.model.selectors import IssuanceSelector
from unassume.model.slots import RoleInlinePolicy, RoleManagedPolicy, Slot
from unassume.ports import World
from unassume.steps.remains import Remains

_PROBES = 60
_USELESS = ("explicit-deny", "unavailable")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Enforcement:
    """The instant E and what showed it; `at` None means that nothing did, and `by` says why."""

    at: datetime | None
    by: str


def measure(remains: Remains, world: World, leaked_profile: str | None = None) -> Enforcement:
    """E as the receipt has it, else as a canary, the leaked credentials or the trail show it now; it is journalled."""
    receipt, last_allowed = remains.receipt, remains.last_allowed_at()
    known = Enforcement(receipt.enforced_from, receipt.enforced_by)
    if known.at is not None and (last_allowed is None or last_allowed < known.at):
        return _still(known, receipt, world)
    if leaked_profile is not None:
        asked = _ask_leaked(remains, world, leaked_profile)
    else:
        asked = ask_canaries(receipt, world, _PROBES) if _has_canary(receipt) else Enforcement(None, "")
    seen = asked if asked.at is not None else _by_trail(remains, last_allowed, world)
    if seen.at is None or (last_allowed is not None and last_allowed >= seen.at):
        return Enforcement(None, asked.by or seen.by)
    keep(receipt, seen, world)
    return seen


def keep(receipt: Receipt, seen: Enforcement, world: World) -> None:
    """Journal E; a receipt that is kept elsewhere is not written to, and E holds for this look alone."""
    if seen.at is None:
        return
    try:
        world.journal.append(receipt.id, Observed(at=world.accounts.now(), enforced_from=seen.at, by=seen.by))
    except (AccessError, InputError) as error:
        world.progress.tell("verify", f"the receipt could not be told when the deny held: {error.message}")


def _has_canary(receipt: Receipt) -> bool:
    """Whether every policy has a canary that was let in before the cut: then their word goes before the trail's."""
    answers = receipt.begun.canaries_before
    are_useful = bool(answers) and not any(before in _USELESS for before in answers)
    return are_useful and not _is_by_issuance(receipt)


def _is_by_issuance(receipt: Receipt) -> bool:
    """Whether an issue time alone tells the leaked session apart: that AWS reads it as the trail shows it is assumed.

    A canary shows the policy enforced, not that it meets the session; only the session's own refusal does.
    """
    texts = [change.after for change in receipt.begun.changes if change.after is not None]
    return any(isinstance(ours.selector, IssuanceSelector) for text in texts for ours in our_statements(text) or ())


def _still(known: Enforcement, receipt: Receipt, world: World) -> Enforcement:
    """E as known, unless a canary, where there are any, is let in again: a policy may have gone since.

    A canary that cannot be asked any more, because the role's trust was shut since, says nothing against it.
    """
    for canary in receipt.plan.canaries if _has_canary(receipt) else ():
        probed = world.accounts.probe(_asking(canary))
        if probed.outcome not in _USELESS:
            why = f"the canary is no longer refused with an explicit deny, it is {probed.outcome}"
            return Enforcement(None, why)
    return known


def _asking(canary: Canary) -> Probe:
    return Probe(role_arn=canary.role_arn, session_name=canary.session_name)


def _by_trail(remains: Remains, last_allowed: datetime | None, world: World) -> Enforcement:
    """E as a leaked session's own refusal shows it; AWS's message repeats names, so a canary is the better witness."""
    receipt = remains.receipt
    refused_at = _leaked_refused_at(remains, last_allowed)
    if refused_at is not None and _others_deny(receipt, world):
        why = "a leaked session was refused, but another policy of the role may have done that: a canary would tell"
        return Enforcement(None, why)
    if refused_at is not None:
        return Enforcement(_next_second(refused_at), "a leaked session was refused with an explicit deny")
    if _is_by_issuance(receipt):
        why = (
            "a cut by issue time is proved by the leaked session's own refusal alone, and none was seen; "
            "a cut by its name (--rung session-name) can be proved by a canary"
        )
        return Enforcement(None, why)
    if receipt.begun.canaries_before:
        before = ", ".join(sorted(set(receipt.begun.canaries_before)))
        return Enforcement(None, f"the canary was {before} before the cut: it proves nothing")
    return Enforcement(None, "no canary in this plan, and no leaked session was seen refused since")


def _leaked_refused_at(remains: Remains, last_allowed: datetime | None) -> datetime | None:
    """When a cut session was first refused after the write began, if nothing was allowed after that."""
    refusals = [one.first_explicit_deny_at for one in remains.cut() if one.first_explicit_deny_at is not None]
    since = remains.receipt.begun.at
    return min((at for at in refusals if at >= since and (last_allowed is None or at > last_allowed)), default=None)


def _others_deny(receipt: Receipt, world: World) -> bool:
    """Whether another policy of the role may deny too: then a refusal of the thief does not show ours enforced."""
    ours = {_place(change.slot) for change in receipt.begun.changes}
    for subject in {change.slot.subject for change in receipt.begun.changes}:
        role = world.accounts.survey(subject)
        if role is None:
            return True
        others = {**role.inline, **role.attached}
        if any(text is None or _denies(text) for name, text in others.items() if name not in ours):
            return True
    return False


def _place(slot: Slot) -> str:
    """Where a survey of the holder shows what stands in the slot."""
    match slot:
        case RoleInlinePolicy(policy=policy):
            return policy
        case RoleManagedPolicy():
            return slot.arn
        case _:
            assert_never(slot)


def _denies(text: str) -> bool:
    try:
        return any(statement.effect == "Deny" for statement in parse(text).statements)
    except InputError:
        return True


def ask_canaries(receipt: Receipt, world: World, times: int) -> Enforcement:
    """Ask as the canaries, once a second, until AWS has refused each of them: one policy may hold before another."""
    if not receipt.plan.canaries or not _has_canary(receipt):
        return Enforcement(None, "there is no canary that could be asked")
    left, refused_at = list(receipt.plan.canaries), []
    for asked in range(1, times + 1):
        for canary in tuple(left):
            probed = world.accounts.probe(_asking(canary))
            if probed.outcome == "explicit-deny":
                left.remove(canary)
                refused_at.append(probed.at)
            elif probed.outcome == "unavailable" or asked == times:
                return Enforcement(None, f"the canary is {probed.outcome}: {probed.detail}")
        if not left:
            whose = "our canary was" if len(refused_at) == 1 else f"our {len(refused_at)} canaries were"
            return Enforcement(_next_second(max(refused_at)), f"{whose} refused with an explicit deny")
        world.clock.sleep(1)
    return Enforcement(None, "the canary was not asked")


def _ask_leaked(remains: Remains, world: World, profile: str) -> Enforcement:
    """Ask with the leaked credentials, once a second; InputError where they are of no session the receipt cuts."""
    asked_as, probe = {one.principal_id for one in remains.cut()}, ProfileProbe(profile=profile)
    for asked in range(1, _PROBES + 1):
        probed = world.accounts.probe(probe)
        if probed.principal_id not in asked_as:
            raise InputError(
                f"the profile `{profile}` is of `{probed.principal_id}`, which is no session the receipt cuts",
                hint="give the profile that holds the leaked credentials",
            )
        if probed.outcome == "explicit-deny" and _others_deny(remains.receipt, world):
            return Enforcement(None, "the leaked credentials were refused, but another policy may have done that")
        if probed.outcome == "explicit-deny":
            return Enforcement(_next_second(probed.at), "the leaked credentials were refused with an explicit deny")
        if probed.outcome == "unavailable" or asked == _PROBES:
            return Enforcement(None, f"the leaked credentials are {probed.outcome}: {probed.detail}")
        world.clock.sleep(1)
    return Enforcement(None, "the leaked credentials were not asked")


def _next_second(at: datetime) -> datetime:
    """The full second after the one an instant lies in: AWS tells times cut to the second, so it may be that late."""
    return at.replace(microsecond=0) + (_SECOND if at.microsecond == 0 else 2 * _SECOND)
