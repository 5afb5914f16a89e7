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
from unassume.means.reach import reach
from unassume.model.leads import lead_text
from unassume.model.lineages import Lineage
from unassume.model.plans import Change, Choices, Gap, Outlook, Plan, RungName
from unassume.model.previews import Verdict
from unassume.model.selectors import PersonSelector, Selector
from unassume.model.sessions import Session
from unassume.model.slots import Scp
from unassume.model.surveys import Role, ScpRoom, Survey, Surveyed, User
from unassume.rungs import issuance, person
from unassume.rungs.below import selectors_below
from unassume.rungs.ladder import LADDER, Rung, rung
from unassume.rungs.targets import targets_of
from unassume.steps.gaps import assumed, gaps
from unassume.steps.preview import preview
from unassume.steps.ways_back import ways_back

_NO_KEYS = "the lead leads to a role: keys of whoever assumed it are not touched by this plan"


def plan(lineage: Lineage, survey: Survey, choices: Choices) -> Plan:
    """The Changes and Gaps for one lineage under the responder's choices; nothing is read or written."""
    holder = next((one for one in survey.holders if one.id == lineage.holder_id), None)
    name = choices.rung or _default_rung(lineage, choices)
    chosen, persons = rung(name), _persons(lineage, choices)
    selectors = chosen.selectors(lineage, choices)
    drafted = _drafted(holder, selectors, choices, survey, name)
    below = _drafted_below(lineage, _after(survey, drafted), name, choices) if drafted.changes else ()
    targets = targets_of(lineage, choices.leaked, persons)
    keys = _keys(holder, targets) if choices.deactivate_keys and drafted.changes else ()
    closed = _closing(holder, targets, choices, survey) if choices.close_trust and drafted.changes else Closing()
    changes = (*keys, *closed.changes, *(change for one in (drafted, *below) for change in one.changes))
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
        ways_back=ways_back(lineage, survey.holders, closed.changes),
        sessions=lineage.sessions,
        targets=tuple(one.id for one in targets),
        persons=persons,
        canaries=tuple(canary for one in (drafted, *below) for canary in one.canaries),
        coverage=lineage.coverage,
        raw_events=lineage.raw_events,
        reach=reach(holder) if holder is not None and changes else (),
    )
    outlooks = tuple(_outlook(made, one, holder, lineage, choices, survey) for one in LADDER if holder)
    misfits: tuple[Gap, ...] = (
        (Gap(what=holder.subject.label, why=drafted.why_not),) if holder and drafted.why_not else ()
    )
    not_below = {one.holder_id: one.why_not for one in below if one.why_not is not None}
    no_user = choices.deactivate_keys and isinstance(holder, Role)
    misfits += (Gap(what="--deactivate-keys", why=_NO_KEYS, blocks_containment=False),) if no_user else ()
    misfits += (Gap(what="--close-trust", why=closed.why_not),) if closed.why_not else ()
    found = (*misfits, *gaps(lineage, survey, holder, selectors, made, not_below))
    return msgspec.structs.replace(made, gaps=found, outlooks=outlooks)


def _default_rung(lineage: Lineage, choices: Choices) -> RungName:
    """The narrowest rung the responder's word allows; below the name only where all of the trail was read."""
    if not lineage.leaked:
        return "older-sessions"
    match choices.leaked:
        case "session" if lineage.coverage.is_complete and issuance.selectors(lineage, choices):
            return "issuance"
        case "person" if lineage.coverage.is_complete and person.selectors(lineage, choices):
            return "person"
        case _:
            return "session-name"


def _persons(lineage: Lineage, choices: Choices) -> tuple[PersonSelector, ...]:
    """Whose every session leaked, where the responder says that a person's did and the trail tells who."""
    if choices.leaked != "person":
        return ()
    return tuple(each for each in person.selectors(lineage, choices) if isinstance(each, PersonSelector))


def _drafted(
    holder: Surveyed | None, selectors: tuple[Selector, ...], choices: Choices, survey: Survey, name: RungName
) -> Draft:
    if holder is None or not selectors:
        return Draft()
    seed = survey.as_of.isoformat()
    if name == "scp":
        return draft_scp(holder, selectors, choices.incident, seed, survey.scps, with_canaries=choices.canary)
    return draft(holder, selectors, choices.incident, seed, with_canaries=choices.canary)


def _after(survey: Survey, drafted: Draft) -> Survey:
    """The survey with so many SCPs fewer to attach as were drafted."""
    used = sum(isinstance(change.slot, Scp) for change in drafted.changes)
    left = ScpRoom(left=survey.scps.left - used, why_not=survey.scps.why_not)
    return msgspec.structs.replace(survey, scps=left)


def _keys(holder: Surveyed | None, targets: Iterable[Session]) -> tuple[Change, ...]:
    """What makes the keys behind a user's tokens inactive; it comes first, so that no token is taken meanwhile."""
    return access_key.changes(holder, access_key.behind(holder, targets)) if isinstance(holder, User) else ()


def _closing(holder: Surveyed | None, targets: Iterable[Session], choices: Choices, survey: Survey) -> Closing:
    """What shuts out whoever began the leaked sessions; it comes before the cut, so that none begins meanwhile."""
    if holder is None:
        return Closing()
    return closing(holder, targets, choices.incident, survey.as_of.isoformat())


def _drafted_below(lineage: Lineage, survey: Survey, name: RungName, choices: Choices) -> tuple[Draft, ...]:
    """What cuts, on each other role, the sessions that the leaked ones issued there."""
    if choices.this_role_only:
        return ()
    drafts = []
    for role in survey.holders:
        sessions = [one for one in lineage.below if one.holder_id == role.id and one.live is not False]
        if sessions and role.id != lineage.holder_id:
            drafts.append(_drafted(role, selectors_below(sessions, name, choices), choices, survey, name))
            survey = _after(survey, drafts[-1])
    return tuple(drafts)


def _outlook(made: Plan, one: Rung, holder: Surveyed, lineage: Lineage, choices: Choices, survey: Survey) -> Outlook:
    """Whom one rung would hit, judged on the text it would write."""
    drafted = _drafted(holder, one.selectors(lineage, choices), choices, survey, one.name)
    below = _drafted_below(lineage, _after(survey, drafted), one.name, choices) if drafted.changes else ()
    trial = msgspec.structs.replace(
        made,
        changes=tuple(change for each in (drafted, *below) for change in each.changes),
        canaries=tuple(canary for each in (drafted, *below) for canary in each.canaries),
    )
    seen = preview(trial, lineage.sessions, made.cut_off.expected(survey.as_of), targets=made.targets)
    return Outlook(
        rung=one.name,
        cut=tuple(j.session_id for j in seen.judgements if j.is_live and j.verdict is Verdict.CUT),
        unsure=tuple(j.session_id for j in seen.judgements if j.is_live and j.verdict is Verdict.UNSURE),
        bystanders=tuple(j.session_id for j in seen.bystanders),
        remains=one.remains if drafted.changes else f"not possible here: {drafted.why_not or f'it needs {one.needs}'}",
        chosen=one.name == made.rung and bool(drafted.changes),
        is_possible=bool(drafted.changes),
    )
