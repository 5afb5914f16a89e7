"""What a plan says beside its changes: what it assumes, how the thief could come back, and what it does not cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from unassume.means import access_key
from unassume.means.closing import of_the_shut_out
from unassume.means.removal import removable
from unassume.model.leads import SeveralLeads, describe_lead, lead_text
from unassume.model.lineages import Lineage
from unassume.model.plans import Choices, Gap, Leaked, Plan, RungName, of_policies
from unassume.model.selectors import ElsewhereSelector, PersonSelector, Selector
from unassume.model.sessions import Session
from unassume.model.slots import AccessKeyStatus
from unassume.model.surveys import Survey, Surveyed, User
from unassume.rungs.by_key import WHY_NOT_CUT, issued_by_key
from unassume.rungs.ladder import rung
from unassume.steps.preflight import preflight
from unassume.steps.ways_back import open_doors

_SHOWN = 5


def assumed(lineage: Lineage, leaked: Leaked, chosen: RungName, persons: tuple[PersonSelector, ...]) -> str:
    """What the plan takes for leaked, in a sentence: the first thing it says."""
    names = sorted({lineage.session(one).session_name for one in lineage.leaked})
    if not names:
        return "nobody said which session leaked: every session of it up to the cut-off counts as leaked"
    shown = _some(names)
    marks = ", ".join(f"{person.key} `{person.value}`" for person in persons)
    match leaked:
        case "unknown":
            return f"nobody said what leaked: every session named {shown} up to the cut-off counts as leaked"
        case "session" if chosen == "issuance":
            return f"one session of {shown} leaked, and what it issued: later ones of the name are left alone"
        case "session" if chosen == "elsewhere":
            return f"one session of {shown} leaked: cut outside its places, whenever issued"
        case "session":
            return f"one session of {shown} leaked: cut by its name all the same{_why_wider(lineage)}"
        case "person" if chosen == "person":
            return f"everything of the person behind {shown} leaked: {marks}"
        case "person":
            return f"everything of one person leaked: known here only by the name {shown}"
        case "workload" if chosen == "elsewhere":
            return f"a workload's session {shown} leaked: it is left alone within its places, and cut outside them"
        case "workload":
            return f"a workload's session {shown} leaked: cutting it cuts the workload too, until it renews"


def _some(names: list[str]) -> str:
    """A few of the names, and how many more; the changes of a plan show each of them."""
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} others"


def _why_wider(lineage: Lineage) -> str:
    return "" if lineage.coverage.is_complete else ", for the trail was not read whole"


def gaps(
    lineage: Lineage, survey: Survey, holders: list[Surveyed], made: Plan, choices: Choices,
    not_below: Mapping[str, str],
) -> tuple[Gap, ...]:  # fmt: skip
    """Everything the plan does not cut or cannot know, and why; `not_below` says why of roles below, by their ids."""
    written = {*(change.holder_id for change in made.changes), *lineage.holders}
    selectors = {one.id: rung(made.rung).selectors(lineage, one.id, choices) for one in holders}
    return (
        *(Gap(what="survey", why=gap) for gap in survey.gaps),
        *_unplanned(lineage, selectors, made),
        *_uncut_descendants(lineage, survey, written, not_below),
        *(
            Gap(what=one.subject.label, why=why, judged_anew=True)
            for one in survey.holders
            if one.id in written
            for why in removable(one, (each.slot for each in of_policies(made.changes) if each.holder_id == one.id))
        ),
        *(gap for one in holders for gap in _open_keys(one, made)),
        *_by_key(lineage, made),
        *_of_the_shut_out(lineage, made),
        *_places(lineage, tuple(one for each in selectors.values() for one in each), made),
        *open_doors((one for one in survey.holders if one.id in written), made.rung),
        *(note for one in survey.holders if one.id in written for note in preflight(one)),
        *(Gap(what="trail", why=gap, blocks_containment=False) for gap in lineage.coverage.gaps),
    )


def _unplanned(lineage: Lineage, selectors: Mapping[str, tuple[Selector, ...]], made: Plan) -> tuple[Gap, ...]:
    if not lineage.holders:
        return (Gap(what=_told(lineage), why="the lead leads to no role we can see"),)
    gaps = []
    if none := [id_ for id_, found in selectors.items() if not found]:
        on = f" on {lineage.holders[none[0]].label}" if len(selectors) > 1 else ""
        gaps.append(Gap(what=made.rung, why=f"this rung needs {rung(made.rung).needs}{on}"))
    if not lineage.seen_in_trail:
        why = "no event shows it yet: it is cut by name, its issue time and expiry are not known"
        gaps.append(Gap(what=_told(lineage), why=why, blocks_containment=False))
    if made.rung == "issuance":
        why = "only the leaked session's own refusal proves a cut by issue time, a canary does not (see `--rung`)"
        gaps.append(Gap(what="proof", why=why, blocks_containment=False))
    if not lineage.coverage.readable:
        gaps.append(
            Gap(what="bystanders", why="no trail could be read: who else is on the role is unknown", judged_anew=True)
        )
    return tuple(gaps)


def _open_keys(holder: Surveyed, made: Plan) -> tuple[Gap, ...]:
    """The keys behind a user's tokens that stay active: what leaked may be the key, unless the responder says not."""
    if not isinstance(holder, User):
        return ()
    sessions = [one for one in made.sessions if one.id in made.targets]
    cut = {change.slot.key_id for change in made.changes if isinstance(change.slot, AccessKeyStatus)}
    return tuple(
        Gap(
            what=f"key {key_id}",
            why=access_key.WHY_OPEN,
            judged_anew=True,
            blocks_containment=made.leaked != "session",
        )
        for key_id in access_key.behind(holder, sessions)
        if key_id not in cut
    )


def _by_key(lineage: Lineage, made: Plan) -> tuple[Gap, ...]:
    """What the key behind a token issued beside it: as likely the thief's as the user's own."""
    targets = [one for one in made.sessions if one.id in made.targets]
    return tuple(
        Gap(
            what=f"session `{one.session_name}` of {one.holder.label}",
            why=WHY_NOT_CUT,
            session_id=one.id,
            judged_anew=True,
        )
        for one in issued_by_key(lineage, targets, made.leaked)
    )


def _of_the_shut_out(lineage: Lineage, made: Plan) -> tuple[Gap, ...]:
    """What he who is shut out began under other names: his identity leaked, so these are as likely the thief's."""
    others = (one for one in lineage.sessions if one.id not in made.targets)
    return tuple(
        Gap(
            what=f"session `{one.session_name}` of {one.holder.label}",
            why="begun by whom the trust is to shut out, and not cut by this plan: give it as a lead too",
            session_id=one.id,
            judged_anew=True,
        )
        for one in of_the_shut_out(others, made.changes)
    )


def _places(lineage: Lineage, selectors: tuple[Selector, ...], made: Plan) -> tuple[Gap, ...]:
    """What a cut by place leaves: whoever sits within the places, and what it takes from a workload outside them."""
    elsewhere = [one for one in selectors if isinstance(one, ElsewhereSelector)]
    if not elsewhere:
        return ()
    first, names = elsewhere[0], {one.principal_id for one in elsewhere}
    seen = {address for one in lineage.sessions if one.principal_id in names for address in one.addresses}
    outside = sorted(address for address in seen if not first.is_inside(address))
    within = "a thief behind the same NAT or in the same VPC goes on; `--leaked session` says that the host is sound"
    notes = [Gap(what="within the places", why=within, blocks_containment=made.leaked != "session")]
    if outside:
        why = f"calls were seen from {_some(outside)}: they will be refused"
        notes.append(Gap(what="outside the places", why=why, blocks_containment=False))
    if not first.vpcs:
        why = "calls through a VPC endpoint bring no address and will be refused, the workload's own too: give `--vpc`"
        notes.append(Gap(what="VPC endpoints", why=why, blocks_containment=False))
    return tuple(notes)


def _told(lineage: Lineage) -> str:
    """The lead as it was given; of several how many there are."""
    several = isinstance(lineage.lead, SeveralLeads)
    return describe_lead(lineage.lead) if several else lead_text(lineage.lead)


def _uncut_descendants(
    lineage: Lineage, survey: Survey, written: Collection[str | None], not_below: Mapping[str, str]
) -> tuple[Gap, ...]:
    sessions = [lineage.session(one) for one in lineage.descendants]
    return tuple(
        Gap(
            what=f"session `{session.session_name}` of role `{session.holder_name}` in {session.account}",
            why=f"issued by a leaked session, of another role: not cut by this plan{_but(session, survey, not_below)}",
            session_id=session.id,
            judged_anew=True,
        )
        for session in sessions
        if session.live is not False and session.holder_id not in written
    )


def _but(session: Session, survey: Survey, not_below: Mapping[str, str]) -> str:
    if session.account not in survey.in_reach:
        return f"; plan it with credentials of account {session.account}, or name it in --accounts"
    if session.holder_id in not_below:
        return f": {not_below[session.holder_id]}"
    if all(one.id != session.holder_id for one in survey.holders):
        return ": its role is gone or could not be read"
    return ", cut that role as well"
