"""What apply looks at anew before it writes: who we are, who is on the role, whether the plan still fits.

Stale is what would make the plan write something else than it showed: another holder of the same name, another text
in the slot, too little room. Whatever else moved is told, not refused: else a thief could hold us up by moving it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from unassume.errors import AccessError, RefusedError, StaleError
from unassume.means.drafts import misfit
from unassume.means.scp import given_out
from unassume.model.leads import parse_lead
from unassume.model.lineages import Lineage
from unassume.model.plans import Change, Plan, by_subject
from unassume.model.previews import Preview
from unassume.model.slots import Slot, Standing, UserScp
from unassume.model.surveys import Caller, Survey, Surveyed
from unassume.ports import World
from unassume.rungs.targets import targets_of
from unassume.steps.find import find
from unassume.steps.preview import preview
from unassume.steps.taking_back import fits, takes_back, tell_absent


def callers_in_reach(plan: Plan, world: World) -> tuple[Caller, ...]:
    """Who we are, and whom we act as in each other account; AccessError when the plan writes one out of reach."""
    reached, written = world.accounts.in_reach(), {change.slot.account for change in plan.changes}
    if others := sorted(written.difference(reached)):
        raise AccessError(
            f"the plan is for account {', '.join(others)}, your credentials are of {reached[0]}",
            hint="use credentials of that account (--profile), or name it in --accounts FILE (with --reach ROLE)",
        )
    return (world.accounts.caller(), *(world.accounts.caller(one) for one in reached[1:] if one in written))


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan was made of, for whoever applies it at once: who is on the role, and how the account stood."""

    lineage: Lineage
    survey: Survey

    def is_fresh(self, now: datetime) -> bool:
        """Whether looking again could show no more: the trail lags minutes behind."""
        return timedelta(0) <= now - self.survey.as_of <= FRESH_FOR


FRESH_FOR = timedelta(seconds=30)
"""How long apply goes by what its plan was made of, in the same process, instead of looking again."""


def as_planned(changes: tuple[Change, ...]) -> tuple[Standing, ...]:
    """What stands in the slots, as the survey had it that the changes were planned on."""
    return tuple(Standing(text=change.before, holder_id=change.holder_id) for change in changes)


def look_again(plan: Plan, world: World) -> Lineage | None:
    """Who is on the role now; nobody needs to be asked about when the plan only takes back what was written."""
    if plan.purpose != "cut":
        return None
    return find(parse_lead(plan.lead), world)


def seen_now(plan: Plan, lineage: Lineage | None, world: World) -> Preview:
    """Whom the plan hits as the role is now; sessions first seen since the plan are told."""
    if lineage is None:
        return Preview(judgements=(), bystanders_known=True)
    _check_roles(plan, lineage)
    now_known = msgspec.structs.replace(plan, coverage=lineage.coverage)
    cut_off = plan.cut_off.expected(world.accounts.now())
    known = {session.id for session in plan.sessions}
    for session in lineage.sessions:
        if session.id not in known:
            world.progress.tell("apply", f"seen since the plan: session {session.short_id} of {session.session_name}")
    targets = (one.id for one in targets_of(lineage, plan.leaked, plan.persons))
    seen = preview(now_known, lineage.sessions, cut_off, targets=targets)
    return seen if lineage.holders else msgspec.structs.replace(seen, bystanders_known=False)


def _check_roles(plan: Plan, lineage: Lineage) -> None:
    """INVARIANT: only what the lead leads to is written; of any other the fresh look shows no bystander."""
    labels = ", ".join(one.label for one in lineage.holders.values())
    led_to = {*lineage.holders, *(session.holder_id for session in lineage.below)}
    for change in plan.changes:
        if lineage.holders and change.holder_id not in led_to:
            raise RefusedError(
                f"the plan cuts {change.slot.subject.label}, but its lead leads to {labels}",
                hint="plan again",
            )
        his = {session.principal_id for session in lineage.sessions if session.holder_id == change.holder_id}
        given = given_out(change.after or "") if isinstance(change.slot, UserScp) else ()
        if others := sorted(set(given) - his):
            raise RefusedError(f"no event shows that {change.slot.subject.label} gave out tokens as `{others[0]}`")


def check_fresh(changes: tuple[Change, ...], world: World) -> tuple[Standing, ...]:
    """StaleError unless every slot and its holder are as the plan saw them, and the quota still suffices."""
    standings: dict[Slot, Standing] = {}
    for found in world.lanes.each(lambda together: _fresh(together, world), by_subject(changes)):
        standings |= found
    return tuple(standings[change.slot] for change in changes)


def _fresh(changes: tuple[Change, ...], world: World) -> dict[Slot, Standing]:
    """What stands in the slots of one role or user."""
    holder, standings = check_holder(changes, world), {}
    for change in changes:
        standings[change.slot] = world.accounts.read(change.slot)
        if not fits(change, standings[change.slot]):
            raise StaleError(f"the {change.slot.label} changed since the plan was made", hint="plan again")
        tell_absent(change, standings[change.slot], world)
    if holder is not None and (why := misfit(holder, changes)) is not None:
        raise StaleError(f"the cut no longer fits {holder.subject.label}: {why}", hint="plan again")
    return standings


def check_holder(changes: tuple[Change, ...], world: World) -> Surveyed | None:
    """Whom these changes are all for; StaleError when it is gone, or another of the same name is in its place.

    None, and nobody is asked, where they only take back.
    """
    if all(map(takes_back, changes)):
        return None
    subject = changes[0].slot.subject
    holder = world.accounts.survey(subject)
    if holder is None:
        raise StaleError(f"{subject.label} is gone", hint="its sessions are dead with it")
    if any(holder.id != change.holder_id for change in changes):
        why = f"{subject.label} was re-created since the plan was made"
        raise StaleError(why, hint="plan again for the new one")
    return holder


def check_between(change: Change, world: World) -> None:
    """StaleError when the slot holds neither what stood before nor what we write."""
    if not fits(change, world.accounts.read(change.slot)):
        raise StaleError(f"somebody else edited the {change.slot.label}", hint="look at it before going on")
