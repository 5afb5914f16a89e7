"""plan: choose the narrowest cut the responder's word allows, say whom it hits, and name what it cannot cut.

Rule 1: never fails: what cannot be cut is a Gap.
Rule 2: unless told that one session alone leaked, nothing below the session's name is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from unassume._version import __version__
from unassume.means import access_key
from unassume.means.closing import Closing, closing
from unassume.means.drafts import Draft, draft, draft_scp
from unassume.means.reach import TELLING, reach
from unassume.model.leads import lead_text
from unassume.model.lineages import Lineage
from unassume.model.plans import SCP_RUNGS, Change, Choices, Gap, Outlook, Plan, RungName
from unassume.model.previews import Verdict
from unassume.model.selectors import PersonSelector, Selector
from unassume.model.sessions import Session
from unassume.model.surveys import NOBODY_LOOKED, ScpRoom, Survey, Surveyed, User
from unassume.rungs import issuance, person
from unassume.rungs.below import selectors_below
from unassume.rungs.ladder import LADDER, Rung, Selecting, rung
from unassume.rungs.targets import targets_of
from unassume.steps.gaps import assumed, gaps
from unassume.steps.preview import preview
from unassume.steps.ways_back import ways_back

_NO_KEYS = "the lead leads to a role: keys of whoever assumed it are not touched by this plan"


def plan(lineage: Lineage, survey: Survey, choices: Choices) -> Plan:
    """The Changes and Gaps for one lineage under the responder's choices; nothing is read or written."""
    holders = [one for one in survey.holders if one.id in lineage.holders]
    name = choices.rung or _default_rung(lineage, choices)
    persons = _persons(lineage, choices)
    drafts = _drafts(lineage, survey, rung(name), choices)
    targets = targets_of(lineage, choices.leaked, persons)
    written = [one for one in holders if any(each.holder_id == one.id and each.changes for each in drafts)]
    keys = _keys(written, targets) if choices.deactivate_keys else ()
    closings = _closings(written, targets, choices, survey)
    closed = tuple(change for one in closings for change in one.changes)
    changes = (*keys, *closed, *(change for one in drafts for change in one.changes))
    made = Plan(
        tool=f"unassume {__version__}",
        purpose="cut",
        incident=choices.incident,
        created_at=survey.as_of,
        caller_arn=survey.caller.arn,
        accounts=tuple(sorted({change.slot.account for change in changes})),
        lead=lead_text(lineage.lead),
        leaked=choices.leaked,
        assumed=assumed(lineage, choices.leaked, name, persons),
        rung=name,
        cut_off=choices.cut_off,
        changes=changes,
        gaps=(),
        ways_back=ways_back(lineage, survey.holders, closed),
        sessions=lineage.sessions,
        targets=tuple(one.id for one in targets),
        persons=persons,
        canaries=tuple(canary for one in drafts for canary in one.canaries),
        coverage=lineage.coverage,
        raw_events=lineage.raw_events,
        reach=tuple(call for call in TELLING if any(call in reach(one) for one in written)),
    )
    outlooks = tuple(_outlook(made, one, lineage, choices, survey) for one in LADDER if holders)
    misfits = _misfits(holders, drafts, choices)
    misfits += tuple(Gap(what=one.what, why=one.why_not) for one in closings if one.why_not)
    not_below = {one.holder_id: one.why_not for one in drafts if one.why_not is not None}
    found = (*misfits, *gaps(lineage, survey, holders, made, choices, not_below))
    return msgspec.structs.replace(made, gaps=found, outlooks=outlooks)


def _misfits(holders: list[Surveyed], drafts: tuple[Draft, ...], choices: Choices) -> tuple[Gap, ...]:
    """Which of the roles and users the lead leads to cannot be written, and what was asked for and does nothing."""
    why_not = {one.holder_id: one.why_not for one in drafts}
    found = tuple(Gap(what=one.subject.label, why=why) for one in holders if (why := why_not.get(one.id)) is not None)
    if choices.deactivate_keys and holders and not any(isinstance(one, User) for one in holders):
        return (*found, Gap(what="--deactivate-keys", why=_NO_KEYS, blocks_containment=False))
    return found


def _default_rung(lineage: Lineage, choices: Choices) -> RungName:
    """The narrowest rung the responder's word allows; below the name only where all of the trail was read."""
    if not lineage.leaked:
        return "older-sessions"
    match choices.leaked:
        case "session" if lineage.coverage.is_complete and _is_on_all(issuance.selectors, lineage, choices):
            return "issuance"
        case "person" if lineage.coverage.is_complete and _is_on_all(person.selectors, lineage, choices):
            return "person"
        case _:
            return "session-name"


def _persons(lineage: Lineage, choices: Choices) -> tuple[PersonSelector, ...]:
    """Whose every session leaked, where the responder says that a person's did and the trail tells who."""
    if choices.leaked != "person":
        return ()
    found = (each for id_ in lineage.holders for each in person.selectors(lineage, id_, choices))
    return tuple(dict.fromkeys(each for each in found if isinstance(each, PersonSelector)))


def _is_on_all(selectors: Selecting, lineage: Lineage, choices: Choices) -> bool:
    """Whether a rung has something to cut on every role and user the lead leads to."""
    return all(selectors(lineage, id_, choices) for id_ in lineage.holders)


def _closings(
    written: Iterable[Surveyed], targets: Iterable[Session], choices: Choices, survey: Survey
) -> tuple[Closing, ...]:
    """What shuts out whoever began the leaked sessions; it comes before the cut, so that none begins meanwhile."""
    if not choices.close_trust:
        return ()
    targets, seed = tuple(targets), survey.as_of.isoformat()
    return tuple(closing(one, targets, choices.incident, seed) for one in written)


def _drafts(lineage: Lineage, survey: Survey, chosen: Rung, choices: Choices) -> tuple[Draft, ...]:
    """What cuts the leaked sessions on whom the lead leads to, and, where it does, what they issued on other roles."""
    rooms = dict(survey.scps)
    drafts = []
    for holder in survey.holders:
        if holder.id in lineage.holders and (selectors := chosen.selectors(lineage, holder.id, choices)):
            drafts.append(_draft(holder, selectors, choices, survey, chosen.name, rooms))
    if choices.this_role_only or not any(one.changes for one in drafts):
        return tuple(drafts)
    for role in survey.holders:
        sessions = [one for one in lineage.below if one.holder_id == role.id and one.live is not False]
        if sessions:
            selectors = selectors_below(sessions, chosen.name, choices)
            drafts.append(_draft(role, selectors, choices, survey, chosen.name, rooms))
    return tuple(drafts)


def _draft(
    holder: Surveyed, selectors: tuple[Selector, ...], choices: Choices, survey: Survey, name: RungName,
    rooms: dict[str, ScpRoom],
) -> Draft:  # fmt: skip
    """One role's or user's share; what it takes of the room for SCPs in its account is gone from `rooms`."""
    seed = survey.as_of.isoformat()
    if name not in SCP_RUNGS:
        return draft(holder, selectors, choices.incident, seed, with_canaries=choices.canary)
    room = rooms.get(holder.account, ScpRoom(why_not=NOBODY_LOOKED))
    drafted = draft_scp(holder, selectors, choices.incident, seed, room, with_canaries=choices.canary)
    rooms[holder.account] = msgspec.structs.replace(room, left=room.left - len(drafted.changes))
    return drafted


def _keys(holders: Iterable[Surveyed], targets: Iterable[Session]) -> tuple[Change, ...]:
    """What makes the keys behind users' tokens inactive; it comes first, so that no token is taken meanwhile."""
    sessions = tuple(targets)
    users = (one for one in holders if isinstance(one, User))
    return tuple(change for one in users for change in access_key.changes(one, access_key.behind(one, sessions)))


def _outlook(made: Plan, one: Rung, lineage: Lineage, choices: Choices, survey: Survey) -> Outlook:
    """Whom one rung would hit, judged on the text it would write."""
    drafts = _drafts(lineage, survey, one, choices)
    why_not = "; ".join(dict.fromkeys(each.why_not for each in drafts if each.why_not is not None))
    changes = tuple(change for each in drafts for change in each.changes)
    trial = msgspec.structs.replace(
        made, changes=changes, canaries=tuple(canary for each in drafts for canary in each.canaries)
    )
    seen = preview(trial, lineage.sessions, made.cut_off.expected(survey.as_of), targets=made.targets)
    return Outlook(
        rung=one.name,
        cut=tuple(j.session_id for j in seen.judgements if j.is_live and j.verdict is Verdict.CUT),
        unsure=tuple(j.session_id for j in seen.judgements if j.is_live and j.verdict is Verdict.UNSURE),
        bystanders=tuple(j.session_id for j in seen.bystanders),
        remains=one.remains if changes else f"not possible here: {why_not or f'it needs {one.needs}'}",
        chosen=one.name == made.rung and bool(changes),
        is_possible=bool(changes),
    )
