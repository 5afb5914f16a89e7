"""plan: choose the narrowest cut the responder's word allows, say whom it hits, and name what it cannot cut.

Rule 1: never fails: what cannot be cut is a Gap.
Rule 2: unless told that one session alone leaked, nothing below the session's name is chosen.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from unassume._version import __version__
from unassume.means import role_inline_policy
from unassume.means.mark import canary_name, our_statements
from unassume.means.removal import removable
from unassume.model.leads import lead_text
from unassume.model.lineages import Lineage
from unassume.model.plans import Canary, Change, Choices, Gap, Leaked, Outlook, Plan, RungName, WayBack
from unassume.model.previews import Verdict
from unassume.model.selectors import CanarySelector, Selector
from unassume.model.sightings import RoleName
from unassume.model.surveys import Role, Survey
from unassume.rungs.ladder import LADDER, Rung, rung
from unassume.steps.preview import preview


def plan(lineage: Lineage, survey: Survey, choices: Choices) -> Plan:
    """The Changes and Gaps for one lineage under the responder's choices; nothing is read or written."""
    role = survey.roles[0] if survey.roles else None
    chosen = rung(choices.rung or _default_rung(lineage))
    selectors = chosen.selectors(lineage) if chosen else ()
    canary = _canary(role, choices, survey) if choices.canary and role and selectors else None
    changes, misfits = _changes(role, selectors, canary, choices, survey.as_of)
    made = Plan(
        tool=f"unassume {__version__}",
        purpose="cut",
        incident=choices.incident,
        created_at=survey.as_of,
        caller_arn=survey.caller.arn,
        accounts=tuple(sorted({change.slot.account for change in changes})),
        lead=lead_text(lineage.lead),
        leaked=choices.leaked,
        assumed=_assumed(choices.leaked, lineage),
        rung=choices.rung or _default_rung(lineage),
        cut_off=choices.cut_off,
        changes=changes,
        gaps=(),
        ways_back=_ways_back(lineage),
        sessions=lineage.sessions,
        targets=lineage.on_the_role,
        canary=canary,
        coverage=lineage.coverage,
        raw_events=lineage.raw_events,
    )
    outlooks = tuple(_outlook(made, one, role, lineage, survey.as_of) for one in LADDER if role)
    gaps = (*misfits, *_gaps(lineage, survey, role, selectors, made))
    return msgspec.structs.replace(made, gaps=gaps, outlooks=outlooks)


def _default_rung(lineage: Lineage) -> RungName:
    return "session-name" if lineage.leaked else "older-sessions"


def _changes(
    role: Role | None, selectors: tuple[Selector, ...], canary: Canary | None, choices: Choices, as_of: datetime
) -> tuple[tuple[Change, ...], tuple[Gap, ...]]:
    if role is None or not selectors:
        return (), ()
    ours = (*selectors, CanarySelector(canary.principal_id)) if canary else selectors
    change = role_inline_policy.change(role, ours, choices.incident, as_of.isoformat())
    why = role_inline_policy.misfit(role, change.after)
    if our_statements(change.after or "") is None:
        why = "a leaked session bears a name that AWS gives to none: it cannot be written into a policy"
    return ((), (Gap(what=f"role `{role.name}`", why=why),)) if why else ((change,), ())


def _canary(role: Role, choices: Choices, survey: Survey) -> Canary:
    name = canary_name(choices.incident, f"{role.id} {survey.as_of.isoformat()}")
    return Canary(
        role=RoleName(account=role.account, name=role.name),
        role_arn=role.arn,
        session_name=name,
        principal_id=f"{role.id}:{name}",
    )


def _outlook(made: Plan, one: Rung, role: Role | None, lineage: Lineage, as_of: datetime) -> Outlook:
    """Whom one rung would hit, judged on the text it would write."""
    assert role is not None
    selectors = one.selectors(lineage)
    changes, _ = _changes(role, selectors, None, Choices(incident=made.incident), as_of)
    trial = msgspec.structs.replace(made, changes=changes)
    seen = preview(trial, lineage.sessions, made.cut_off.expected(as_of), targets=lineage.on_the_role)
    return Outlook(
        rung=one.name,
        cut=tuple(j.session_id for j in seen.judgements if j.is_live and j.verdict is Verdict.CUT),
        unsure=tuple(j.session_id for j in seen.judgements if j.is_live and j.verdict is Verdict.UNSURE),
        bystanders=tuple(j.session_id for j in seen.bystanders),
        remains=one.remains,
        chosen=one.name == made.rung and bool(changes),
    )


def _assumed(leaked: Leaked, lineage: Lineage) -> str:
    names = sorted({lineage.session(one).session_name for one in lineage.leaked})
    if not names:
        return "nobody said which session leaked: every session of the role up to the cut-off counts as leaked"
    shown = ", ".join(f"`{name}`" for name in names)
    match leaked:
        case "unknown":
            return f"nobody said what leaked: every session named {shown} up to the cut-off counts as leaked"
        case "session":
            return f"one session of {shown} leaked: the narrowest cut of this release is its name"
        case "person":
            return f"everything of one person leaked: known here only by the name {shown}"
        case "workload":
            return f"a workload's session {shown} leaked: cutting it cuts the workload too, until it renews"


def _ways_back(lineage: Lineage) -> tuple[WayBack, ...]:
    issuers = {
        session.parent.arn or session.parent.principal_id or session.parent.kind
        for session in (lineage.session(one) for one in lineage.leaked)
        if session.parent is not None
    }
    return tuple(
        WayBack(
            what=f"{issuer} can assume the role again",
            closed_by="rotate or disable that principal's own credentials if they may have leaked too",
        )
        for issuer in sorted(issuers)
    )


def _gaps(
    lineage: Lineage, survey: Survey, role: Role | None, selectors: tuple[Selector, ...], made: Plan
) -> tuple[Gap, ...]:
    return (
        *(Gap(what="survey", why=gap) for gap in survey.gaps),
        *_unplanned(lineage, role, selectors, made),
        *_uncut_descendants(lineage),
        *(
            Gap(what=f"role `{role.name}`", why=why, judged_anew=True)
            for role in survey.roles
            for why in removable(role)
        ),
        *(Gap(what="trail", why=gap, blocks_containment=False) for gap in lineage.coverage.gaps),
    )


def _unplanned(lineage: Lineage, role: Role | None, selectors: tuple[Selector, ...], made: Plan) -> tuple[Gap, ...]:
    if lineage.role is None:
        return (Gap(what=made.lead, why="the lead leads to no role we can see"),)
    gaps = []
    if role is not None and not selectors:
        gaps.append(Gap(what=made.rung, why="this rung needs a session to cut, or is not in this release"))
    if not lineage.seen_in_trail:
        why = "no event shows it yet: it is cut by name, its issue time and expiry are not known"
        gaps.append(Gap(what=made.lead, why=why, blocks_containment=False))
    if not lineage.coverage.readable:
        gaps.append(
            Gap(what="bystanders", why="no trail could be read: who else is on the role is unknown", judged_anew=True)
        )
    return tuple(gaps)


def _uncut_descendants(lineage: Lineage) -> tuple[Gap, ...]:
    sessions = [lineage.session(one) for one in lineage.descendants]
    return tuple(
        Gap(
            what=f"session `{session.session_name}` of role `{session.role_name}` in {session.account}",
            why="issued by a leaked session, of another role: not cut by this plan, cut that role as well",
            session_id=session.id,
            judged_anew=True,
        )
        for session in sessions
        if session.live is not False and session.role_id != lineage.role_id
    )
