"""The guards: what apply refuses, what lifts it, and which plan files it will not touch at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes import ACCOUNT, START
from tests.steps.made import EVERYTHING, FOREIGN, KEITH, KEYS, ROLE_ID, ROLE_NAME, WORK, issuance, scene
from unassume.errors import RefusedError
from unassume.means.mark import bind, document
from unassume.model.leads import KeyLead, Lead
from unassume.model.plans import CutOff, Plan, RungName
from unassume.model.previews import Preview
from unassume.model.selectors import IssuanceSelector
from unassume.model.sightings import Identity
from unassume.model.slots import RoleInlinePolicy
from unassume.model.surveys import Caller, RoleSubject
from unassume.steps.checks import check_cut_off, check_plan
from unassume.steps.guards import Consent, Objection, insist, objections
from unassume.steps.preview import preview

REPLACE = msgspec.structs.replace
WIDE_WINDOW = IssuanceSelector(f"{ROLE_ID}:keith", START, START + timedelta(seconds=9))


def own_session(name: str) -> Caller:
    """A responder who stands on the very role, under that session name."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE_NAME}/{name}"
    return Caller(account=ACCOUNT, arn=arn, user_id=f"{ROLE_ID}:{name}", role_name=ROLE_NAME)


def raised(
    rung: RungName | None = None, *, caller: Caller | None = None, readable: bool = True, role: str = ROLE_NAME
) -> tuple[Objection, ...]:
    """The objections to a cut of Keith's session as of now."""
    set_up = scene()
    set_up.trail.is_unreadable = not readable
    made = set_up.planned(rung=rung)
    lineage = set_up.found()
    seen = preview(made, lineage.sessions, START, targets=lineage.on_the_holders)
    if role != ROLE_NAME:
        slots = [REPLACE(change, slot=REPLACE(change.slot, role=role)) for change in made.changes]
        made = REPLACE(made, changes=tuple(slots))
    return objections(made, seen, [caller or set_up.accounts.who], made.cut_off.expected(START), START)


def reopening(until_hours: float = 36) -> tuple[Objection, ...]:
    """The objections to taking back a cut so many hours before it is no longer needed."""
    set_up = scene()
    made = set_up.planned()
    text = (made.changes[0].after or "").replace("UNASSUME-UNTIL", "20261125T060000Z")
    text = text.replace("UNASSUME-CUT-OFF", "2026-11-23T18:00:00Z")
    undoing = REPLACE(made, purpose="undo", changes=(REPLACE(made.changes[0], before=text, after=None),))
    now = START + timedelta(hours=36 - until_hours)
    nobody = Preview(judgements=(), bystanders_known=True)
    return objections(undoing, nobody, [set_up.accounts.who], now, now)


def is_refused(found: tuple[Objection, ...], consent: Consent) -> str | None:
    """The guard that refuses, or None."""
    try:
        insist(found, consent)
    except RefusedError as error:
        return error.facts["guard"]
    return None


CASES: dict[str, tuple[Callable[[], tuple[Objection, ...]], Consent]] = {
    "bystanders": (lambda: raised("older-sessions"), Consent(max_bystanders=2, confirmed=frozenset({ROLE_NAME}))),
    "bystanders unknown": (lambda: raised(readable=False), Consent(max_bystanders=None)),
    "name": (lambda: raised("older-sessions"), Consent(max_bystanders=2, confirmed=frozenset({ROLE_NAME}))),
    "protected": (
        lambda: raised(role="OrganizationAccountAccessRole"),
        Consent(protected=frozenset({"OrganizationAccountAccessRole"})),
    ),
    "reopen": (reopening, Consent(reopen=True)),
}
WITHOUT: dict[str, dict[str, object]] = {
    "bystanders": {"max_bystanders": 1},
    "bystanders unknown": {"max_bystanders": 1000},
    "name": {"confirmed": frozenset({"SomeOtherRole"})},
    "protected": {"protected": frozenset({"SomeOtherRole"})},
    "reopen": {"reopen": False},
}


@pytest.mark.parametrize("case", CASES)
def test_a_guard_is_lifted_by_its_own_flag_alone(case: str) -> None:
    """With its flag the guard is silent; with every other flag and not its own, it refuses and says which flag."""
    found, consent = CASES[case][0](), CASES[case][1]
    guard = case.partition(" ")[0]
    assert guard in [objection.guard for objection in found]
    assert is_refused(found, consent) is None
    others = {**vars(EVERYTHING), "confirmed": consent.confirmed, "protected": consent.protected, **WITHOUT[case]}
    assert is_refused(found, Consent(**others)) == guard
    with pytest.raises(RefusedError) as caught:
        insist(found, Consent(**others))
    assert "--" in caught.value.hint


@pytest.mark.parametrize("case", CASES)
def test_a_person_may_lift_a_guard(case: str) -> None:
    """Without flags each guard asks once, and a yes to all lifts them."""
    asked: list[str] = []

    def yes(objection: Objection) -> bool:
        asked.append(objection.guard)
        return True

    assert is_refused(CASES[case][0](), Consent(ask=yes)) is None
    assert case.partition(" ")[0] in asked


@pytest.mark.parametrize(("rung", "name"), [("session-name", "keith"), ("older-sessions", "me")])
def test_our_own_session_is_never_cut(rung: RungName, name: str) -> None:
    """A cut that could match the responder's own session is refused, whatever he agrees to."""
    found = raised(rung, caller=own_session(name))
    assert found[0].guard == "own-session"
    agreed = Consent(**{**vars(EVERYTHING), "ask": lambda _: True})
    assert is_refused(found, agreed) == "own-session"


def test_standing_on_the_holder_under_another_name_is_no_harm() -> None:
    """The responder may cut one name of the role he stands on himself."""
    assert raised("session-name", caller=own_session("me")) == ()


@pytest.mark.parametrize(
    "role",
    [
        "OrganizationAccountAccessRole", "AWSControlTowerExecution", "AWSCloudFormationStackSetExecutionRole",
        "stacksets-exec-0123", "prod-BreakGlass", "break-glass", "eks-NodeInstanceRole-1A", "my-nodegroup-role",
    ],
)  # fmt: skip
def test_roles_an_account_is_rescued_by_are_protected(role: str) -> None:
    """Such a role is cut only when it is named on purpose."""
    assert [objection.guard for objection in raised(role=role)] == ["protected"]


def test_a_narrow_cut_needs_no_consent() -> None:
    """One name, nobody else hit, an ordinary role: nothing to ask."""
    assert raised() == ()


def test_reopening_is_asked_only_while_a_session_may_live() -> None:
    """After the statement's own expiry undo needs no consent."""
    assert [objection.guard for objection in reopening(1)] == ["reopen"]
    assert reopening(0) == ()


def plan_with(**more: object) -> Plan:
    """A sound plan with any of its fields replaced."""
    return REPLACE(scene().planned(), **more)


def change_with(**more: object) -> Plan:
    made = scene().planned()
    return REPLACE(made, changes=(REPLACE(made.changes[0], **more),))


def edited(old: str, new: str) -> Plan:
    """A plan whose text somebody edited."""
    text = scene().planned().changes[0].after or ""
    assert old in text
    return change_with(after=text.replace(old, new))


def canary_with(**more: object) -> Plan:
    made = scene().planned()
    (canary,) = made.canaries
    return REPLACE(made, canaries=(REPLACE(canary, **more),))


def with_statement(effect: str) -> Plan:
    read = json.loads(scene().planned().changes[0].after or "")
    read["Statement"].append({"Sid": "More", "Effect": effect, "Action": "*", "Resource": "*"})
    return change_with(after=json.dumps(read))


def undoing(**more: Any) -> Plan:
    """A plan that takes our bound policy back, with fields of the plan or its change replaced."""
    made = scene().planned()
    whole = {"purpose": "undo", "undoes": more.pop("undoes", "r-1"), "canaries": ()}
    change = REPLACE(made.changes[0], **{"before": bound_text(), "after": None, **more})
    return REPLACE(made, changes=(change,), **whole)


def bound_text() -> str:
    """Our policy as it stands once it was applied."""
    return bind(scene().planned().changes[0].after, START) or ""


def canary_and_template() -> str:
    """Our policy as a plan has it, its cut-off open."""
    return scene().planned().changes[0].after or ""


def canary_alone() -> str:
    """Our policy with the deny of the leaked session taken out: the canary would be refused as before."""
    read = json.loads(canary_and_template())
    read["Statement"] = [one for one in read["Statement"] if one["Sid"] == "UnassumeCanary"]
    return json.dumps(read)


OTHER_SLOT = RoleInlinePolicy(account=ACCOUNT, role=ROLE_NAME, policy="work")
FOREIGN_PLANS: dict[str, tuple[Callable[[], Plan], str]] = {
    "another format": (lambda: plan_with(format=2), "format 2"),
    "no changes": (lambda: plan_with(changes=()), "no changes"),
    "duplicate slot": (lambda: plan_with(changes=scene().planned().changes * 2), "twice"),
    "an allow": (lambda: edited('"Effect":"Deny"', '"Effect":"Allow"'), "an Allow"),
    "an allow more": (lambda: with_statement("Allow"), "an Allow"),
    "a foreign statement": (lambda: with_statement("Deny"), "not exactly of our shapes"),
    "a wildcard": (lambda: edited(f"{ROLE_ID}:keith", f"{ROLE_ID}:*"), "not exactly of our shapes"),
    "another operator": (lambda: edited("DateLessThan", "DateGreaterThan"), "not exactly of our shapes"),
    "no JSON": (lambda: change_with(after="{"), "not exactly of our shapes"),
    "a name not ours": (lambda: change_with(slot=OTHER_SLOT), "not ours by name"),
    "somebody's policy deleted": (lambda: undoing(before=FOREIGN), "not exactly of our shapes"),
    "somebody's allow deleted": (lambda: undoing(before=WORK), "an Allow"),
    "our policy replaced": (lambda: change_with(before=bound_text()), "replaces what stands"),
    "our policy weakened": (lambda: change_with(before=bound_text(), after=canary_alone()), "replaces what stands"),
    "our policy deleted by a cut": (lambda: change_with(before=bound_text(), after=None), "replaces what stands"),
    "a cut-off of its own": (lambda: change_with(after=bound_text()), "fixes a cut-off"),
    "a cut-off long past": (
        lambda: edited("UNASSUME-CUT-OFF", "2020-01-01T00:00:00Z"),
        "not exactly of our shapes",
    ),
    "a window longer than an issuance": (
        lambda: change_with(
            after=document((IssuanceSelector(f"{ROLE_ID}:keith", START, START + timedelta(seconds=9)),))
        ),
        "longer time than one issuance",
    ),
    "an expiry of its own": (lambda: edited("UNASSUME-UNTIL", "20200101T000000Z"), "not exactly of our shapes"),
    "a cut that says it undoes": (lambda: plan_with(undoes="r-1"), "whether it cuts or undoes"),
    "an undo of nothing": (lambda: undoing(undoes=None), "whether it cuts or undoes"),
    "an undo that writes": (lambda: plan_with(purpose="undo", undoes="r-1", canaries=()), "replaces what stands"),
    "an undo that puts another in its place": (
        lambda: undoing(after=canary_alone()),
        "replaces what stands",
    ),
    "an undo of a template": (lambda: undoing(before=canary_and_template()), "fixes a cut-off"),
    "a margin in the past": (lambda: plan_with(cut_off=CutOff(margin_seconds=-600)), "out of bounds"),
    "a margin of days": (lambda: plan_with(cut_off=CutOff(margin_seconds=3601)), "out of bounds"),
    "canary of another role": (lambda: canary_with(role=RoleSubject(account=ACCOUNT, name="Other")), "canary"),
    "canary by another ARN": (lambda: canary_with(role_arn=f"arn:aws:iam::{ACCOUNT}:role/Other"), "canary"),
    "canary of another account": (
        lambda: canary_with(role_arn=f"arn:aws:iam::999900001111:role/{ROLE_NAME}"),
        "canary",
    ),
    "canary with a person's name": (
        lambda: canary_with(session_name="bob", principal_id=f"{ROLE_ID}:bob"),
        "canary",
    ),
    "a canary that nothing denies": (
        lambda: plan_with(canaries=scene().planned().canaries * 2),
        "those its policies deny",
    ),
    "a deny of no canary of the plan": (lambda: plan_with(canaries=()), "those its policies deny"),
    "canary of another role id": (lambda: change_with(holder_id="AROAEXAMPLEOTHER00000"), "canary"),
}


@pytest.mark.parametrize("case", FOREIGN_PLANS)
def test_a_plan_file_can_do_nothing_but_our_denies(case: str) -> None:
    """A plan that would write, or take away, anything but statements of exactly our shapes is refused."""
    made, why = FOREIGN_PLANS[case]
    with pytest.raises(RefusedError, match=why):
        check_plan(made())


@pytest.mark.parametrize("rung", ["session-name", "older-sessions"])
def test_our_own_plans_pass(rung: RungName) -> None:
    """Every plan of ours, also one that takes a cut back, is let through."""
    made = scene().planned(KEITH, rung=rung)
    check_plan(made)
    text = bind(made.changes[0].after, START)
    back = REPLACE(made.changes[0], before=text, after=None)
    check_plan(REPLACE(made, purpose="undo", undoes="r-1", canaries=(), changes=(back,)))


@pytest.mark.parametrize(("ahead", "is_refused"), [(3600, False), (3601, True), (-86_400, False)])
def test_a_cut_off_far_ahead_is_refused(ahead: float, is_refused: bool) -> None:
    """Until the cut-off nobody it hits can come back: one more than an hour ahead of AWS's clock is no cut of ours."""
    made = plan_with(cut_off=CutOff(at=START + timedelta(seconds=ahead)))
    with pytest.raises(RefusedError, match="more than an hour ahead") if is_refused else nullcontext():
        check_cut_off(made, made.cut_off.expected(START), START)


def shared(lead: Lead) -> tuple[Objection, ...]:
    """The objections to a cut of a name that Anne goes by as well."""
    set_up = scene()
    anne = Identity(kind="IAMUser", account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/anne", principal_id="AIDAANNE")
    set_up.trail.seen.append(issuance("keith", START - timedelta(minutes=30), "ASIAEXAMPLEANNE00000", caller=anne))
    made, lineage = set_up.planned(lead), set_up.found(lead)
    seen = preview(made, lineage.sessions, START, targets=lineage.on_the_holders)
    return objections(made, seen, [set_up.accounts.who], made.cut_off.expected(START), START)


@pytest.mark.parametrize("lead", [KEITH, KeyLead(key_id=KEYS["keith"])], ids=["by name", "by key"])
def test_a_shared_name_is_asked_about(lead: Lead) -> None:
    """Whoever leaked, a cut of a name two people go by hits the other: it takes consent to one bystander."""
    (objection,) = shared(lead)
    assert (objection.guard, objection.hits) == ("bystanders", 1)
    assert is_refused((objection,), Consent(max_bystanders=0)) == "bystanders"
    assert is_refused((objection,), Consent(max_bystanders=1)) is None
