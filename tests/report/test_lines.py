"""Every report keeps to its width, and shows nothing of an attacker's raw."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import ACCOUNT, START
from tests.report.hostile import TEXTS, WIDTHS, faults
from tests.steps.made import CHILD_NAME, KEITH, ROLE_ID, WHOLE_ROLE, scene
from unassume.iam.lint import Finding
from unassume.means.mark import document
from unassume.model.evidence import Evidence, Proof, Wait
from unassume.model.lineages import Lineage
from unassume.model.plans import Change, CutOff, Gap, Outlook, Plan, WayBack
from unassume.model.previews import Judgement, Preview, Verdict
from unassume.model.receipts import Begun, Receipt
from unassume.model.selectors import SessionNameSelector
from unassume.model.sessions import Issuer, Session
from unassume.model.sightings import Coverage, RegionRead
from unassume.model.slots import RoleInlinePolicy
from unassume.model.surveys import RoleSubject
from unassume.report.lineage import lineage_lines
from unassume.report.lint import finding_lines
from unassume.report.plan import change_lines, plan_lines, preview_lines, tally
from unassume.report.proof import evidence_lines, receipt_lines
from unassume.report.times import time_left

REPLACE = msgspec.structs.replace
SLOTS = st.builds(RoleInlinePolicy, account=TEXTS, role=TEXTS, policy=TEXTS)
SESSIONS = st.builds(
    Session, id=TEXTS, account=TEXTS, principal_arn=st.just(f"arn:aws:sts::{ACCOUNT}:assumed-role/R/x"),
    principal_id=TEXTS, session_name=TEXTS, issued_at=st.none() | st.just(START), expires_at=st.just(START),
    expiry_is=st.just("issued"), origin=TEXTS, source_identity=st.none() | TEXTS,
    parent=st.none() | st.builds(Issuer, kind=TEXTS, arn=TEXTS), addresses=st.lists(TEXTS, max_size=2).map(tuple),
    user_agents=st.lists(TEXTS, max_size=2).map(tuple), live=st.none() | st.booleans(),
)  # fmt: skip
COVERAGES = st.builds(
    Coverage, source=TEXTS, as_of=st.just(START), since=st.just(START), gaps=st.lists(TEXTS, max_size=2).map(tuple),
    regions=st.lists(
        st.builds(RegionRead, account=TEXTS, region=TEXTS, state=st.sampled_from(["read", "refused"]), reason=TEXTS),
        max_size=3,
    ).map(tuple),
)  # fmt: skip
few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    """A lineage in which everything a log says is hostile."""
    seen = draw(st.lists(SESSIONS, max_size=3, unique_by=lambda one: one.id))
    return Lineage(
        lead=KEITH, holders=draw(st.dictionaries(TEXTS, st.builds(RoleSubject, account=TEXTS, name=TEXTS), max_size=2)),
        sessions=tuple(seen), leaked=tuple(one.id for one in seen[:1]), descendants=tuple(one.id for one in seen[1:2]),
        made=(), coverage=draw(COVERAGES), seen_in_trail=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan in which every text is hostile, as a plan file may be."""
    made = scene().planned()
    statement = {"Sid": draw(TEXTS), "Condition": {draw(TEXTS): {draw(TEXTS): draw(TEXTS)}}}
    change = REPLACE(made.changes[0], slot=draw(SLOTS), after=json.dumps({"Statement": [statement]}))
    return REPLACE(
        made, assumed=draw(TEXTS), changes=(change,), sessions=tuple(draw(st.lists(SESSIONS, max_size=2))),
        gaps=tuple(draw(st.lists(st.builds(Gap, what=TEXTS, why=TEXTS, blocks_containment=st.booleans()), max_size=2))),
        ways_back=tuple(draw(st.lists(st.builds(WayBack, what=TEXTS, closed_by=TEXTS), max_size=2))),
        outlooks=tuple(
            draw(
                st.lists(
                    st.builds(
                        Outlook, rung=st.just("session-name"), cut=st.just(()), unsure=st.just(()),
                        bystanders=st.just(()), remains=TEXTS,
                    ),
                    max_size=2,
                )
            )
        ),
        undoes=draw(TEXTS), cut_off=draw(st.sampled_from([CutOff(), CutOff(at=START)])),
    )  # fmt: skip


PROOFS = st.builds(
    Proof, name=st.sampled_from(["policies-stand", "enforced", "trail-caught-up", "nothing-left"]),
    is_met=st.booleans(), at=st.none() | st.just(START), detail=TEXTS, may_come=st.booleans(),
)  # fmt: skip
EVIDENCE = st.builds(
    Evidence, receipt_id=TEXTS, checked_at=st.just(START), cut_off=st.just(START),
    proofs=st.lists(PROOFS, max_size=4).map(tuple), later_cut_off=st.none() | st.just(START),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
)  # fmt: skip


@few
@given(lineage=lineages(), width=WIDTHS)
def test_a_lineage(lineage: Lineage, width: int) -> None:
    """What `find` shows."""
    assert faults(lineage_lines(lineage, width), width) == []


@few
@given(plan=plans(), verdict=st.sampled_from(Verdict), reason=TEXTS, width=WIDTHS)
def test_a_plan_and_its_preview(plan: Plan, verdict: Verdict, reason: str, width: int) -> None:
    """What `plan` and `preview` show."""
    seen = Preview(
        judgements=tuple(
            Judgement(
                session_id=one.id,
                slot=plan.changes[0].slot,
                verdict=verdict,
                because=reason,
                issued_at=None,
                is_target=False,
                is_live=True,
            )
            for one in plan.sessions
        ),
        bystanders_known=True,
    )
    assert faults(plan_lines(plan, width) + preview_lines(plan, seen, width), width) == []


@few
@given(plan=plans(), receipt_id=TEXTS, purpose=st.sampled_from(["cut", "undo"]), width=WIDTHS)
def test_a_receipt(plan: Plan, receipt_id: str, purpose: str, width: int) -> None:
    """What `apply` and `undo` show."""
    begun = Begun(
        receipt_id=receipt_id, at=START, tool="", caller_arn="", cut_off=START, changes=plan.changes,
        plan=REPLACE(plan, purpose=purpose),
    )  # fmt: skip
    receipt = Receipt(id=receipt_id, begun=begun, states=("written",))
    assert faults(receipt_lines(receipt, width), width) == []


@few
@given(evidence=EVIDENCE, is_wait=st.booleans(), width=WIDTHS)
def test_evidence(evidence: Evidence, is_wait: bool, width: int) -> None:
    """What `verify` shows, and that it says contained for nothing but all four proofs."""
    found = Wait(until=START, why=("x",), evidence=evidence) if is_wait else evidence
    lines = evidence_lines(found, width)
    assert faults(lines, width) == []
    assert any(line.startswith("CONTAINED") for line in lines) is evidence.contained
    assert any(line.startswith("NOT PROVEN") for line in lines) is not evidence.contained


@few
@given(path=TEXTS, message=TEXTS, right=st.none() | TEXTS, width=WIDTHS)
def test_findings(path: str, message: str, right: str | None, width: int) -> None:
    """What `lint` says keeps to the width; the corrected document after it is to be copied, and only escaped."""
    lines = finding_lines([Finding(rule="r", path=path, message=message, severity="error")], right, width)
    said = lines[: lines.index("corrected:")] if "corrected:" in lines else lines
    assert faults(said, width) == []
    assert faults(lines, 10_000) == []


def test_the_longest_incident_fits() -> None:
    """A receipt of the longest incident's name is shown whole within 80 columns, in one piece to copy."""
    made = scene().planned()
    receipt_id = f"20261123T180000Z-{'i' * 40}-abcdef"
    begun = Begun(
        receipt_id=receipt_id, at=START, tool="", caller_arn="", cut_off=START, plan=made, changes=made.changes
    )
    lines = receipt_lines(Receipt(id=receipt_id, begun=begun, states=("written",)))
    assert faults(lines, 80) == []
    assert sum(receipt_id in line for line in lines) == 2
    assert any("WRITTEN, NOT YET PROVEN" in line for line in lines)


def test_what_is_not_cut_comes_before_what_is() -> None:
    """What is assumed and what is not cut stand above the ladder and every change."""
    set_up = scene()
    set_up.child(START - timedelta(minutes=5))
    set_up.accounts.roles.pop(CHILD_NAME)
    lines = plan_lines(set_up.planned())
    marks = ("assumed:", "NOT CUT (1)", "> session-name", "change:")
    places = [next(place for place, line in enumerate(lines) if mark in line) for mark in marks]
    assert places == sorted(places)


def test_every_name_of_a_cut_is_shown() -> None:
    """Many names share a statement; whoever approves it sees its time, and each name on a line of its own."""
    names = [f"{ROLE_ID}:{number:060}" for number in range(40)]
    slot = RoleInlinePolicy(account=ACCOUNT, role="R", policy="Unassume-x")
    text = document(tuple(SessionNameSelector(name) for name in names))
    lines = change_lines(Change(slot=slot, holder_id=ROLE_ID, before=None, after=text), 100)
    assert "is any of these 40 and DateLessThan aws:TokenIssueTime <cut-off>" in " ".join(" ".join(lines).split())
    assert [line.strip("- ") for line in lines if line.startswith("      - ")] == names


@pytest.mark.parametrize(("length", "width"), [(7, 80), (64, 80), (64, 60)])
def test_hundreds_of_names_stand_side_by_side(length: int, width: int) -> None:
    """None is left out, and none is broken where names share lines."""
    names = [f"{number:0{length}}" for number in range(500)]
    slot = RoleInlinePolicy(account=ACCOUNT, role="R", policy="Unassume-x")
    text = document(tuple(SessionNameSelector(f"{ROLE_ID}:{name}") for name in names))
    lines = change_lines(Change(slot=slot, holder_id=ROLE_ID, before=None, after=text), width)
    assert faults(lines, width) == []
    head = f"      each {ROLE_ID}: and one of"
    if length <= width - 8:
        assert [name for line in lines[lines.index(head) + 1 :] for name in line.split()] == names
    else:
        assert "".join("".join(lines).split()).endswith("".join(f"-{ROLE_ID}:{name}" for name in names))


def test_a_crowd_is_counted_and_what_alarms_is_shown_longer() -> None:
    """Of 500 cut and 1,500 spared a few stand for all; of others hit more are shown; the rest is told in numbers."""
    made, seen = _crowd(cut=500, spared=1500, hit=60)
    lines = preview_lines(made, seen)
    assert [sum(word in line for line in lines) for word in ("✂ CUT", "✓ spared")] == [8 + 40, 8]
    told = " ".join(" ".join(lines).split())
    assert "492 more leaked CUT, 20 more others CUT, 1,492 more others spared: `-o json` lists" in told
    assert "500 leaked session(s) cut; 60 bystander(s) hit" in told


def _crowd(cut: int, spared: int, hit: int) -> tuple[Plan, Preview]:
    kinds = [(True, Verdict.CUT)] * cut + [(False, Verdict.CUT)] * hit + [(False, Verdict.SPARED)] * spared
    made = scene().planned()
    one, slot = made.sessions[0], made.changes[0].slot
    names = [f"s-{number:032}" for number in range(len(kinds))]
    judged = tuple(
        Judgement(
            session_id=name, slot=slot, verdict=verdict, because="x", issued_at=START, is_target=aimed, is_live=True
        )
        for name, (aimed, verdict) in zip(names, kinds, strict=True)
    )
    sessions = tuple(REPLACE(one, id=name, session_name=name) for name in names)
    return REPLACE(made, sessions=sessions), Preview(judgements=judged, bystanders_known=True)


def test_unknown_bystanders_are_never_zero() -> None:
    """Without a readable trail the tally says unknown and gives no figure for others."""
    unknown = tally(Preview(judgements=(), bystanders_known=False))
    assert "bystanders unknown" in unknown
    assert "bystander(s) hit" not in unknown


def test_leaked_sessions_come_first_and_are_named() -> None:
    """Who leaked stands above who merely shares the role, and the expired are counted."""
    set_up = scene()
    lines = lineage_lines(set_up.found())
    rows = [line for line in lines if " s-" in line]
    assert rows[0].startswith("LEAKED")
    assert "keith" in rows[0]
    assert len(rows) == 3
    set_up.clock.at += timedelta(hours=11, minutes=5)
    assert "(2 expired not shown)" in lineage_lines(set_up.found(WHOLE_ROLE))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "expired"), (0, "expired"), (59, "0 min"), (3599, "59 min"), (3600, "1 h 00 min"), (45_240, "12 h 34 min")],
)
def test_time_left(seconds: int, shown: str) -> None:
    """What is left is rounded down, and an end that is reached is an end."""
    assert time_left(START + timedelta(seconds=seconds), START) == shown


def test_a_change_says_whom_it_denies() -> None:
    """The plan names the user id of the deny, and that its cut-off is still open."""
    made = scene().planned()
    assert any(f"StringEquals aws:userid {ROLE_ID}:keith" in line for line in plan_lines(made, 200))
    assert any("<cut-off>" in line for line in plan_lines(made, 200))
