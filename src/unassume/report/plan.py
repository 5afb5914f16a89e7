"""A plan and its preview in words: what is assumed and what is not cut come first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from unassume.means.trust import our_trust
from unassume.model.leads import describe_lead, parse_lead
from unassume.model.plans import CUT_OFF, HOLD_RUNGS, Change, Outlook, Plan
from unassume.model.previews import Judgement, Preview, Verdict
from unassume.model.sessions import Session
from unassume.model.slots import AccessKeyStatus, RoleTrustStatement
from unassume.model.surveys import UserSubject
from unassume.report.crowds import SOME, Kind, Row, shortened
from unassume.report.escape import escape
from unassume.report.lineage import holder, unseen_lines
from unassume.report.preflight import lacking_lines
from unassume.report.table import paragraph, table
from unassume.report.times import clock_time

_WORDS = {Verdict.CUT: "✂ CUT", Verdict.SPARED: "✓ spared", Verdict.UNSURE: "? UNSURE"}


_BESIDE = " " * 8


def plan_lines(plan: Plan, width: int = 80) -> list[str]:
    """The whole plan: what is assumed and not cut first, what no trail shows last."""
    lines = _head_lines(plan, width)
    if plan.outlooks:
        lines += ["", *_ladder(plan, width), ""]
    lines += _way_back_lines(plan, width)
    if plan.reach and plan.purpose == "cut":
        where = " from elsewhere" if plan.rung == "elsewhere" else ""
        lines += paragraph(f"{', '.join(plan.reach)}; cannot{where} once cut", width, "could: ")
    lines += _write_lines(plan, width)
    return [*lines, *unseen_lines(plan.coverage, width)] if plan.coverage else lines


def brief_lines(plan: Plan, width: int = 80) -> list[str]:
    """What a person should read once more before saying yes: the plan without what it was chosen from."""
    return [*_head_lines(plan, width), *_write_lines(plan, width)]


def gap_lines(plan: Plan, width: int = 80) -> list[str]:
    """What the plan does not cut, and what else to know of it; nothing at all when it leaves nothing."""
    real = [gap for gap in plan.gaps if gap.blocks_containment]
    lines = [f"NOT CUT ({len(real)}):"] if real else []
    for gap in real:
        lines += paragraph(f"{gap.what}: {gap.why}", width, "  ! ")
    for gap in plan.gaps:
        if not gap.blocks_containment:
            lines += paragraph(f"{gap.what}: {gap.why}", width, "  - ")
    return lines


def change_lines(change: Change, width: int = 80) -> list[str]:
    """What will be written where, statement by statement."""
    if isinstance(change.slot, AccessKeyStatus):
        return paragraph(f"set the {change.slot.label} to {change.after}, for whoever uses it", width, "change: ")
    verb = "delete" if change.after is None else "write"
    if isinstance(change.slot, RoleTrustStatement):
        return _trust_lines(change, verb, width)
    lines = paragraph(f"{verb} the {change.slot.label}", width, "change: ")
    text = change.after if change.after is not None else change.before
    for statement in json.loads(text or "{}").get("Statement", []):
        told = [
            (operator, key, value)
            for operator, keys in statement.get("Condition", {}).items()
            for key, value in keys.items()
        ]
        conditions = [f"{operator} {key} {_told(value)}" for operator, key, value in told]
        when = f"if {' and '.join(conditions)}" if conditions else "for everybody on it, until it is undone"
        lines += paragraph(f"Deny * on * {when}", width, "    ")
        for names in (value for _, _, value in told if isinstance(value, list)):
            lines += _name_lines(names, width)
    return lines


def _trust_lines(change: Change, verb: str, width: int) -> list[str]:
    lines = paragraph(f"{verb} the {change.slot.label}", width, "change: ")
    ours = our_trust(change.after or change.before or "")
    if ours is None:
        return lines
    lines += paragraph(f"Deny {ours.call} by {ours.provider} to whoever it calls", width, "    ")
    for subject in ours.subjects:
        lines += paragraph(escape(subject, 255), width, "      - ")
    return lines


def _name_lines(names: list[str], width: int) -> list[str]:
    """Each name on a line; dozens of one role side by side, for blanks stand in none of them."""
    ids, short = {name.partition(":")[0] for name in names}, [name.partition(":")[2] for name in names]
    longest = max(map(len, short))
    is_plain = all(escape(name) == name and " " not in name for name in names)
    if len(names) <= SOME or len(ids) > 1 or not is_plain or longest > width - len(_BESIDE):
        return [line for name in names for line in paragraph(name, width, "      - ")]
    abreast = (width - len(_BESIDE)) // (longest + 2) or 1
    rows = [short[start : start + abreast] for start in range(0, len(short), abreast)]
    beside = (_BESIDE + "  ".join(name.ljust(longest) for name in row) for row in rows)
    return [*paragraph(f"each {ids.pop()}: and one of", width, "      "), *(line.rstrip() for line in beside)]


def _told(value: str | list[str]) -> str:
    """INVARIANT: whoever approves sees every name: a list is never cut short, so it stands below, a name a line."""
    if isinstance(value, list):
        return f"is any of these {len(value)}"
    return "<cut-off>" if value == CUT_OFF else value


def preview_lines(plan: Plan, preview: Preview, width: int = 80) -> list[str]:
    """Session by session: cut, spared or unsure, and why; of hundreds of one word the first, and a count."""
    sessions = {session.id: session for session in plan.sessions}
    rows: list[tuple[Kind, Row]] = []
    for judgement in sorted(preview.judgements, key=lambda judgement: _order(judgement, sessions)):
        session = sessions.get(judgement.session_id)
        if session is None or not judgement.is_live:
            continue
        who = f"{escape(session.session_name, 40)}" + (
            "" if judgement.is_target else f" ({escape(holder(session), 30)})"
        )
        rows.append(
            (_kind(judgement), (_WORDS[judgement.verdict], session.short_id, who, last_seen(session), judgement.reason))
        )
    shown, left_out = shortened(rows)
    lines = table(("", "session", "name", "last", "because"), shown, width) if rows else ["no live session is touched"]
    lines += paragraph(left_out[0], width, "... ") if left_out else []
    return [*lines, *paragraph(tally(preview), width, "hit: "), *_button_lines(preview, width)]


def last_seen(session: Session) -> str:
    """The minute of its last call, as far as that was looked up."""
    return "-" if session.last_seen is None else f"{session.last_seen:%H:%MZ}"


def _kind(judgement: Judgement) -> Kind:
    """What the judgement says of leaked sessions, or of others."""
    word = _WORDS[judgement.verdict].partition(" ")[2]
    if judgement.is_target:
        return Kind(f"leaked {word}", judgement.verdict is Verdict.CUT)
    return Kind(f"others {word}", judgement.verdict is Verdict.SPARED)


def _button_lines(preview: Preview, width: int) -> list[str]:
    """What AWS's own revocation would do instead, where anybody but the leaked is on the roles."""
    others = preview.by_button
    if not any(judgement.is_on_role for judgement in preview.judgements):
        return []
    known = "" if preview.bystanders_known else ", as far as is known"
    told = f"would cut {len(others)} live session(s) of others as well{known}, until they assume the role again"
    return paragraph(told, width, "AWS's revoke button: ")


def preview_fields(preview: Preview) -> dict[str, object]:
    """A preview as its JSON document holds it: each judgement with its reason in words."""
    judgements = [
        {
            "session_id": one.session_id, "slot": one.slot, "verdict": one.verdict, "reason": one.reason,
            "is_target": one.is_target, "is_live": one.is_live,
        }
        for one in preview.judgements
    ]  # fmt: skip
    return {
        "judgements": judgements,
        "bystanders_known": preview.bystanders_known,
        "sharers": preview.sharers,
        "by_button": len(preview.by_button),
    }


def tally(preview: Preview) -> str:
    """How many are cut and how many others would be hit; `bystanders unknown` where nobody can say."""
    targets = [j for j in preview.judgements if j.is_target and j.is_live]
    cut = sum(j.verdict is Verdict.CUT for j in targets)
    unsure = sum(j.verdict is Verdict.UNSURE for j in targets)
    words = f"{cut} leaked session(s) cut" + (f", {unsure} unsure" if unsure else "")
    if not preview.bystanders_known:
        return f"{words}; bystanders unknown"
    spared = sum(j.verdict is Verdict.SPARED and not j.is_target and j.is_live for j in preview.judgements)
    hit = f"{len(preview.bystanders)} bystander(s) hit, as far as the trail shows"
    shared = f"; {preview.sharers} of them issued to somebody else under the same name" if preview.sharers else ""
    return f"{words}{shared}; {hit}; {spared} other session(s) keep working"


def _head_lines(plan: Plan, width: int) -> list[str]:
    lead = paragraph(describe_lead(parse_lead(plan.lead)), width, "lead: ")
    return [*paragraph(plan.assumed, width, "assumed: "), *gap_lines(plan, width), *lacking_lines(plan, width), *lead]


def _write_lines(plan: Plan, width: int) -> list[str]:
    lines = [line for change in plan.changes for line in change_lines(change, width)]
    if plan.purpose == "cut" and plan.changes:
        lines += paragraph(_cut_off_words(plan), width, "cut-off: ")
    return lines


def _order(judgement: Judgement, sessions: Mapping[str, Session]) -> tuple[bool, str, str, str]:
    session = sessions.get(judgement.session_id)
    name = session.session_name if session else ""
    return (not judgement.is_target, judgement.verdict.value, name, judgement.session_id)


def _ladder(plan: Plan, width: int) -> list[str]:
    rows = [_rung_row(outlook) for outlook in plan.outlooks]
    return table(("rung", "cuts", "others hit", "what the thief can still do"), rows, width)


def _rung_row(outlook: Outlook) -> tuple[str, str, str, str]:
    name = f"> {outlook.rung}" if outlook.chosen else f"  {outlook.rung}"
    if not outlook.is_possible:
        return (name, "-", "-", outlook.remains)
    cut = f"{len(outlook.cut)}" + (f" +{len(outlook.unsure)}?" if outlook.unsure else "")
    return (name, cut, str(len(outlook.bystanders)), outlook.remains)


def _way_back_lines(plan: Plan, width: int) -> list[str]:
    lines: list[str] = []
    for way in plan.ways_back:
        lines += paragraph(f"{way.what}; {way.closed_by}", width, "way back: ")
    return lines


def _cut_off_words(plan: Plan) -> str:
    if plan.rung in (*HOLD_RUNGS, "elsewhere") and not plan.has_cut_off:
        return f"none: {'a hold' if plan.rung in HOLD_RUNGS else 'a cut by place'} lasts until it is undone"
    if not plan.has_cut_off:
        return "none: only what was issued in the seconds named is cut, now and later"
    if plan.cut_off.at is not None:
        return f"{clock_time(plan.cut_off.at)}, pinned"
    return f"AWS's clock at apply + {plan.cut_off.margin_seconds} s; {_again(plan)} only after it"


def bound_words(plan: Plan, cut_off: datetime) -> str:
    """The cut-off once it is bound, for the people who have to come back."""
    if not plan.has_cut_off:
        return f"cut-off {_cut_off_words(plan)}"
    return (
        f"cut-off {clock_time(cut_off)}: {_again(plan)} after it, clear ~/.aws/cli/cache, and restart what "
        "keeps credentials (SDKs renew theirs only minutes before they expire)"
    )


def _again(plan: Plan) -> str:
    """What brings the people hit back."""
    kinds = {type(change.slot.subject) for change in plan.changes}
    return "take a new token" if kinds == {UserSubject} else "assume the role again"
