"""What shows that the deny on one role is enforced: its canaries, its leaked sessions, or that all of them are over.

Rule 1: a refusal counts only where nothing else could have refused: a canary that was let in before the cut, or a
leaked session of a role on which no other policy denies.
Rule 2: where the cut goes by an issue time alone, only the leaked session's refusal shows that it meets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from unassume.errors import InputError
from unassume.iam.documents import parse
from unassume.means.mark import our_statements
from unassume.model.evidence import Enforcement, Probe, ProfileProbe
from unassume.model.plans import Canary, Change, by_holder
from unassume.model.receipts import Receipt
from unassume.model.selectors import IssuanceSelector
from unassume.model.slots import (
    AccessKeyStatus,
    AnyScp,
    RoleInlinePolicy,
    RoleManagedPolicy,
    RoleTrustStatement,
    Scp,
    Slot,
    UserInlinePolicy,
    UserManagedPolicy,
    UserScp,
)
from unassume.model.surveys import User
from unassume.ports import World
from unassume.steps.remains import Remains
from unassume.steps.scp_witnesses import others_deny, refused_by_ours

USELESS = ("explicit-deny", "unavailable")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Holder:
    """One role of a receipt: what is written on it, its canaries, and how each answered before the first write.

    `is_one_of_several` says whether the receipt writes others too.
    """

    changes: tuple[Change, ...]
    canaries: tuple[Canary, ...]
    before: tuple[str, ...]
    is_one_of_several: bool

    @property
    def id(self) -> str:
        """The unique id of the role."""
        return self.changes[0].holder_id

    @property
    def has_canaries(self) -> bool:
        """Whether every policy has a canary that was let in before the cut: then their word goes before the trail's."""
        return bool(self.before) and not any(before in USELESS for before in self.before) and not self.is_by_issuance

    @property
    def is_by_issuance(self) -> bool:
        """Whether an issue time tells a leaked session apart: that AWS reads it as the trail shows it is assumed.

        A canary shows the policy enforced, not that it meets the session; only the session's own refusal does.
        """
        texts = [change.after for change in self.changes if change.after is not None]
        return any(isinstance(ours.selector, IssuanceSelector) for text in texts for ours in our_statements(text) or ())

    @property
    def is_by_scp(self) -> bool:
        """Whether the organization denies, not a policy of the role."""
        return all(isinstance(change.slot, AnyScp) for change in self.changes)

    def on(self, why: str) -> str:
        """A reason, with the role it is of where there are several."""
        return f"{self.changes[0].slot.subject.label}: {why}" if self.is_one_of_several else why


def holders(receipt: Receipt) -> list[Holder]:
    """The roles of a receipt, in its order."""
    answered = list(zip(receipt.plan.canaries, receipt.begun.canaries_before, strict=False))
    together = by_holder(receipt.begun.changes)
    found = []
    for changes in together:
        own = [(canary, before) for canary, before in answered if canary.principal_id.startswith(changes[0].holder_id)]
        canaries, answers = tuple(canary for canary, _ in own), tuple(before for _, before in own)
        found.append(Holder(changes, canaries, answers, len(together) > 1))
    return found


def asking(canary: Canary, *, by_scp: bool = False) -> Probe:
    """The probe that asks as a canary; `by_scp`, whether an SCP is to refuse it."""
    return Probe(role_arn=canary.role_arn, session_name=canary.session_name, by_scp=by_scp)


def ask_canaries(holder: Holder, world: World, times: int) -> Enforcement:
    """Ask as the canaries, once a second, until AWS has refused each of them: one policy may hold before another."""
    left, refused_at = list(holder.canaries), []
    for asked in range(1, times + 1):
        for canary in tuple(left):
            probed = world.accounts.probe(asking(canary, by_scp=holder.is_by_scp))
            if probed.outcome == "explicit-deny":
                left.remove(canary)
                refused_at.append(probed.at)
            elif probed.outcome == "unavailable" or asked == times:
                return Enforcement(at=None, by=f"the canary is {probed.outcome}: {probed.detail}")
        if not left:
            whose = "our canary was" if len(refused_at) == 1 else f"our {len(refused_at)} canaries were"
            return Enforcement(at=_next_second(max(refused_at)), by=f"{whose} refused with an explicit deny")
        world.clock.sleep(1)
    return Enforcement(at=None, by="the canary was not asked")


def ask_leaked(holder: Holder, remains: Remains, world: World, profile: str, times: int) -> Enforcement | None:
    """Ask with the leaked credentials, once a second; None where they are of another role that is cut.

    InputError where they are of no session the receipt cuts.
    """
    probe = ProfileProbe(profile=profile, by_scp=holder.is_by_scp)
    asked_as = {one.principal_id: one.holder_id for one in remains.cut()}
    for asked in range(1, times + 1):
        probed = world.accounts.probe(probe)
        if probed.principal_id not in asked_as:
            raise InputError(
                f"the profile `{profile}` is of `{probed.principal_id}`, which is no session the receipt cuts",
                hint="give the profile that holds the leaked credentials",
            )
        if asked_as[probed.principal_id] != holder.id:
            return None
        if probed.outcome == "explicit-deny" and _others_may_have(holder, world):
            return Enforcement(at=None, by="the leaked credentials were refused, but another policy may have done that")
        if probed.outcome == "explicit-deny":
            by = "the leaked credentials were refused with an explicit deny"
            return Enforcement(at=_next_second(probed.at), by=by)
        if probed.outcome == "unavailable" or asked == times:
            return Enforcement(at=None, by=f"the leaked credentials are {probed.outcome}: {probed.detail}")
        world.clock.sleep(1)
    return Enforcement(at=None, by="the leaked credentials were not asked")


def by_trail(holder: Holder, remains: Remains, last_allowed: datetime | None, world: World) -> Enforcement:
    """E as a leaked session's own refusal shows it; AWS's message repeats names, so a canary is the better witness."""
    refused_at, why_not = _leaked_refused_at(holder, remains, last_allowed, world)
    if why_not:
        return Enforcement(at=None, by=why_not)
    if refused_at is not None:
        return Enforcement(at=_next_second(refused_at), by="a leaked session was refused with an explicit deny")
    if holder.is_by_issuance:
        why = (
            "a cut by issue time is proved by the leaked session's own refusal alone, and none was seen; "
            "a cut by its name (--rung session-name) can be proved by a canary"
        )
        return Enforcement(at=None, by=why)
    if holder.before:
        before = ", ".join(sorted(set(holder.before)))
        return Enforcement(
            at=None, by=f"the canary was {before} before the cut, and no leaked session was refused since"
        )
    return Enforcement(at=None, by="no canary in this plan, and no leaked session was seen refused since")


def by_expiry(holder: Holder, remains: Remains) -> Enforcement | None:
    """When all that had to die on a role below the leaked one ran out by itself; None while some of it may live."""
    had_to_die = [one for one in remains.targets() if one.holder_id == holder.id]
    ends = [one.expires_at for one in had_to_die if one.expires_at is not None and one.live is False]
    if holder.id in remains.lineage.holders or not ends or len(ends) < len(had_to_die):
        return None
    return Enforcement(at=_next_second(max(ends)), by=holder.on("all that was to be cut had run out"))


def _leaked_refused_at(
    holder: Holder, remains: Remains, last_allowed: datetime | None, world: World
) -> tuple[datetime | None, str]:
    """When a cut session was first refused since the write began, if nothing was allowed after that.

    Or why the refusal tells nothing; neither where none was refused.
    """
    cut = [one for one in remains.cut() if one.holder_id == holder.id]
    since = remains.receipt.begun.at
    if last_allowed is not None:
        since = max(since, last_allowed + timedelta.resolution)
    if holder.is_by_scp:
        return refused_by_ours(holder.changes, cut, since, world)
    refusals = [one.first_explicit_deny_at for one in cut if one.first_explicit_deny_at is not None]
    refused_at = min((at for at in refusals if at >= since), default=None)
    if refused_at is not None and _others_deny(holder, world):
        why = "a leaked session was refused, but another policy of the role may have done that: a canary would tell"
        return None, why
    return refused_at, ""


def _others_may_have(holder: Holder, world: World) -> bool:
    """Whether something else of the kind that was asked for may have refused."""
    return bool(others_deny(holder.changes, world)) if holder.is_by_scp else _others_deny(holder, world)


def _others_deny(holder: Holder, world: World) -> bool:
    """Whether another policy of the role may deny too: then a refusal of the thief does not show ours enforced."""
    ours = {_place(change.slot) for change in holder.changes}
    held = world.accounts.survey(holder.changes[0].slot.subject)
    if held is None:
        return True
    others: dict[str, str | None] = {**held.inline, **held.attached}
    others |= held.of_groups if isinstance(held, User) else {}
    return any(text is None or _denies(text) for name, text in others.items() if name not in ours)


def _place(slot: Slot) -> str | None:
    """Where a survey of the holder shows what stands in the slot."""
    match slot:
        case RoleInlinePolicy(policy=policy) | UserInlinePolicy(policy=policy):
            return policy
        case RoleManagedPolicy() | UserManagedPolicy():
            return slot.arn
        case AccessKeyStatus() | Scp() | UserScp() | RoleTrustStatement():
            return None
        case _:
            assert_never(slot)


def _denies(text: str) -> bool:
    try:
        return any(statement.effect == "Deny" for statement in parse(text).statements)
    except InputError:
        return True


def _next_second(at: datetime) -> datetime:
    """The full second after the one an instant lies in: AWS tells times cut to the second, so it may be that late."""
    return at.replace(microsecond=0) + (_SECOND if at.microsecond == 0 else 2 * _SECOND)
