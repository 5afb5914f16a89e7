"""Leads of several roles make one plan: each role is cut by itself, and whoever shares none of the leads is spared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.fakes import ACCOUNT, START, FakeAccounts
from tests.steps.made import CHILD_ID, CHILD_NAME, EVERYTHING, KEITH, ROLE_ID, Scene, issuance, made_role, scene
from unassume.errors import AccessError
from unassume.means.mark import our_statements
from unassume.model.evidence import Evidence
from unassume.model.leads import SessionLead, SeveralLeads
from unassume.model.plans import Plan
from unassume.model.previews import Verdict
from unassume.model.selectors import OlderSessionsSelector, SessionNameSelector
from unassume.model.surveys import Role, Subject, User
from unassume.steps.apply import apply
from unassume.steps.preview import preview
from unassume.steps.undo import undo
from unassume.steps.verify import verify

EVE = SessionLead(account=ACCOUNT, role_name=CHILD_NAME, session_name="eve")
BOTH = SeveralLeads(leads=(KEITH, EVE))


def two_roles() -> Scene:
    """Keith leaked on one role, Eve on another, where Ann works as well; neither issued anything to the other."""
    set_up = scene()
    for name in ("eve", "ann"):
        at, role = START - timedelta(minutes=20), (CHILD_NAME, CHILD_ID)
        set_up.trail.seen.append(issuance(name, at, f"ASIAEXAMPLE{name.upper()}000000", role=role))
    return set_up


def selected(made: Plan, holder_id: str) -> list[object]:
    texts = [change.after or "" for change in made.changes if change.holder_id == holder_id]
    return [one.selector for text in texts for one in our_statements(text) or () if "Canary" not in one.sid]


def test_each_role_is_cut_by_its_own_leads() -> None:
    """One policy and canary on each role, which names the sessions of that role alone."""
    made = two_roles().planned(BOTH)
    assert selected(made, ROLE_ID) == [SessionNameSelector(f"{ROLE_ID}:keith")]
    assert selected(made, CHILD_ID) == [SessionNameSelector(f"{CHILD_ID}:eve")]
    assert {canary.principal_id.partition(":")[0] for canary in made.canaries} == {ROLE_ID, CHILD_ID}
    assert not [gap for gap in made.gaps if gap.blocks_containment]


def test_the_others_of_both_roles_are_spared() -> None:
    """Bob and Mary on the one, Ann on the other: all are shown, none is hit."""
    set_up = two_roles()
    made = set_up.planned(BOTH)
    names = {one.id: one.session_name for one in made.sessions}
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    spared = {names[one.session_id] for one in seen.judgements if one.verdict is Verdict.SPARED}
    assert spared == {"bob", "mary", "ann"}
    assert not seen.bystanders


def test_all_is_written_proved_and_put_back() -> None:
    """One apply writes both, verify proves each role by its canary, one undo takes both away."""
    set_up = two_roles()
    receipt = apply(set_up.planned(BOTH), set_up.world, EVERYTHING)
    assert len(set_up.accounts.slots) == 2
    set_up.clock.sleep(120)
    evidence = verify(receipt, set_up.world, patience=timedelta(minutes=10))
    assert isinstance(evidence, Evidence)
    assert evidence.contained
    apply(undo(set_up.receipt(receipt.id), set_up.world), set_up.world, EVERYTHING)
    assert not set_up.accounts.slots


def test_one_role_that_cannot_be_written_is_a_gap_and_the_other_is_cut() -> None:
    """What AWS owns is named and blocks containment; the rest of the plan stands."""
    set_up = two_roles()
    set_up.accounts.roles[CHILD_NAME] = made_role(CHILD_NAME, CHILD_ID, path="/aws-reserved/x/")
    made = set_up.planned(BOTH)
    assert [change.holder_id for change in made.changes] == [ROLE_ID]
    assert any(CHILD_NAME in gap.what and gap.blocks_containment for gap in made.gaps)


def test_a_wide_rung_is_as_wide_on_each() -> None:
    """All older sessions of both roles, where the responder asks for that."""
    made = two_roles().planned(BOTH, rung="older-sessions")
    assert selected(made, ROLE_ID) == selected(made, CHILD_ID) == [OlderSessionsSelector()]


def test_what_a_leak_issued_on_another_leads_role_is_cut_there_once() -> None:
    """Keith's session took one of Eve's role: it stands in that role's policy beside hers, not in a third."""
    set_up = two_roles()
    set_up.child(START - timedelta(minutes=5))
    made = set_up.planned(BOTH)
    assert len(made.changes) == 2
    assert selected(made, CHILD_ID) == [
        SessionNameSelector(f"{CHILD_ID}:eve"),
        SessionNameSelector(f"{CHILD_ID}:loot"),
    ]


def test_leads_of_several_people_share_no_name() -> None:
    """Bob and Keith leaked, each under his own name: nobody else is hit, and no guard wants a word."""
    set_up = scene()
    bob = SessionLead(account=ACCOUNT, role_name=KEITH.role_name, session_name="bob")
    made = set_up.planned(SeveralLeads(leads=(KEITH, bob)))
    seen = preview(made, made.sessions, made.cut_off.expected(START), targets=made.targets)
    assert (seen.sharers, seen.bystanders) == (0, ())
    assert apply(made, set_up.world).is_complete


@dataclass
class OneIsRefused(FakeAccounts):
    """An account in which the second role may not be read."""

    def survey(self, subject: Subject) -> Role | User | None:
        if subject.name == CHILD_NAME:
            raise AccessError("not allowed to call `iam:GetRole`")
        return super().survey(subject)


def test_a_role_that_may_not_be_read_holds_up_no_other() -> None:
    """Of several leads the one that is refused is a gap; alone it is the error it was."""
    set_up = two_roles()
    accounts = OneIsRefused(clock=set_up.clock, journal=set_up.journal, roles=set_up.accounts.roles)
    there = replace(set_up, accounts=accounts)
    made = there.planned(BOTH)
    assert [change.holder_id for change in made.changes] == [ROLE_ID]
    assert made.coverage is not None
    assert any("iam:GetRole" in gap for gap in made.coverage.gaps)
    with pytest.raises(AccessError, match="iam:GetRole"):
        there.planned(EVE)
